import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { visible } from '../core/visible.ts';

/** Asks a question on the terminal. At the end of input the answer is empty. */
export async function ask(question: string): Promise<string> {
  process.stderr.write(visible(question));
  return nextLine();
}

/** Asks a question on the terminal; undefined at the end of input. */
export async function askUntilEnd(question: string): Promise<string | undefined> {
  const line = await ask(question);
  return line === '' && ended ? undefined : line;
}

/** Asks for a secret without echoing what is typed. */
export async function askSecret(question: string): Promise<string> {
  shown = false;
  try {
    // Turn the terminal's echo off before printing the question, because a program or a fast typist may answer at once.
    lines ??= listen();
    process.stderr.write(visible(question));
    return await nextLine();
  } finally {
    shown = true;
    process.stderr.write('\n');
  }
}

/** Stops listening to the terminal, so that the program can end. */
export function endPrompts(): void {
  lines?.close();
}

let shown = true;
let lines: Interface | undefined;
let ended = false;
const waiting: ((line: string) => void)[] = [];
const early: string[] = [];

/** Reads a line. All questions share one reader, so that later ones get input that was typed ahead or piped. */
function nextLine(): Promise<string> {
  lines ??= listen();
  const line = early.shift();
  if (line !== undefined || ended) return Promise.resolve(line ?? '');
  return new Promise((resolve) => waiting.push(resolve));
}

function listen(): Interface {
  const isTerminal = process.stdin.isTTY === true;
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (shown) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output: isTerminal ? echo : undefined, terminal: isTerminal });
  reader.on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) early.push(line);
    else next(line);
  });
  // In raw mode Ctrl-C is just a character, so send the signal here.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  reader.on('close', () => {
    ended = true;
    for (const next of waiting.splice(0)) next('');
  });
  return reader;
}
