import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import config_links from '../../tasks/config_links.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

/** A clone with two files and a directory, all linked as wanted. */
function linked() {
  const dir = folder();
  for (const path of ['clone/nginx.service.d', 'etc', 'backups']) mkdirSync(dir.at(path), { recursive: true });
  writeFileSync(dir.at('clone/a.conf'), 'a\n');
  writeFileSync(dir.at('clone/b.conf'), 'b\n');
  writeFileSync(dir.at('clone/nginx.service.d/override.conf'), 'o\n');
  for (const name of ['a.conf', 'b.conf', 'nginx.service.d'])
    symlinkSync(dir.at(`clone/${name}`), dir.at(`etc/${name}`));
  const args = {
    src: dir.at('clone'),
    dest: dir.at('etc'),
    links: ['a.conf', 'b.conf', 'nginx.service.d'],
    backup_dir: dir.at('backups'),
  };
  return Object.assign(dir, { args });
}

const told = (dir: { path: string }, ended: Awaited<ReturnType<typeof runHere>>) =>
  'changes' in ended && ended.status !== 'failed'
    ? ended.changes.map(({ what, from, to }) =>
        `${what}: ${from} ${to === null ? 'goes' : to}`.replaceAll(dir.path, ''),
      )
    : JSON.stringify(ended);

describe('config_links', () => {
  test('reports nothing for correct links, including relative ones and links to links', async () => {
    using dir = linked();
    unlinkSync(dir.at('etc/a.conf'));
    symlinkSync('../clone/b.conf', dir.at('clone/c.conf'));
    symlinkSync(dir.at('clone/c.conf'), dir.at('etc/c.conf'));
    symlinkSync(dir.at('clone/a.conf'), dir.at('etc/a.conf'));

    expect(await runHere(config_links, { ...dir.args, links: [...dir.args.links, 'c.conf'] })).toMatchObject({
      status: 'ok',
    });
  });

  test.for<[string, (dir: ReturnType<typeof linked>) => void, string[]]>([
    ['missing', (dir) => unlinkSync(dir.at('etc/a.conf')), ['link /etc/a.conf: null → /clone/a.conf']],
    [
      'pointing elsewhere',
      (dir) => {
        unlinkSync(dir.at('etc/a.conf'));
        symlinkSync('/etc/hostname', dir.at('etc/a.conf'));
      },
      ['link /etc/a.conf: → /etc/hostname → /clone/a.conf'],
    ],
    [
      'dangling',
      (dir) => {
        unlinkSync(dir.at('etc/a.conf'));
        symlinkSync(dir.at('clone/gone'), dir.at('etc/a.conf'));
      },
      ['link /etc/a.conf: → /clone/gone (dangling) → /clone/a.conf'],
    ],
    [
      'replaced by a copy with the same content',
      (dir) => {
        unlinkSync(dir.at('etc/a.conf'));
        writeFileSync(dir.at('etc/a.conf'), 'a\n');
      },
      ['link /etc/a.conf: a copy with the same content → /clone/a.conf'],
    ],
    [
      'replaced by a copy whose content differs',
      (dir) => {
        unlinkSync(dir.at('etc/a.conf'));
        writeFileSync(dir.at('etc/a.conf'), 'other\n');
      },
      ['link /etc/a.conf: a copy whose content differs → /clone/a.conf'],
    ],
    [
      'a directory replaced by a copy whose content differs',
      (dir) => {
        unlinkSync(dir.at('etc/nginx.service.d'));
        mkdirSync(dir.at('etc/nginx.service.d'));
        writeFileSync(dir.at('etc/nginx.service.d/override.conf'), 'mine\n');
      },
      ['link /etc/nginx.service.d: a copy whose content differs → /clone/nginx.service.d'],
    ],
    [
      'stale',
      (dir) => symlinkSync(dir.at('clone/old.conf'), dir.at('etc/old.conf')),
      ['stale link /etc/old.conf: → /clone/old.conf goes'],
    ],
  ])('finds and repairs a link that is %s', async ([, tamper, expected]) => {
    using dir = linked();
    tamper(dir);

    const check = await runHere(config_links, dir.args, { check: true });
    const ran = await runHere(config_links, dir.args);

    expect(told(dir, check).toString().replaceAll('→ /clone', '→ /clone')).toEqual(expected.toString());
    expect(ran.status).toBe('changed');
    expect(await runHere(config_links, dir.args)).toMatchObject({ status: 'ok' });
    expect(readlinkSync(dir.at('etc/a.conf'))).toBe(dir.at('clone/a.conf'));
  });

  test('keeps a copy that differs', async () => {
    using dir = linked();
    unlinkSync(dir.at('etc/a.conf'));
    writeFileSync(dir.at('etc/a.conf'), 'mine\n');

    await runHere(config_links, dir.args);

    const kept = readdirSync(dir.at('backups'));
    expect(kept.map((name) => readFileSync(dir.at(`backups/${name}`), 'utf8'))).toEqual(['mine\n']);
  });

  test('leaves other files and links alone', async () => {
    using dir = linked();
    symlinkSync('/etc/hostname', dir.at('etc/theirs'));
    writeFileSync(dir.at('etc/file'), '');

    expect(await runHere(config_links, dir.args)).toMatchObject({ status: 'ok' });
    expect([existsSync(dir.at('etc/file')), lstatSync(dir.at('etc/theirs')).isSymbolicLink()]).toEqual([true, true]);
  });

  test('creates no dangling link', async () => {
    using dir = linked();

    const ended = await runHere(config_links, { ...dir.args, links: ['a.conf', 'missing'] });

    expect(ended).toMatchObject({
      status: 'failed',
      message: `${dir.at('etc/missing')} would point to nothing: ${dir.at('clone/missing')} does not exist`,
    });
  });

  test('links everything in a directory, and under other names', async () => {
    using dir = linked();
    mkdirSync(dir.at('new'));

    const all = await runHere(config_links, {
      src: dir.at('clone'),
      dest: dir.at('new'),
      backup_dir: dir.at('backups'),
    });
    const renamed = await runHere(config_links, { ...dir.args, links: [{ 'a.conf': 'z.conf' }], stale: 'keep' });

    expect([all.status, readdirSync(dir.at('new')), renamed.status, readlinkSync(dir.at('etc/z.conf'))]).toEqual([
      'changed',
      ['a.conf', 'b.conf', 'nginx.service.d'],
      'changed',
      dir.at('clone/a.conf'),
    ]);
  });

  test('M7: a relative link is correct if it really points there', async () => {
    using dir = linked();
    unlinkSync(dir.at('etc/a.conf'));
    symlinkSync('../clone/a.conf', dir.at('etc/a.conf'));

    expect(await runHere(config_links, dir.args)).toMatchObject({ status: 'ok' });

    // By its text it leads to the clone, but its directory is somewhere else.
    mkdirSync(dir.at('deep/er'), { recursive: true });
    symlinkSync(dir.at('deep/er'), dir.at('there'));
    symlinkSync('../clone/a.conf', dir.at('deep/er/a.conf'));
    const ended = await runHere(config_links, { ...dir.args, dest: dir.at('there'), links: ['a.conf'] });
    expect(told(dir, ended)).toEqual(['link /there/a.conf: → ../clone/a.conf (dangling) → /clone/a.conf']);
  });

  test.for<[string, unknown[], string[]]>([
    ['all matching ones', ['*.conf'], ['a.conf', 'b.conf']],
    ['those in a character class', ['[!b].conf', '?.service'], ['a.conf']],
    ['each once', ['a.conf', '*'], ['a.conf', 'b.conf', 'nginx.service.d']],
  ])('M7: patterns: %s', async ([, links, expected]) => {
    using dir = linked();
    mkdirSync(dir.at('new'));
    writeFileSync(dir.at('clone/.hidden'), '');
    const args = { ...dir.args, dest: dir.at('new'), links };

    expect((await runHere(config_links, args)).status).toBe('changed');
    expect(readdirSync(dir.at('new'))).toEqual(expected);
    expect((await runHere(config_links, args)).status).toBe('ok');
  });

  test('M7: a pattern below src; what no longer matches is removed', async () => {
    using dir = linked();
    mkdirSync(dir.at('new/nginx.service.d'), { recursive: true });
    const args = { ...dir.args, dest: dir.at('new'), links: ['nginx.service.d/*.conf'] };

    expect((await runHere(config_links, args)).status).toBe('changed');
    unlinkSync(dir.at('clone/nginx.service.d/override.conf'));
    const ended = await runHere(config_links, args);

    expect(told(dir, ended)).toEqual([
      'stale link /new/nginx.service.d/override.conf: → /clone/nginx.service.d/override.conf goes',
    ]);
  });
});
