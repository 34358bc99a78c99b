import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PlanFile } from '../../src/audit/plans/plan-file.ts';
import { differences, manifestOf } from './manifest.ts';
import { caseSeed, Random } from './random.ts';
import { type Setting, writeCase } from './truth-case.ts';

/** How the program ended. */
interface Ended {
  readonly code: number;
  readonly stderr: string;
}

/** A command that a host's shell got: its text, and how many bytes on its stdin. */
export interface Sent {
  readonly script: string;
  readonly bytes: number;
}

/** A random play with its plan. */
export interface PlanCase {
  readonly name: string;
  readonly directory: string;
  readonly plan: PlanFile;
  readonly made: Ended;
  /** Paths that planning changed. */
  readonly writes: readonly string[];
}

/** Creates case `number` and plans it. */
export async function planCase(setting: Setting, number: number): Promise<PlanCase> {
  const name = `case-${number}`;
  const directory = join(setting.directory, name);
  writeCase(setting, number, directory);
  writeFileSync(join(directory, 'shell'), '#!/bin/sh\ntee "$RECORD/$$" | exec /bin/sh "$@"\n', { mode: 0o755 });
  const host = join(directory, 'host');
  const before = manifestOf(host);
  const argv = ['plan', 'play.yaml', '-i', `${name},`, '-c', 'local', '-o', '../plan.json'];
  const made = await start(setting, directory, argv, 'planned');
  const plan = JSON.parse(readFileSync(join(directory, 'plan.json'), 'utf8')) as PlanFile;
  return { name, directory, plan, made, writes: differences(before, manifestOf(host)) };
}

/** Applies the plan of a case, as far as it goes. Returns how that ended, what the host's shell got, and the paths that changed. */
export async function applyCase(setting: Setting, { name, directory }: PlanCase) {
  const host = join(directory, 'host');
  const before = manifestOf(host);
  const ended = await start(setting, directory, ['apply', '../plan.json', '--up-to-unknown'], 'applied');
  rmSync(`/var/lib/retrace/handlers-${name}`, { force: true });
  return { ...ended, sent: sentIn(join(directory, 'applied')), writes: differences(before, manifestOf(host)) };
}

/** The commands that a plan holds, in their order, without what is hidden. */
export const heldBy = ({ hosts }: PlanFile): readonly Sent[] =>
  Object.values(hosts).flatMap(({ steps }) =>
    steps
      .filter(({ evenInCheck }) => evenInCheck !== true)
      .flatMap(({ commands }) =>
        commands.map(({ script, stdin }) => ({ script, bytes: stdin !== undefined && 'bytes' in stdin ? stdin.bytes : 0 })),
      ),
  );

/** Changes something that the plan of a case rests on. Returns what, or undefined if it rests on nothing. */
export function tamper({ directory, plan }: PlanCase, seed: number): string | undefined {
  const random = new Random(caseSeed(seed, 0));
  const host = join(directory, 'host');
  const questions = Object.values(plan.hosts).flatMap(({ steps }) =>
    steps.flatMap(({ answers }) => answers.map(({ question }) => question)),
  );
  const paths = [...new Set(questions.flatMap((text) => (text.startsWith('stat ') ? [JSON.parse(text.slice(5)) as string] : [])))];
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
  const folder = join(directory, record);
  mkdirSync(folder);
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: join(directory, 'play'),
    env: {
      ...process.env,
      LC_ALL: 'C.UTF-8',
      NO_COLOR: '1',
      RECORD: folder,
      ANSIBLE_EXECUTABLE: join(directory, 'shell'),
      RETRACE_HISTORY: join(directory, '../history'),
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
 * The commands in what shells got on their stdin, as src/session/wire/encode-exchange.ts writes it. Retrace's own notes about
 * due handlers are not in a plan.
 */
export function sentIn(folder: string): readonly Sent[] {
  return readdirSync(folder)
    .flatMap((name) => commandsIn(readFileSync(join(folder, name))))
    .filter(({ script }) => !script.startsWith('d=/var/lib/retrace;'));
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
