import { auditFormNames } from '../audit/forms/index.ts';
import { becomeMethodNames } from '../core/become-methods.ts';
import type { CommandLine, OptionSpecs } from '../core/command-line.ts';
import { connectionWords } from '../core/connections.ts';
import { INVENTORY_OPTION } from '../language/inventory/inventory-options.ts';
import { parseShard } from '../language/inventory/shard.ts';
import { VAULT_OPTIONS } from '../language/vault/vault-options.ts';
import { outputFormNames } from '../report/forms/index.ts';

/** How long a run waits for another one that is changing a host, as apt does for its own lock. */
export const LOCK_TIMEOUT_SECONDS = 120;

/** Answers that a script of `run questions` has printed. */
export const ANSWERS_OPTION = {
  type: 'path',
  exists: 'file',
  many: true,
  value: 'FILE',
  help: 'with --check: judge hosts by what a script of `run questions` has printed there, without any connection',
} as const;

/** The options for running playbooks, named as in ansible-playbook; our own come last. */
export const runOptions = {
  ...INVENTORY_OPTION,
  limit: {
    type: 'text',
    short: 'l',
    value: 'PATTERN',
    many: true,
    help: 'limit the plays to these hosts; @FILE contains one pattern per line',
  },
  shard: {
    type: 'text',
    like: { accepts: (value) => parseShard(value) !== undefined, says: 'K/N, such as 2/5' },
    value: 'K/N',
    help: 'play only on the K-th of N parts of the hosts; their names decide, so every machine has the same parts',
  },
  tags: { type: 'list', short: 't', value: 'TAGS', help: 'run only tasks with one of these tags' },
  'skip-tags': { type: 'list', value: 'TAGS', help: 'skip tasks with any of these tags' },
  check: { type: 'switch', short: 'C', help: 'change nothing; report what a run would change' },
  diff: { type: 'switch', short: 'D', help: 'show diffs of changed text' },
  'extra-vars': {
    type: 'text',
    short: 'e',
    value: 'VARS',
    many: true,
    mayBeEmpty: true,
    help: 'variables that override all others: k=v, YAML, JSON or @file',
  },
  forks: { type: 'int', min: 1, short: 'f', value: 'N', help: 'maximum number of hosts to work on in parallel' },
  user: { type: 'text', short: 'u', value: 'USER', help: 'log in as this user' },
  'private-key': { type: 'path', exists: 'file', aliases: ['key-file'], value: 'FILE', help: 'log in with this key' },
  connection: {
    type: 'choice',
    choices: connectionWords,
    short: 'c',
    value: 'WAY',
    help: 'connection type to use',
  },
  timeout: {
    type: 'int',
    min: 1,
    short: 'T',
    value: 'SECONDS',
    help: 'give up connecting after this many seconds (default: 10)',
  },
  answers: ANSWERS_OPTION,
  'retry-unreachable': {
    type: 'int',
    min: 1,
    value: 'SECONDS',
    help: 'at the end, try hosts again for this long that could not be reached, and play on those that can be by then',
  },
  deadline: {
    type: 'int',
    min: 1,
    value: 'SECONDS',
    help: 'begin nothing after this time; hosts that are not done count as unreachable',
  },
  'lock-timeout': {
    type: 'int',
    min: 0,
    value: 'SECONDS',
    help: `wait this long for another run that is changing a host (default: ${LOCK_TIMEOUT_SECONDS}); 0 does not wait`,
  },
  'no-lock': { type: 'switch', help: 'change hosts even while another run is changing them' },
  'ask-pass': { type: 'switch', short: 'k', help: 'ask for the login password' },
  become: { type: 'switch', short: 'b', help: 'become another user on the hosts' },
  'become-user': { type: 'text', value: 'USER', help: 'user to become (default: root)' },
  'become-method': { type: 'choice', choices: becomeMethodNames, value: 'METHOD', help: 'become method to use' },
  'ask-become-pass': { type: 'switch', short: 'K', help: 'ask for the become password' },
  'become-password-file': {
    type: 'path',
    exists: 'file',
    aliases: ['become-pass-file'],
    value: 'FILE',
    help: 'read the become password from a file',
  },
  'connection-password-file': {
    type: 'path',
    exists: 'file',
    aliases: ['conn-pass-file'],
    value: 'FILE',
    help: 'read the login password from a file',
  },
  ...VAULT_OPTIONS,
  'start-at-task': { type: 'text', value: 'NAME', help: 'start at the task with this name' },
  step: { type: 'switch', help: 'ask before each task' },
  'force-handlers': { type: 'switch', help: 'run handlers even on hosts that failed' },
  'flush-cache': { type: 'switch', help: 'discard cached facts' },
  'list-tasks': { type: 'switch', help: 'list the tasks that would run, without connecting to any host' },
  'list-tags': { type: 'switch', help: 'list the tags, without connecting to any host' },
  'list-hosts': { type: 'switch', help: 'list the hosts, without connecting to any host' },
  'syntax-check': { type: 'switch', help: 'load everything and report all errors, without connecting to any host' },
  'module-path': {
    type: 'path',
    exists: 'directory',
    short: 'M',
    value: 'DIRECTORY',
    many: true,
    help: 'directory with additional task types',
  },
  'scp-extra-args': { type: 'text', mayBeEmpty: true, value: 'ARGS', help: 'ignored: scp is not used' },
  'sftp-extra-args': { type: 'text', mayBeEmpty: true, value: 'ARGS', help: 'ignored: sftp is not used' },
  'ssh-common-args': { type: 'text', mayBeEmpty: true, value: 'ARGS', help: 'ignored: configure ssh in ~/.ssh/config' },
  'ssh-extra-args': { type: 'text', mayBeEmpty: true, value: 'ARGS', help: 'ignored: configure ssh in ~/.ssh/config' },
  output: {
    type: 'choice',
    choices: outputFormNames,
    short: 'o',
    value: 'FORM',
    help: 'output format (default: live on a terminal, otherwise plain)',
  },
  lab: { type: 'switch', help: 'run in the lab: start it if necessary, and use inventory/lab.yaml' },
  verbose: { type: 'count', short: 'v', help: 'print more details; -vvv also prints the scripts sent to hosts' },
} as const satisfies OptionSpecs;

const {
  check: _check,
  output: _output,
  step: _step,
  'list-tasks': _tasks,
  'list-tags': _tags,
  'list-hosts': _hosts,
  'syntax-check': _syntax,
  'lock-timeout': _lockTimeout,
  'no-lock': _noLock,
  ...checkOptions
} = runOptions;

/** The options of an audit: those of a check, with reports in several forms. */
export const auditOptions = {
  ...checkOptions,
  output: {
    type: 'text',
    short: 'o',
    value: 'FORM[=FILE]',
    many: true,
    help: `write the report in this form, to a file or to stdout: ${auditFormNames.join(', ')} (default: text)`,
  },
  'mail-to': {
    type: 'list',
    value: 'ADDRESSES',
    help: 'mail what is new since the last audit, by sendmail; if nothing is, no mail',
  },
  'post-to': {
    type: 'text',
    value: 'URL',
    help: 'post what is new since the last audit, as JSON; the variable RETRACE_POST_TO can name the URL, too',
  },
  'install-timer': {
    type: 'switch',
    help: 'audit nothing now, but install a systemd timer that makes this audit every night',
  },
  'remove-timer': { type: 'switch', help: 'remove the timer of these playbooks' },
  'user-timer': { type: 'switch', help: 'install or remove a timer of your own, without root' },
  causes: {
    type: 'switch',
    help: 'also ask hosts that strayed who did it: logs of apt and dpkg, clones, etckeeper, sudo, cron',
  },
  lints: {
    type: 'switch',
    help: 'also look for what is wrong beyond the tasks, such as failed units and links that lead nowhere',
  },
} as const satisfies OptionSpecs;

const {
  tags: _tagged,
  'skip-tags': _skipped,
  'start-at-task': _start,
  limit: _limit,
  ...wholeCheckOptions
} = checkOptions;

/** The options of retiring orphans: those of an audit of whole playbooks, which is made first. */
export const retireOptions = {
  ...wholeCheckOptions,
  check: { type: 'switch', short: 'C', help: 'only show what would be removed' },
  yes: { type: 'switch', short: 'y', help: 'remove it without asking' },
  host: { type: 'list', value: 'HOSTS', help: 'only on these hosts (default: on all)' },
  'with-contents': {
    type: 'switch',
    help: 'also remove directories with something in them that no run put there',
  },
  'with-found': { type: 'switch', help: 'also remove what was there before a run first declared it' },
  output: runOptions.output,
} as const satisfies OptionSpecs;

/** The parsed command line of `run retire`. */
export type RetireLine = CommandLine<typeof retireOptions>;

/** The options of a plan: those of a check. */
export const planOptions = {
  ...checkOptions,
  output: { type: 'path', short: 'o', value: 'FILE', help: 'write the plan to this file' },
  commands: { type: 'switch', help: 'with `show`: print the commands in full' },
} as const satisfies OptionSpecs;

/** The options of applying a plan: what may differ from the command line that made it. */
export const applyOptions = {
  approved: {
    type: 'text',
    value: 'HASH',
    help: 'apply the plan only if this is its approval hash, which `run plan show` prints',
  },
  'up-to-unknown': {
    type: 'switch',
    help: 'if the plan does not hold everything, apply on each host what it holds, and end there',
  },
  'extra-vars': runOptions['extra-vars'],
  'private-key': runOptions['private-key'],
  'ask-pass': runOptions['ask-pass'],
  'ask-become-pass': runOptions['ask-become-pass'],
  'become-password-file': runOptions['become-password-file'],
  'connection-password-file': runOptions['connection-password-file'],
  ...VAULT_OPTIONS,
  output: runOptions.output,
  verbose: runOptions.verbose,
} as const satisfies OptionSpecs;

/** The options of adopting a finding: those of a check. */
export const adoptOptions = {
  ...checkOptions,
  host: { type: 'list', value: 'HOSTS', help: 'adopt what was found on these hosts only (default: on all)' },
  apply: { type: 'switch', help: 'show the patch, ask, and write it to the files' },
  yes: { type: 'switch', short: 'y', help: 'with --apply: write it without asking' },
} as const satisfies OptionSpecs;

/** The options of laying a document beside playbooks: those that say what the parameters of tasks are. */
export const stepsOptions = {
  document: { type: 'path', exists: 'file', value: 'FILE', help: 'the install document, in Markdown' },
  output: {
    type: 'text',
    short: 'o',
    value: 'FORM[=FILE]',
    many: true,
    help: 'write the report in this form, to a file or to stdout: text, markdown, html, json (default: text)',
  },
  ...INVENTORY_OPTION,
  'extra-vars': runOptions['extra-vars'],
  'module-path': runOptions['module-path'],
  ...VAULT_OPTIONS,
} as const satisfies OptionSpecs;

/** The parsed command line of `run steps`. */
export type StepsLine = CommandLine<typeof stepsOptions>;

/** The options of drafting a playbook. */
export const draftOptions = {
  out: {
    type: 'path',
    short: 'o',
    value: 'FILE',
    help: 'write the playbook to this file, which must not exist yet (default: stdout)',
  },
  hosts: {
    type: 'text',
    value: 'PATTERN',
    help: 'the hosts of the commands for which the document names none (default: target)',
  },
} as const satisfies OptionSpecs;

/** The parsed command line of `run draft`. */
export type DraftLine = CommandLine<typeof draftOptions>;

/** What a command that only checks sets of a run's options. Its reports decide for themselves whether they show diffs. */
export const AS_CHECK = {
  check: true,
  diff: true,
  output: undefined,
  step: false,
  'lock-timeout': undefined,
  'no-lock': false,
  'syntax-check': false,
  'list-tasks': false,
  'list-tags': false,
  'list-hosts': false,
} as const;

/** The parsed command line of `run plan`. */
export type PlanLine = CommandLine<typeof planOptions>;

/** The parsed command line of `run apply`. */
export type ApplyLine = CommandLine<typeof applyOptions>;

/** The parsed command line of `run adopt`. */
export type AdoptLine = CommandLine<typeof adoptOptions>;

/** The parsed command line of an audit. */
export type AuditLine = CommandLine<typeof auditOptions>;

/** The parsed command line of a playbook run. */
export type Parsed = CommandLine<typeof runOptions>;
