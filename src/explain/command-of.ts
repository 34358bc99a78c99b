import { quote } from '../core/command.ts';
import { type Raw, Template } from '../core/value.ts';
import { shownValue } from './values.ts';

/** What a person would type, and which parameters say nothing more than it. */
interface TypedCommand {
  readonly text: string;
  readonly covers: readonly string[];
}

type Given = ReadonlyMap<string, Raw>;

/** A value as a word of a command; a template stays as it is written, because nobody knows its value yet. */
function word(raw: Raw | undefined): string {
  if (Array.isArray(raw)) return raw.map((one: Raw) => word(one)).join(' ');
  const shown = shownValue(raw);
  return raw instanceof Template || /^~?[\w./@:+=-]*$/.test(shown) ? shown : quote(shown);
}

const givenText = (given: Given, name: string, otherwise: string): string => {
  const raw = given.get(name);
  return raw === undefined ? otherwise : shownValue(raw);
};

const isOn = (given: Given, name: string): boolean | undefined => {
  const text = givenText(given, name, '');
  return text === '' ? undefined : /^(?:true|yes|on|1)$/i.test(text);
};

const lines = (...all: readonly (string | false | undefined)[]): string =>
  all.filter((one) => typeof one === 'string').join('\n');

function packages(given: Given): TypedCommand | undefined {
  const names = word(given.get('name') ?? given.get('pkg') ?? given.get('package'));
  const verb = {
    present: 'install',
    latest: 'install',
    absent: givenText(given, 'purge', '') === 'true' ? 'purge' : 'remove',
  }[givenText(given, 'state', 'present')];
  if (verb === undefined) return undefined;
  const text = lines(
    isOn(given, 'update_cache') === true && 'apt-get update',
    names !== '' && `apt-get ${verb} ${names}`,
  );
  return text === '' ? undefined : { text, covers: ['name', 'pkg', 'package', 'state', 'update_cache', 'purge'] };
}

function unit(given: Given): TypedCommand | undefined {
  const name = word(given.get('name') ?? given.get('service') ?? given.get('unit'));
  const verb = { started: 'start', stopped: 'stop', restarted: 'restart', reloaded: 'reload', '': '' }[
    givenText(given, 'state', '')
  ];
  if (verb === undefined) return undefined;
  const enabled = isOn(given, 'enabled');
  const masked = isOn(given, 'masked');
  const text = lines(
    (isOn(given, 'daemon_reload') ?? isOn(given, 'daemon-reload')) === true && 'systemctl daemon-reload',
    masked !== undefined && name !== '' && `systemctl ${masked ? 'mask' : 'unmask'} ${name}`,
    enabled !== undefined && name !== '' && `systemctl ${enabled ? 'enable' : 'disable'} ${name}`,
    verb !== '' && name !== '' && `systemctl ${verb} ${name}`,
  );
  const covers = ['name', 'service', 'unit', 'state', 'enabled', 'masked', 'daemon_reload', 'daemon-reload'];
  return text === '' ? undefined : { text, covers };
}

function file(given: Given): TypedCommand | undefined {
  const path = word(given.get('path') ?? given.get('dest') ?? given.get('name'));
  const source = word(given.get('src'));
  const state = givenText(given, 'state', 'file');
  const first = {
    link: `ln -sfn ${source} ${path}`,
    directory: `mkdir -p ${path}`,
    absent: `rm -rf ${path}`,
    touch: `touch ${path}`,
    hard: `ln -f ${source} ${path}`,
    file: '',
  }[state];
  if (first === undefined || path === '') return undefined;
  const owner = word(given.get('owner'));
  const group = word(given.get('group'));
  const hasOwner = state !== 'absent' && state !== 'link' && (owner !== '' || group !== '');
  const hasMode = state !== 'absent' && state !== 'link' && given.has('mode');
  const deep = isOn(given, 'recurse') === true ? '-R ' : '';
  const text = lines(
    first !== '' && first,
    hasOwner && `chown ${deep}${owner}${group === '' ? '' : `:${group}`} ${path}`,
    hasMode && `chmod ${deep}${word(given.get('mode'))} ${path}`,
  );
  const covers = [
    'path',
    'dest',
    'name',
    'src',
    'state',
    ...(hasOwner ? ['owner', 'group'] : []),
    ...(hasMode ? ['mode'] : []),
    ...(deep === '' ? [] : ['recurse']),
  ];
  return text === '' ? undefined : { text, covers };
}

function command(given: Given): TypedCommand | undefined {
  const argv = given.get('argv');
  const text = argv === undefined ? givenText(given, 'cmd', givenText(given, '_raw_params', '')) : word(argv);
  const folder = given.has('chdir') ? `cd ${word(given.get('chdir'))} && ` : '';
  return text.trim() === ''
    ? undefined
    : { text: `${folder}${text.trim()}`, covers: ['cmd', '_raw_params', 'argv', 'chdir'] };
}

function clone(given: Given): TypedCommand | undefined {
  const [repo, dest] = [word(given.get('repo') ?? given.get('name')), word(given.get('dest'))];
  if (repo === '' || dest === '') return undefined;
  const version = given.has('version') ? `\ngit -C ${dest} checkout ${word(given.get('version'))}` : '';
  return { text: `git clone ${repo} ${dest}${version}`, covers: ['repo', 'name', 'dest', 'version'] };
}

const named =
  (program: string, parameter: string) =>
  (given: Given): TypedCommand | undefined =>
    givenText(given, 'state', 'present') === 'present' && given.has(parameter)
      ? { text: `${program} ${word(given.get(parameter))}`, covers: [parameter, 'state'] }
      : undefined;

const COMMANDS: Readonly<Record<string, (given: Given) => TypedCommand | undefined>> = {
  apt: packages,
  package: packages,
  systemd: unit,
  systemd_service: unit,
  service: unit,
  file,
  command,
  shell: command,
  raw: command,
  git: clone,
  group: named('groupadd', 'name'),
  hostname: named('hostnamectl set-hostname', 'name'),
  timezone: named('timedatectl set-timezone', 'name'),
  modprobe: named('modprobe', 'name'),
};

/** What a person would type instead of a task, where its parameters alone tell it. */
export const commandOf = (type: string, given: Given): TypedCommand | undefined =>
  Object.hasOwn(COMMANDS, type) ? COMMANDS[type]?.(given) : undefined;
