import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the docs', () => {
  test('docs/task-types.md is what the task types say today (npm run docs)', async () => {
    using rig = new Rig();

    const { stdout } = await rig.run(['doc', '--markdown']);

    expect(readFileSync(join(root, 'docs/task-types.md'), 'utf8')).toBe(stdout);
  });

  test.for(pages)('%s links only to what there is', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) =>
      resolve(root, dirname(page), target!),
    );

    expect(targets.filter((target) => statSync(target, { throwIfNoEntry: false }) === undefined)).toEqual([]);
  });

  test('--help names every option and every exit code', async () => {
    using rig = new Rig();

    const { code, stdout } = await rig.run(['--help']);

    expect(code).toBe(0);
    for (const word of ['--check', '--diff', '--limit', '--tags', '--lab', 'exit codes: 0 done'])
      expect(stdout).toContain(word);
  });
});
