import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OptionSpec } from '../core/command-line.ts';
import { hash } from '../core/hash.ts';
import { type AuditLine, auditOptions } from './options.ts';

/** What a timer needs to know of the call that installs it. */
interface TimerCall {
  readonly line: AuditLine;
  /** The words that start this program. */
  readonly program: readonly string[];
  readonly cwd: string;
  /** Who is to run it; a user's own timer needs none. */
  readonly user: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The directories of units and of the environment file. */
  readonly folders: { readonly units: string; readonly environment: string };
}

/** A file that belongs to a timer. */
export interface TimerFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const OWN = ['install-timer', 'remove-timer', 'user-timer', 'post-to'];

/** The name of a timer's units: the same whenever the same playbooks are audited on the same hosts, whatever else is asked for. */
export function timerName({ rest, options }: AuditLine, cwd: string): string {
  const playbooks = rest.map((file) => resolve(cwd, file));
  const { inventory = [], limit = [] } = options;
  const identity = [playbooks, inventory.map((source) => absolute(source, cwd)), limit];
  const stem = (rest[0] ?? '')
    .replace(/^.*\//, '')
    .replace(/\.ya?ml$/, '')
    .replace(/[^\w-]+/g, '-');
  return `retrace-audit-${stem}-${hash('sha256', JSON.stringify(identity)).slice(0, 6)}`;
}

/** What a timer cannot do. */
export function wrongForTimer({ options }: AuditLine): readonly string[] {
  const asks = (['ask-pass', 'ask-become-pass', 'ask-vault-pass'] as const).filter((name) => options[name]);
  const prompts = (options['vault-id'] ?? []).filter((id) => /(^|@)prompt(_ask_vault_pass)?$/.test(id));
  const inline = (options['extra-vars'] ?? []).filter((vars) => !vars.startsWith('@'));
  return [
    ...asks.map((name) => `--${name}: a timer has nobody to ask; use a password file`),
    ...prompts.map(() => '--vault-id: a timer has nobody to ask; use a password file'),
    ...inline.map(
      () => '--extra-vars: a timer takes only @FILE, since others can read its unit; write the variables to a file',
    ),
    ...(options.lab ? ['--lab: the lab is not for timers'] : []),
  ];
}

/** The service, the timer, and the environment that only the service may read. */
export function timerFiles(call: TimerCall): readonly TimerFile[] {
  const { line, cwd, folders, user, program } = call;
  const name = timerName(line, cwd);
  const environment = `${folders.environment}/${name}.env`;
  const what = `Audit of ${line.rest.map((file) => file.replace(/^.*\//, '')).join(', ')} with Retrace`;
  const network = user === undefined ? '' : 'Wants=network-online.target\nAfter=network-online.target\n';
  const words = [...program, 'audit', ...wordsOf(line, cwd)].map(execWord).join(' ');
  const service = `${HEAD}
[Unit]
Description=${specifiers(what)}
${network}
[Service]
Type=oneshot
${user === undefined ? '' : `User=${user}\n`}WorkingDirectory=${specifiers(cwd)}
EnvironmentFile=${specifiers(environment)}
ExecStart=${words}
# Findings are no failure of the audit.
SuccessExitStatus=2 3 4
`;
  const timer = `${HEAD}
[Unit]
Description=${specifiers(what)}, every night

[Timer]
OnCalendar=*-*-* 02:00:00
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`;
  return [
    { path: environment, text: environmentText(call), mode: 0o600 },
    { path: `${folders.units}/${name}.service`, text: service, mode: 0o644 },
    { path: `${folders.units}/${name}.timer`, text: timer, mode: 0o644 },
  ];
}

const HEAD = `# Written by \`run audit --install-timer\`. Call it again to change this file, or with --remove-timer to remove it.`;

/** Where programs are found, what our settings are, and the address with its token. */
function environmentText({ env, line }: TimerCall): string {
  const kept = Object.entries(env).filter(
    ([name, value]) =>
      value !== undefined &&
      !value.includes('\n') &&
      /^(PATH|XDG_STATE_HOME|ANSIBLE_\w+|RETRACE_(?!CALLED_AS|EVENTS|POST_TO)\w+)$/.test(name),
  );
  const post = line.options['post-to'] ?? env['RETRACE_POST_TO'];
  const all = [...kept, ...(post === undefined ? [] : [['RETRACE_POST_TO', post] as const])].map(
    ([name, value = '']) => `${name}="${String(value).replace(/[\\"$`]/g, '\\$&')}"`,
  );
  return `${HEAD}\n${all.sort().join('\n')}\n`;
}

/** The words of the command line, with absolute paths. */
function wordsOf({ options, rest }: AuditLine, cwd: string): readonly string[] {
  const given = Object.entries<OptionSpec>(auditOptions).flatMap(([name, spec]) => {
    const value: unknown = options[name as keyof typeof options];
    if (OWN.includes(name) || value === undefined || value === false || value === 0) return [];
    if (spec.type === 'switch') return [`--${name}`];
    if (spec.type === 'count') return [`-${(spec.short ?? '').repeat(Number(value))}`];
    const values = Array.isArray(value) && spec.type !== 'list' ? value.map(String) : [String(value)];
    return values.map((one) => `--${name}=${absoluteIn(name, spec, one, cwd)}`);
  });
  return [...rest.map((file) => resolve(cwd, file)), ...given];
}

function absoluteIn(name: string, spec: OptionSpec, value: string, cwd: string): string {
  if (spec.type === 'path') return resolve(cwd, value);
  if (name === 'inventory') return absolute(value, cwd);
  if (value.startsWith('@')) return `@${resolve(cwd, value.slice(1))}`;
  const [label = '', ...source] = value.split(name === 'output' ? '=' : '@');
  const file = source.join(name === 'output' ? '=' : '@');
  if (name === 'output') return file === '' ? value : `${label}=${resolve(cwd, file)}`;
  return name === 'vault-id' && file !== '' ? `${label}@${absolute(file, cwd)}` : value;
}

/** A file that exists; a list of hosts or the name of a program stays. */
const absolute = (source: string, cwd: string): string =>
  existsSync(resolve(cwd, source)) ? resolve(cwd, source) : source;

/** systemd.unit(5) expands specifiers that begin with a percent sign. */
const specifiers = (text: string): string => text.replaceAll('%', '%%').replace(/[\n\r]/g, ' ');

/** A word of ExecStart= (systemd.service(5)), in which variables would be expanded, too. */
function execWord(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[\w%$@:,.=/+-]+$/.test(escaped)) return escaped;
  return `"${escaped.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
