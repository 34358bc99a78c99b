import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { documentIsDone, leaveDocumentDone } from './document.ts';
import { program } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'retrace-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program in the lab's network, with the lab's inventory and vault. */
const inLab = (...words: string[]) =>
  program(
    ...['lab', 'exec', process.execPath, 'dist/run.cjs', ...words],
    ...['-i', 'inventory/lab.yaml', '--vault-id', 'lab@inventory/lab-vault-password'],
  );

test('container 100, as the document left it, becomes a playbook that a check finds clean, without a secret in clear', async () => {
  await documentIsDone();

  const { code, stdout, stderr } = await inLab('import', 'ct100', '-o', folder);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('a check finds all of it in order');

  const check = await inLab(join(folder, 'ct100.yaml'), '--check');
  expect([check.code, /ok=\d+ changed=\d+ failed=\d+/.exec(check.stdout)?.[0]]).toEqual([
    0,
    expect.stringMatching(/^ok=[6-9]\d changed=0 failed=0$/),
  ]);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(30);
  for (const { parentPath, name } of files)
    expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain('PRIVATE KEY-----');
  await leaveDocumentDone();
});
