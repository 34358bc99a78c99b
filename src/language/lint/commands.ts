import { Template } from '../../core/value.ts';
import { argPlace } from '../load/action.ts';
import { argOf, type Finding, hasAnyArg, type Linted, type Rule, typeName } from './rule.ts';

/** Commands that a task type can replace; with `only`, just those that match it. */
const types: Readonly<Record<string, { readonly use: string; readonly only?: RegExp }>> = {
  'apt-get': { use: 'apt' },
  apt: { use: 'apt' },
  chmod: { use: 'file' },
  chown: { use: 'file' },
  chgrp: { use: 'file' },
  mkdir: { use: 'file' },
  rmdir: { use: 'file' },
  touch: { use: 'file' },
  rm: { use: 'file' },
  ln: { use: 'file' },
  cp: { use: 'copy (remote_src: true)' },
  sed: { use: 'lineinfile or replace', only: /\s-[a-zA-Z]*i/ },
  curl: { use: 'get_url or uri' },
  wget: { use: 'get_url' },
  git: { use: 'git', only: /^git\s+(?:clone|pull|checkout|fetch)\b/ },
  systemctl: {
    use: 'systemd_service',
    only: /\b(?:start|stop|restart|reload|enable|disable|mask|unmask|daemon-reload)\b/,
  },
  service: { use: 'service', only: /\b(?:start|stop|restart|reload)\b/ },
  useradd: { use: 'user' },
  usermod: { use: 'user' },
  userdel: { use: 'user' },
  groupadd: { use: 'group' },
  groupdel: { use: 'group' },
  crontab: { use: 'cron', only: /^crontab\s+[^-]/ },
  mount: { use: 'mount', only: /^mount\s+\S/ },
  unzip: { use: 'unarchive' },
  tar: { use: 'unarchive', only: /^tar\s+(?:-?[a-z]*x|--extract)/ },
  hostnamectl: { use: 'hostname', only: /set-hostname|\bhostname\s/ },
  pip: { use: 'pip', only: /\binstall\b/ },
  pip3: { use: 'pip', only: /\binstall\b/ },
  zfs: { use: 'zfs', only: /^zfs\s+(?:create|set|destroy)\b/ },
  sysctl: { use: 'sysctl', only: /\s-[a-zA-Z]*w|=/ },
  modprobe: { use: 'modprobe' },
};

const isCommand = ({ item }: Linted): boolean => ['command', 'shell', 'raw'].includes(typeName(item));

/** The text of a command, as far as it is written literally. */
function commandOf({ item }: Linted): string {
  const cmd = argOf(item, 'cmd') ?? argOf(item, '_raw_params');
  if (typeof cmd === 'string') return cmd.trim();
  if (cmd instanceof Template) return cmd.source.trim();
  const argv = argOf(item, 'argv');
  return Array.isArray(argv)
    ? argv.map((word) => (word instanceof Template ? word.source : String(word))).join(' ')
    : '';
}

const at = ({ item }: Linted) => (item.kind === 'task' ? argPlace(item.args, 'cmd', item.argsAt, 'value') : item.at);

/** A command for which there is a task type. */
export const commandInsteadOfType: Rule = {
  code: 'command-instead-of-type',
  why: 'a task type examines the host before it acts, so a check is accurate and a second run changes nothing',
  find: (linted) => {
    if (!isCommand(linted)) return [];
    const command = commandOf(linted);
    const [word = ''] = command.split(/\s/);
    const known = Object.hasOwn(types, word) ? types[word] : undefined;
    if (known === undefined || (known.only && !known.only.test(command)) || /[|;&]/.test(command)) return [];
    return [{ at: at(linted), message: `"${word}" is run as a command`, fix: `use the task type ${known.use}` }];
  },
};

/** A shell started for something that does not need one. */
export const shellWithoutNeed: Rule = {
  code: 'shell-without-need',
  why: 'a shell interprets quotes, spaces and variables in values, and shells differ between hosts',
  find: (linted) => {
    if (typeName(linted.item) !== 'shell' || hasAnyArg(linted.item, ['executable'])) return [];
    const command = commandOf(linted).replaceAll(/\{\{.*?\}\}/gs, 'x');
    if (
      command === '' ||
      /[|&;<>()$`*?[\]{}~#\n=]|^(?:cd|source|\.|set|export|test|command|type|ulimit|umask|if|for|while)\s/.test(command)
    )
      return [];
    return [{ at: at(linted), message: 'nothing here needs a shell', fix: 'use the task type command' }];
  },
};

/** A command that always counts as a change. */
export const commandAlwaysChanged: Rule = {
  code: 'command-always-changed',
  why: 'a command counts as changed each time, so handlers run each time and real changes cannot be seen',
  find: (linted): Finding[] => {
    const { item, isHandler } = linted;
    if (isHandler || !isCommand(linted) || item.kind !== 'task' || item.changedWhen !== undefined) return [];
    if (hasAnyArg(item, ['creates', 'removes', 'unless', 'onlyif'])) return [];
    const fix =
      'declare when it changes something: creates, removes, unless, onlyif, or changed_when (false if it only reads)';
    return [{ at: item.typeAt, message: 'this task does not declare when its command changes something', fix }];
  },
};

/** A command that only reads, but is not marked to run in a check. */
export const lookNotInCheck: Rule = {
  code: 'look-not-in-check',
  why: 'a check runs a command only if told to, so everything that reads its result is unknown',
  find: (linted): Finding[] => {
    const { item, isHandler } = linted;
    if (isHandler || !isCommand(linted) || item.kind !== 'task' || item.keywords.checkMode !== undefined) return [];
    if (item.changedWhen?.length !== 1 || String(item.changedWhen[0]?.value) !== 'false') return [];
    const fix = 'if it really changes nothing, add check_mode: false, so that a check runs it too';
    return [{ at: item.typeAt, message: '"changed_when: false" says that this changes nothing', fix }];
  },
};
