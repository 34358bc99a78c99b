import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PlanFile, PlannedStep } from '../../src/audit/plans/plan-file.ts';
import { differences, type Manifest, manifestOf } from './manifest.ts';
import { caseSeed, Random } from './random.ts';
import { type Setting, STEADY, writeCase } from './truth-case.ts';

/** How the program ended. */
interface Ended {
  readonly code: number;
  readonly stderr: string;
}

/** A command that a host's shell got: its text, and how many bytes on its stdin. */
interface Sent {
  readonly script: string;
  readonly bytes: number;
}

/** Random plays, each for a host of its own, with one plan for all. */
export interface PlanBatch {
  readonly directory: string;
  /** The hosts, by name, each in a directory of that name. */
  readonly names: readonly string[];
  readonly plan: PlanFile;
  readonly made: Ended;
  /** Paths that planning changed, and what it sent. */
  readonly writes: readonly string[];
}

/** Creates the cases `from` to `from + count - 1`, and plans them in one go, which is much faster than one by one. */
export async function planBatch(setting: Setting, from: number, count: number): Promise<PlanBatch> {
  const names = Array.from({ length: count }, (_, index) => `case-${from + index}`);
  const directory = join(setting.directory, `batch-${from}`);
  for (const [index, name] of names.entries()) {
    const own = join(directory, name);
    writeCase(setting, from + index, own, name);
    writeFileSync(join(own, 'shell'), `#!/bin/sh\ntee "${own}/$RECORD-$$" | exec /bin/sh "$@"\n`, { mode: 0o755 });
  }
  const hosts = names.map((name) => [name, { ansible_shell_executable: join(directory, name, 'shell') }]);
  writeFileSync(
    join(directory, 'hosts.yaml'),
    JSON.stringify({ all: { hosts: Object.fromEntries([...hosts, [STEADY, {}]]) } }),
  );
  const before = manifests(directory, names);
  const plays = names.map((name) => `${name}/play/play.yaml`);
  const made = await start(
    setting,
    directory,
    ['plan', ...plays, '-i', 'hosts.yaml', '-c', 'local', '-o', 'plan.json'],
    'planned',
  );
  const plan = JSON.parse(readFileSync(join(directory, 'plan.json'), 'utf8')) as PlanFile;
  return { directory, names, plan, made, writes: changedSince(before, directory, names) };
}

/** Applies a plan, as far as it goes. Returns how that ended, and the paths that changed. */
export async function applyBatch(setting: Setting, { names, directory }: PlanBatch) {
  const before = manifests(directory, names);
  const ended = await start(setting, directory, ['apply', 'plan.json', '--up-to-unknown'], 'applied');
  for (const name of names) rmSync(`/var/lib/retrace/handlers-${name}`, { force: true });
  return { ...ended, writes: changedSince(before, directory, names) };
}

const manifests = (directory: string, names: readonly string[]): readonly Manifest[] =>
  names.map((name) => manifestOf(join(directory, name, 'host')));

const changedSince = (before: readonly Manifest[], directory: string, names: readonly string[]): readonly string[] =>
  manifests(directory, names).flatMap((now, index) =>
    differences(before[index] ?? new Map(), now).map((path) => `${names[index]}${path}`),
  );

/** The commands that a plan holds for a host, in their order. */
export const heldBy = ({ hosts }: PlanFile, name: string): readonly Sent[] =>
  (hosts[name]?.steps ?? []).flatMap(commandsOf);

const commandsOf = ({ commands }: PlannedStep): readonly Sent[] =>
  commands.map(({ script, stdin }) => ({ script, bytes: stdin !== undefined && 'bytes' in stdin ? stdin.bytes : 0 }));

/** Changes something that the plan of a host rests on. Returns what, or undefined if it rests on nothing. */
export function tamper({ directory, plan }: PlanBatch, name: string, seed: number): string | undefined {
  const random = new Random(caseSeed(seed, 0));
  const host = join(directory, name, 'host');
  const questions = (plan.hosts[name]?.steps ?? []).flatMap(({ answers }) => answers.map(({ question }) => question));
  const paths = [
    ...new Set(questions.flatMap((text) => (text.startsWith('stat ') ? [JSON.parse(text.slice(5)) as string] : []))),
  ];
  const those = paths.filter((path) => path.startsWith(`${host}/`) && isPlace(path));
  if (those.length === 0) return undefined;
  const path = random.pick(those);
  const how = random.pick(waysFor(path));
  how.to(path);
  return `${how.name} ${path.slice(host.length)}`;
}

interface Way {
  readonly name: string;
  readonly to: (path: string) => void;
}

const at = (path: string) => lstatSync(path, { throwIfNoEntry: false });

/** Whether something can be done at a path: its directory is one. */
function isPlace(path: string): boolean {
  try {
    return readdirSync(join(path, '..')).length >= 0;
  } catch {
    return false;
  }
}

const WAYS: Readonly<Record<'append' | 'chmod' | 'remove' | 'link' | 'write' | 'mkdir', Way>> = {
  append: { name: 'append to', to: (path) => appendFileSync(path, 'tampered\n') },
  chmod: { name: 'chmod', to: (path) => chmodSync(path, (lstatSync(path).mode & 0o7777) ^ 0o111) },
  remove: { name: 'remove', to: (path) => rmSync(path, { recursive: true }) },
  link: {
    name: 'link',
    to(path) {
      rmSync(path, { recursive: true, force: true });
      symlinkSync('/nowhere/else', path);
    },
  },
  write: { name: 'write', to: (path) => writeFileSync(path, 'tampered\n') },
  mkdir: { name: 'make a directory at', to: (path) => mkdirSync(path) },
};

function waysFor(path: string): readonly Way[] {
  const { append, chmod, remove, link, write, mkdir } = WAYS;
  const there = at(path);
  if (there === undefined) return [write, mkdir, link];
  if (there.isSymbolicLink()) return [remove, link];
  return there.isFile() ? [append, chmod, remove, link] : [chmod, remove, link];
}

function start({ program }: Setting, directory: string, argv: readonly string[], record: string): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: directory,
    env: {
      ...process.env,
      LC_ALL: 'C.UTF-8',
      NO_COLOR: '1',
      RECORD: record,
      RETRACE_HISTORY: join(directory, 'history'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stderr: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code: code ?? -1, stderr: Buffer.concat(stderr).toString().trim() })),
  );
}

/**
 * The commands in what the shells of a host got on their stdin, as src/session/wire/encode-exchange.ts writes it. Left out is what a
 * plan does not hold: Retrace's own notes about due handlers, and what runs in every check.
 */
export function sentTo({ directory, plan }: PlanBatch, name: string, record: 'planned' | 'applied'): readonly Sent[] {
  const own = join(directory, name);
  const free = (plan.hosts[name]?.evenInCheck ?? []).flatMap(commandsOf);
  return readdirSync(own)
    .filter((file) => file.startsWith(`${record}-`))
    .flatMap((file) => commandsIn(readFileSync(join(own, file))))
    .filter(
      (sent) => !sent.script.startsWith('d=/var/lib/retrace;') && !free.some((one) => one.script === sent.script),
    );
}

const PART = /^_p '((?:[^']|'\\'')*)'(?: (\d+) (\d) ?\S*)?$/gm;

function commandsIn(bytes: Buffer): readonly Sent[] {
  const sent: Sent[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf('\n', from);
    const length = Number(bytes.toString('latin1', from, end));
    const text = bytes.toString('utf8', end + 1, end + 1 + length);
    from = end + 1 + length;
    for (const [, script = '', stdin = '0', chained] of text.matchAll(PART)) {
      if (Number(stdin) > 0) from += Number(stdin) + 2;
      if (chained === '1') sent.push({ script: script.replaceAll("'\\''", "'"), bytes: Number(stdin) });
    }
  }
  return sent;
}
