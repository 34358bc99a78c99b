import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { quote } from '../../src/core/command.ts';
import type { Event } from '../../src/core/event.ts';
import { packageRoot } from '../../src/lab/paths.ts';

/** How a run of the built program ended, and its output. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run as seen by a program: its events. */
export interface RanWithEvents extends Ran {
  readonly events: readonly Event[];
}

const built = join(packageRoot(), 'dist', 'run.cjs');

// Reading a machine's certificate bundle doubles Node's start-up time, and nothing here needs it.
const { NODE_EXTRA_CA_CERTS: _, ...withoutExtraAuthorities } = process.env;

type Of<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

/** Starts the built program in the project's root directory, with these arguments. */
export function start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
  const child = spawn(process.execPath, [built, ...args], {
    cwd: packageRoot(),
    env: { ...withoutExtraAuthorities, RETRACE_CALLED_AS: 'run', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Use a separate process group, as a terminal does, so that all of it can be signalled.
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, ...said })));
  return { child, ended };
}

/** Runs the built program to completion. */
export const program = (...args: string[]): Promise<Ran> => start(args).ended;

/** Runs the built program on a terminal, and answers every question. */
export async function onTerminal(
  args: readonly string[],
  asks: string,
  answers: readonly string[],
): Promise<Omit<Ran, 'stderr'>> {
  const words = [process.execPath, built, ...args];
  const child = spawn('script', ['--quiet', '--return', '--command', words.map(quote).join(' '), '/dev/null'], {
    cwd: packageRoot(),
    env: { ...withoutExtraAuthorities, RETRACE_CALLED_AS: 'run', NO_COLOR: '1', TERM: 'xterm' },
  });
  const left = [...answers];
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    while (left.length > 0 && stdout.split(asks).length - 1 > answers.length - left.length)
      child.stdin.write(`${left.shift()}\n`);
  });
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? -1)));
  return { code, stdout };
}

/** Runs it in the lab and parses its events. */
export async function inEvents(...args: string[]): Promise<RanWithEvents> {
  const ran = await program('--lab', '--output', 'json', ...args);
  return { ...ran, events: eventsOf(ran.stdout) };
}

/** Runs it in the lab, and cuts it off in some way as soon as a given event occurs. */
export async function cutOff(
  args: readonly string[],
  when: (event: Event) => boolean,
  cut: (run: ChildProcess) => unknown,
): Promise<RanWithEvents> {
  const { child, ended } = start(['--lab', '--output', 'json', ...args]);
  let told = '';
  let isCut = false;
  child.stdout!.on('data', (text: string) => {
    const lines = (told + text).split('\n');
    told = lines.pop()!;
    if (isCut || !lines.some((line) => when(JSON.parse(line) as Event))) return;
    isCut = true;
    cut(child);
  });
  const ran = await ended;
  if (!isCut) throw new Error(`the run ended before it could be cut off\n${ran.stdout.slice(-2000)}${ran.stderr}`);
  return { ...ran, events: eventsOf(ran.stdout) };
}

/** Ends a run as a crash of the operator's machine would: the program and everything it started. */
export const killHard = ({ pid }: ChildProcess) => process.kill(-pid!, 'SIGKILL');

/** The printed events; if the program was killed, the last one may be half a line. */
export const eventsOf = (stdout: string): readonly Event[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);

/** The events of one kind. */
export const those = <Kind extends Event['kind']>(kind: Kind, { events }: RanWithEvents): readonly Of<Kind>[] =>
  events.filter((event): event is Of<Kind> => event.kind === kind);

/** The tasks with certain statuses, each as `host: name`. */
export const tasksThat = (ran: RanWithEvents, ...statuses: readonly string[]): readonly string[] =>
  those('task-finished', ran)
    .filter(({ outcome }) => statuses.includes(outcome.status))
    .map(({ host, task }) => `${host}: ${task.name}`);

/** The failures, with their reasons; tests that expect none show them. */
export const failures = (ran: RanWithEvents): readonly string[] =>
  those('task-finished', ran)
    .filter(({ outcome }) => outcome.status === 'failed' || outcome.status === 'unreachable')
    .map(({ host, task, outcome }) => `${host}: ${task.name}: ${outcome.message ?? ''}`);
