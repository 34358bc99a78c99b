import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentDir, packageRoot } from '../../src/lab/paths.ts';
import { loadYaml } from '../../src/yaml/load.ts';

// M3: what the playbooks name must exist in the real repository, whose paths are kept in a list; the lab's repository has no others.

const clone = '/opt/openfoodfacts-infrastructure/';
const real = readFileSync(join(packageRoot(), 'test/fixtures/infrastructure-paths.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const isReal = (path: string) => real.some((file) => file === path || file.startsWith(`${path}/`));

describe('the infrastructure repository', () => {
  const named = playbooks().flatMap(({ file, value }) => namesIn(value).map((path) => ({ file, path })));

  test('M3: is named by the playbooks', () => {
    expect(named.map(({ path }) => path)).toContain('confs/proxy-off/nginx/stub_status');
    expect(named.map(({ path }) => path)).toContain('confs/off1-reverse-proxy/systemd/system/certbot.service.d');
  });

  test('M3: has every path that a playbook names', () => {
    expect(named.filter(({ path }) => !isReal(path))).toEqual([]);
  });

  test("M3: has every path in the lab's copy of it", () => {
    const root = join(contentDir(), 'repository', 'infrastructure');
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));

    expect(paths.filter((path) => path !== 'README.md' && !isReal(path))).toEqual([]);
  });

  test('M3: is cloned at its own branch, which is also the branch in the lab', () => {
    const versions = playbooks().flatMap(({ value }) => clonesIn(value));
    const setup = readFileSync(join(contentDir(), 'setup', 'services.sh'), 'utf8');

    expect(new Set(versions)).toEqual(new Set(['develop']));
    expect(setup).toContain('openfoodfacts-infrastructure develop');
  });
});

function playbooks(): readonly { readonly file: string; readonly value: unknown }[] {
  const root = join(packageRoot(), 'playbooks');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => {
      const read = loadYaml(readFileSync(join(root, file), 'utf8'), file, { plain: true });
      if (!read.ok) throw new Error(`${file}: ${read.error[0]?.message}`);
      return { file, value: read.value.value };
    });
}

/** Every path in the clone that a value names; `config_links` names a directory and its contents. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith(`${clone}confs`) ? [value.slice(clone.length)] : [];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!(value instanceof Map)) return [];
  const { src, links } = { src: value.get('src'), links: value.get('links') };
  const linked =
    typeof src === 'string' && Array.isArray(links) ? links.filter((link) => typeof link === 'string') : [];
  return [
    ...[...value.values()].flatMap(namesIn),
    ...linked.map((link) => posix.join(String(src), link)).flatMap(namesIn),
  ];
}

/** The versions at which the repository is cloned. */
function clonesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(clonesIn);
  if (!(value instanceof Map)) return [];
  const own = value.get('repo') === '{{ infrastructure_repository }}' ? [value.get('version')] : [];
  return [...own, ...[...value.values()].flatMap(clonesIn)];
}
