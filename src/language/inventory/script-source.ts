import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import type { Result } from '../../core/source.ts';
import { fromJs, isDict, type Value } from '../../core/value.ts';
import type { Vars } from '../model.ts';
import { addHosts } from './add-hosts.ts';
import { addChild, addGroup, addGroupVars, addHostVars, type Draft, shortSource } from './draft.ts';

/**
 * Runs an inventory script with `--list` and reads its JSON. If there is no `_meta`, runs the script again for every
 * host, with `--host`.
 */
export function readScriptSource(draft: Draft, path: string, env: NodeJS.ProcessEnv): void {
  const listed = runScript(path, ['--list'], env);
  if (!listed.ok) {
    draft.notes.push(...listed.error);
    return;
  }
  const meta = listed.value.get('_meta');
  for (const [name, group] of listed.value) if (name !== '_meta') readGroup(draft, String(name), group, path);
  const hostvars = isDict(meta) ? meta.get('hostvars') : undefined;
  if (isDict(hostvars)) giveVars(draft, hostvars, path);
  else askEachHost(draft, path, env);
}

function readGroup(draft: Draft, name: string, written: Value, file: string): void {
  addGroup(draft, name);
  const { hosts, children, vars } = groupParts(name, written);
  for (const host of hosts) addHosts(draft, { written: String(host), group: name, vars: new Map(), file });
  for (const child of children) addChild(draft, name, String(child));
  addGroupVars(draft, name, scriptVars(vars), shortSource(file));
}

// A list contains hosts; in the oldest form, a dict without the known keys contains one host's variables.
function groupParts(
  name: string,
  written: Value,
): { hosts: readonly Value[]; children: readonly Value[]; vars: Value } {
  if (Array.isArray(written)) return { hosts: written, children: [], vars: null };
  if (!isDict(written)) return { hosts: [], children: [], vars: null };
  if (!['hosts', 'children', 'vars'].some((key) => written.has(key)))
    return { hosts: [name], children: [], vars: written };
  const list = (key: string) => (Array.isArray(written.get(key)) ? (written.get(key) as readonly Value[]) : []);
  return { hosts: list('hosts'), children: list('children'), vars: written.get('vars') ?? null };
}

function giveVars(draft: Draft, hostvars: Map<Value, Value>, path: string): void {
  for (const [host, vars] of hostvars) {
    // Variables alone do not create a host: some group must name it.
    if (draft.hosts.has(String(host))) addHostVars(draft, String(host), scriptVars(vars), shortSource(path));
  }
}

function askEachHost(draft: Draft, path: string, env: NodeJS.ProcessEnv): void {
  for (const host of draft.hosts.keys()) {
    const answer = runScript(path, ['--host', host], env);
    if (answer.ok) addHostVars(draft, host, scriptVars(answer.value), shortSource(path));
    else draft.notes.push(...answer.error);
  }
}

/** The output of a program is data even if it contains braces: see decision 1. */
const scriptVars = (vars: Value): Vars =>
  new Map(isDict(vars) ? [...vars].map(([name, value]) => [String(name), { value }]) : []);

function runScript(path: string, args: readonly string[], env: NodeJS.ProcessEnv): Result<Map<Value, Value>> {
  const ran = spawnSync(path, args, {
    cwd: dirname(path),
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (ran.error) return failed(path, `cannot run the inventory script ${path}: ${ran.error.message}`);
  if (ran.status !== 0) {
    return failed(
      path,
      `Inventory script (${path}) had an execution error: ${ran.stderr.trim() || `exit ${ran.status ?? ran.signal}`}`,
    );
  }
  const json = parseJson(ran.stdout.trim() || '{}');
  return isDict(json)
    ? { ok: true, value: json }
    : failed(path, `the inventory script ${path} ${args.join(' ')} did not print a JSON dict`);
}

function parseJson(text: string): Value | undefined {
  try {
    return fromJs(JSON.parse(text));
  } catch {
    // Not JSON; the caller reports that.
    return undefined;
  }
}

function failed(file: string, message: string): Result<never> {
  return {
    ok: false,
    error: [{ severity: 'error', code: 'inventory-script', message, at: { file, line: 1, column: 1 } }],
  };
}
