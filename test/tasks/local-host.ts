import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../src/core/command.ts';
import { wholeOf } from '../../src/core/local-content.ts';
import type { Answer, Question } from '../../src/core/question.ts';
import type { Reply } from '../../src/core/session.ts';

/** Runs a script in a real `/bin/sh` on this machine. */
export function runScript(script: string, stdin?: Uint8Array | string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script]);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {}); // a script need not read its input
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 255, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }),
    );
    child.stdin.end(stdin ?? '');
  });
}

/** Asks questions of one kind, merged as the engine merges them. */
export async function askAll<A>(questions: readonly Question<A>[]): Promise<readonly Answer<A>[]> {
  const kind = questions[0]!.kind;
  const args = questions.map((one) => one.arg);
  const replies = await Promise.all(
    kind.scripts(args).map((part) => runScript(part.script, part.stdin && wholeOf(part.stdin))),
  );
  return kind.read(replies, args);
}

/** The single answer to a question; the test fails if there is none. */
export async function ask<A>(question: Question<A>): Promise<A> {
  const [answer] = await askAll([question]);
  if (answer?.ok !== true) throw new Error(`no answer: ${answer?.why}`);
  return answer.value;
}

/** Runs a command, whose input must be plain content. */
export const run = (command: Command): Promise<Reply> =>
  runScript(command.script, command.stdin as Uint8Array | string | undefined);

/** A temporary directory for a test, removed when the test ends. */
export function folder(): { readonly path: string; readonly at: (name: string) => string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'retrace-'));
  return {
    path,
    at: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
