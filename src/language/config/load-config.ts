import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic, Position } from '../../core/source.ts';
import { WITHOUT_EFFECT, WITHOUT_MEANING } from './idle-settings.ts';
import { type IniEntry, parseIni } from './parse-ini.ts';
import { readSetting } from './read-setting.ts';
import { SETTINGS, type Setting, type SettingType } from './settings.ts';

interface TypeOf {
  bool: boolean;
  int: number;
  str: string;
  choice: string;
  list: readonly string[];
  path: string;
  paths: readonly string[];
  sources: readonly string[];
}

type ValueOf<S> = S extends { choices: readonly (infer C)[] }
  ? C
  : S extends { type: infer T extends SettingType }
    ? TypeOf[T]
    : never;

/** Ansible's configuration, as far as it applies here. A setting without a default is undefined unless it is set. */
export type Config = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends { default: unknown }
    ? ValueOf<(typeof SETTINGS)[K]>
    : ValueOf<(typeof SETTINGS)[K]> | undefined;
} & {
  /** The ansible.cfg that was read (`ansible_config_file`). */
  readonly configFile?: string;
};

/** Where a setting's value comes from. */
export type Origins = ReadonlyMap<keyof typeof SETTINGS, string>;

/** Reads ansible.cfg and the `ANSIBLE_*` variables. Errors and settings that are not honoured are returned as diagnostics. */
export function loadConfig(
  env: NodeJS.ProcessEnv,
  cwd: string,
): { readonly config: Config; readonly warnings: readonly Diagnostic[]; readonly origins: Origins } {
  const warnings: Diagnostic[] = [];
  const file = findConfigFile(env, cwd, warnings);
  const entries = file === undefined ? new Map<string, IniEntry>() : readIni(file, warnings);
  const values: Record<string, unknown> = {};
  const origins = new Map<keyof typeof SETTINGS, string>();
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const found = fromEnv(setting, env, cwd) ?? fromIni(setting, entries);
    const read = found && readSetting(setting, found.text, { home: homeOf(env), env, cwd, ...found });
    if (read && 'problem' in read) warnings.push(invalid(found as Found, read.problem));
    values[name] = read && 'value' in read ? read.value : defaultOf(setting, env);
    if (found) origins.set(name as keyof typeof SETTINGS, found.from);
  }
  const idle = [...origins].filter(([name]) => WITHOUT_EFFECT.has(name) && differs(values[name], name));
  warnings.push(
    ...notHonoured(
      env,
      entries,
      idle.map(([, from]) => from.replace(/^.*: /, '')),
    ),
  );
  return { config: { ...values, ...(file !== undefined && { configFile: file }) } as Config, warnings, origins };
}

interface Found {
  readonly text: string;
  /** The directory that paths are relative to. */
  readonly base: string;
  /** The name of the variable or file, for messages. */
  readonly from: string;
  readonly at?: Position;
  readonly quoted: boolean;
}

function fromEnv(setting: Setting, env: NodeJS.ProcessEnv, cwd: string): Found | undefined {
  const name = setting.env.find(
    (candidate) => env[candidate] !== undefined && !(candidate === 'NO_COLOR' && env[candidate] === ''),
  );
  if (name === undefined) return undefined;
  // no-color.org: any non-empty value means yes.
  const text = name === 'NO_COLOR' ? 'true' : (env[name] as string);
  return { text, base: cwd, from: name, quoted: false };
}

function fromIni(setting: Setting, entries: ReadonlyMap<string, IniEntry>): Found | undefined {
  const key = setting.ini.find((candidate) => entries.has(candidate));
  const entry = key === undefined ? undefined : entries.get(key);
  return (
    entry && {
      text: entry.value,
      base: dirname(entry.at.file),
      from: `${entry.at.file}: ${key}`,
      at: entry.at,
      quoted: true,
    }
  );
}

function defaultOf(setting: Setting, env: NodeJS.ProcessEnv): unknown {
  if (!Array.isArray(setting.default)) return setting.default;
  return setting.type === 'paths'
    ? setting.default.map((path: string) => path.replace(/^~/, homeOf(env)))
    : setting.default;
}

const differs = (value: unknown, name: keyof typeof SETTINGS): boolean =>
  JSON.stringify(value) !== JSON.stringify((SETTINGS[name] as Setting).default);

const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME ?? homedir();

function findConfigFile(env: NodeJS.ProcessEnv, cwd: string, warnings: Diagnostic[]): string | undefined {
  const places = [
    env.ANSIBLE_CONFIG && withFileName(resolve(cwd, env.ANSIBLE_CONFIG.replace(/^~(?=\/|$)/, homeOf(env)))),
    trusted(cwd, warnings) ? join(cwd, 'ansible.cfg') : undefined,
    join(homeOf(env), '.ansible.cfg'),
    '/etc/ansible/ansible.cfg',
  ];
  return places.find((path) => path && statSync(path, { throwIfNoEntry: false })?.isFile()) || undefined;
}

const withFileName = (path: string): string =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'ansible.cfg') : path;

// Anybody could put an ansible.cfg into a world-writable directory, and it can run programs.
function trusted(folder: string, warnings: Diagnostic[]): boolean {
  const isOpen = ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o002) !== 0;
  if (isOpen && statSync(join(folder, 'ansible.cfg'), { throwIfNoEntry: false })) {
    const message = `Ansible is being run in a world writable directory (${folder}), ignoring it as an ansible.cfg source`;
    warnings.push({
      severity: 'warning',
      code: 'config-untrusted',
      message,
      hint: 'name the file in ANSIBLE_CONFIG if you trust it',
    });
  }
  return !isOpen;
}

function readIni(file: string, warnings: Diagnostic[]): ReadonlyMap<string, IniEntry> {
  try {
    return parseIni(readFileSync(file, 'utf8'), file);
  } catch (error) {
    warnings.push({
      severity: 'error',
      code: 'config-file',
      message: `cannot read ${file}: ${(error as Error).message}`,
    });
    return new Map();
  }
}

const invalid = ({ from, at }: Found, problem: string): Diagnostic => ({
  severity: 'error',
  code: 'config-value',
  message: `${from}: ${problem}`,
  ...(at && { at }),
});

/** One warning about all settings that are set but have no effect here. */
function notHonoured(
  env: NodeJS.ProcessEnv,
  entries: ReadonlyMap<string, IniEntry>,
  idle: readonly string[],
): Diagnostic[] {
  const known = new Set<string>(
    Object.values<Setting>(SETTINGS).flatMap(({ env: variables, ini }) => [...variables, ...ini]),
  );
  const variables = Object.keys(env).filter((name) => name.startsWith('ANSIBLE_'));
  const names = [...entries.keys(), ...variables].filter(
    (name) => !known.has(name) && !WITHOUT_MEANING.some((harmless) => harmless.test(name)),
  );
  if (names.length + idle.length === 0) return [];
  const message = `these settings in Ansible's configuration have no effect here: ${[...names, ...idle].sort().join(', ')}`;
  return [{ severity: 'warning', code: 'config-not-honoured', message }];
}
