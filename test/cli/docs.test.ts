import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
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
  test('docs/task-types.md is up to date with the task types (npm run docs)', async () => {
    using rig = new Rig();

    const { stdout } = await rig.run(['doc', '--markdown']);

    expect(readFileSync(join(root, 'docs/task-types.md'), 'utf8')).toBe(stdout);
  });

  test.for(pages)('%s links only to existing targets', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) =>
      resolve(root, dirname(page), target!),
    );

    expect(targets.filter((target) => statSync(target, { throwIfNoEntry: false }) === undefined)).toEqual([]);
  });

  test("the README's audit is what the program prints now", async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, playbook = '', output = ''] = /```yaml\n([^`]*)```[^`]*`[^`]*`[^`]*```\n([^`]*)```/.exec(readme) ?? [];
    using rig = new Rig();
    const shop = join(rig.folder, 'shop');
    rig.write({
      'shop.yaml': playbook.replaceAll('/srv/shop', shop),
      'shop/shop.conf': 'server_name shop.example.org;\nclient_max_body_size 200m;\n',
      'shop/shop.key': '',
    });
    chmodSync(shop, 0o755);
    chmodSync(join(shop, 'shop.key'), 0o644);

    const { code, stdout } = await rig.run(['shop.yaml', '--check', '--diff']);

    expect(stdout.trimStart().replaceAll(shop, '/srv/shop')).toBe(output);
    expect(code).toBe(2);
  });

  test('doc --search finds types by their names, descriptions and parameters, and shows which parameters', async () => {
    using rig = new Rig();

    const { code, stdout } = await rig.run(['doc', '--search', 'cron minute']);
    const types = stdout.split('\n').filter((line) => /^\S/.test(line));

    expect(code).toBe(0);
    expect(types[0]).toMatch(/^ansible\.builtin\.cron {2}/);
    expect(types.join('\n')).not.toContain('ansible.builtin.copy');
    expect(stdout).toContain('\n    minute: ');
  });

  test('--help names every option and every exit code', async () => {
    using rig = new Rig();

    const { code, stdout } = await rig.run(['--help']);

    expect(code).toBe(0);
    for (const word of ['--check', '--diff', '--limit', '--tags', '--lab', 'exit codes: 0 done'])
      expect(stdout).toContain(word);
  });
});
