import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../src/core/command.ts';
import type { Answer, Question } from '../../src/core/question.ts';
import type { Reply } from '../../src/core/session.ts';

/** Run a script in a real `/bin/sh` of this machine. */
export function runScript(script: string, stdin?: Uint8Array | string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script]);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {}); // a script need not read what it is given
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 255, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }),
    );
    child.stdin.end(stdin ?? '');
  });
}

/** Ask questions of one kind, merged as the engine merges them. */
export async function askAll<A>(questions: readonly Question<A>[]): Promise<readonly Answer<A>[]> {
  const kind = questions[0]!.kind;
  const args = questions.map((one) => one.arg);
  const replies = await Promise.all(kind.scripts(args).map((part) => runScript(part.script, part.stdin)));
  return kind.read(replies, args);
}

/** The one answer to a question; a test fails where there is none. */
export async function ask<A>(question: Question<A>): Promise<A> {
  const [answer] = await askAll([question]);
  if (answer?.ok !== true) throw new Error(`no answer: ${answer?.why}`);
  return answer.value;
}

/** Run a command, which must read plain content. */
export const run = (command: Command): Promise<Reply> =>
  runScript(command.script, command.stdin as Uint8Array | string | undefined);

/** A folder of its own for a test, gone when the test ends. */
export function folder(): { readonly path: string; readonly at: (name: string) => string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'retrace-'));
  return {
    path,
    at: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
