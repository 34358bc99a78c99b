import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../core/source.ts';
import { splitWords } from '../../core/split-words.ts';
import { createPrivate, privateFolder, shredFolder } from './private-files.ts';

/** Lets a person edit a secret with `$EDITOR`, leaving no trace of it, no matter how the editing ends. */
export async function editPrivately(secret: Uint8Array, name: string, env: NodeJS.ProcessEnv): Promise<Result<Buffer>> {
  const [editor, ...args] = splitWords(env.EDITOR || 'vi') ?? [];
  if (editor === undefined) return failed(`EDITOR is not a command: ${env.EDITOR}`);
  const folder = privateFolder();
  const file = join(folder, name);
  const editing = new AbortController();
  const cleanUp = () => {
    editing.abort();
    shredFolder(folder);
  };
  const release = onEnd(cleanUp);
  try {
    createPrivate(file, secret);
    const problem = await runEditor(editor, [...args, file], env, editing.signal);
    return problem === undefined ? { ok: true, value: readFileSync(file) } : failed(problem);
  } finally {
    release();
    cleanUp();
  }
}

function runEditor(
  editor: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(editor, args, { env, signal, stdio: 'inherit' });
    child.on('error', (error) => resolve(`cannot run the editor ${editor}: ${error.message}`));
    child.on('exit', (code, ending) =>
      resolve(
        code === 0
          ? undefined
          : `the editor ${editor} ended with ${ending ?? `exit code ${code}`}; nothing was changed`,
      ),
    );
  });
}

/** Ctrl-C belongs to the editor, which shares our terminal. Other signals take effect after the cleanup. */
function onEnd(cleanUp: () => void): () => void {
  const ignore = () => {};
  const end = (signal: NodeJS.Signals) => {
    release();
    cleanUp();
    process.kill(process.pid, signal);
  };
  const release = () => {
    process.off('SIGINT', ignore);
    for (const signal of ENDINGS) process.off(signal, end);
    process.off('exit', cleanUp);
  };
  process.on('SIGINT', ignore);
  for (const signal of ENDINGS) process.on(signal, end);
  process.on('exit', cleanUp);
  return release;
}

const ENDINGS = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

const failed = (message: string): Result<never> => ({
  ok: false,
  error: [{ severity: 'error', code: 'vault-edit', message }],
});
