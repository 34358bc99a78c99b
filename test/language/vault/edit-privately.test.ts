import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../inventory/folder.ts';

const source = join(import.meta.dirname, '../../../src/language/vault/edit-privately.ts');

/** A program for editing a secret, in a separate process that can be ended from outside. */
function program(folder: ReturnType<typeof folderWith>): string {
  const entry = `import { editPrivately } from ${JSON.stringify(source)};
const result = await editPrivately(Buffer.from('hunter2'), 'secret.yml', process.env);
process.exitCode = result.ok ? 0 : 9;`;
  const outfile = folder.at('edit.mjs');
  buildSync({
    stdin: { contents: entry, resolveDir: folder.path },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
  });
  return outfile;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !condition(); tries++) await setTimeout(50);
}

describe('editPrivately', () => {
  // The editor is slow; the test decides what happens in the meantime to it and to us.
  const editor = '#!/bin/sh\necho "$1 $$" > "$NOTES.new"; mv "$NOTES.new" "$NOTES"\nexec sleep 60\n';

  test.for([
    ['SIGTERM', 'us alone'],
    ['SIGHUP', 'us alone'],
    ['SIGINT', 'us and the editor, as Ctrl-C does'],
  ] as const)('leaves nothing behind after %s to %s', { timeout: 30_000 }, async ([signal, whom]) => {
    using folder = folderWith({ editor });
    const env = { ...process.env, EDITOR: folder.at('editor'), NOTES: folder.at('notes') };
    const child = spawn(process.execPath, [program(folder)], { env, stdio: 'ignore', detached: true });
    const ended = once(child, 'exit');
    await until(() => existsSync(folder.at('notes')));
    const [path = '', editorId = ''] = readFileSync(folder.at('notes'), 'utf8').trim().split(' ');
    const wasThere = readFileSync(path, 'utf8');

    process.kill(whom === 'us alone' ? child.pid! : -child.pid!, signal);
    const [code, endedBy] = await ended;
    await until(() => !existsSync(`/proc/${editorId}`));

    expect(wasThere).toBe('hunter2');
    expect(existsSync(dirname(path))).toBe(false);
    expect(existsSync(`/proc/${editorId}`)).toBe(false);
    // Ctrl-C ends the editor, and we report that; any other signal is for us.
    expect(endedBy ?? code).toBe(signal === 'SIGINT' ? 9 : signal);
  });
});
