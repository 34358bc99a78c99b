import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { found } from '../../src/core/questions/files/found.ts';
import { tree } from '../../src/core/questions/files/tree.ts';
import copy_between from '../../tasks/copy_between.ts';
import { planOn, runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';

/** A tree as certbot creates it. */
function certificates() {
  const dir = folder();
  for (const path of ['src/archive/x', 'src/live/x']) mkdirSync(dir.at(path), { recursive: true });
  writeFileSync(dir.at('src/archive/x/privkey1.pem'), 'KEY', { mode: 0o600 });
  writeFileSync(dir.at("src/archive/x/-odd 'name"), 'ODD');
  chmodSync(dir.at('src/archive'), 0o700);
  symlinkSync('../../archive/x/privkey1.pem', dir.at('src/live/x/privkey.pem'));
  return Object.assign(dir, { args: { from: 'proxy', src: dir.at('src'), dest: dir.at('dest') } });
}

const bitsOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);

/** The output of a hostile `find`: path, kind, and the rest as an honest one would print it. */
const listed = (...entries: readonly (readonly [path: string, kind: string])[]) =>
  Buffer.from(
    entries.map(([path, kind]) => `${[path, kind, '644', 0, 0, 'root', 'root', 1, 0, '', 1, 1].join('\0')}\0`).join(''),
  );

describe('XB2: a hostile source', () => {
  test.for([
    ['a path that climbs up', [['../cron.d/evil', 'f']]],
    [
      'one that climbs up after a directory',
      [
        ['a', 'd'],
        ['a/../../x', 'f'],
      ],
    ],
    ['an absolute path', [['/etc/cron.d/evil', 'f']]],
    [
      'an entry below a link',
      [
        ['link', 'l'],
        ['link/file', 'f'],
      ],
    ],
    ['an entry below an unlisted directory', [['a/b', 'f']]],
    ['the root twice', [['', 'd']]],
    [
      'a name twice',
      [
        ['a', 'f'],
        ['a', 'd'],
      ],
    ],
  ] as const)('is refused %s', async ([, entries]) => {
    const kind = tree({ path: '/src' }).kind;
    const reply = { code: 0, stdout: listed(['', 'd'], ...entries), stderr: Buffer.alloc(0) };

    expect(kind.read([reply], [{ path: '/src' }])).toMatchObject([
      { ok: false, why: expect.stringContaining('no such path can exist') },
    ]);
  });

  test.for(['up', 'elsewhere'])('`find` rejects it, too: %s', (name) => {
    const path = name === 'up' ? '/src/../etc/shadow' : '/etc/shadow';
    const words = [path, 'f', '644', 0, 0, 'root', 'root', 1, 0, 0, 0, 0, 0, 0];
    const question = found({ path: '/src', follow: false });
    const reply = { code: 0, stdout: Buffer.from(`${words.join('\0')}\0`), stderr: Buffer.alloc(0) };

    expect(question.kind.read([reply], [question.arg])).toMatchObject([{ ok: false }]);
  });

  test.for([
    ['a link where a file was listed', () => ({ x: '/etc/passwd' })],
    ['a link above a file', () => ({ archive: '/etc' })],
  ] as const)('sends %s: nothing is touched through it', async ([, links]) => {
    using dir = certificates();
    using evil = folder();
    writeFileSync(dir.at('src/x'), 'X', { mode: 0o666 });
    for (const [name, target] of Object.entries(links()))
      symlinkSync(target === '/etc/passwd' ? evil.at('victim') : evil.path, evil.at(name));
    mkdirSync(evil.at('x-dir'));
    writeFileSync(evil.at('victim'), 'SAFE', { mode: 0o600 });
    const tampered: typeof runScript = (script, stdin) =>
      script.startsWith('tar -C') && !script.includes('-xf')
        ? runScript(`cd ${evil.path} && tar -cf - -- ${Object.keys(links()).join(' ')}`)
        : runScript(script, stdin);

    const ran = await runHere(copy_between, dir.args, { sh: tampered });

    expect(ran.status).toBe('failed');
    expect([bitsOf(evil.at('victim')), readFileSync(evil.at('victim'), 'utf8')]).toEqual(['600', 'SAFE']);
    expect(readdirSync(dir.at('dest')).includes('x')).toBe(false);
  });
});

describe('copy_between', () => {
  test('creates the same tree with links and modes, and leaves nothing else', async () => {
    using dir = certificates();

    const ran = await runHere(copy_between, dir.args);
    const again = await runHere(copy_between, dir.args);

    expect([ran.status, again.status]).toEqual(['changed', 'ok']);
    expect([
      readFileSync(dir.at('dest/live/x/privkey.pem'), 'utf8'),
      readlinkSync(dir.at('dest/live/x/privkey.pem')),
    ]).toEqual(['KEY', '../../archive/x/privkey1.pem']);
    expect([bitsOf(dir.at('dest/archive')), bitsOf(dir.at('dest/archive/x/privkey1.pem'))]).toEqual(['700', '600']);
    expect(readdirSync(dir.at('dest')).toSorted()).toEqual(['archive', 'live']);
    expect(readdirSync(dir.at('dest/archive/x')).toSorted()).toEqual(["-odd 'name", 'privkey1.pem']);
  });

  test('transfers only what differs, and never shows content', async () => {
    using dir = certificates();
    await runHere(copy_between, dir.args);
    writeFileSync(dir.at('dest/archive/x/privkey1.pem'), 'OTHER');
    chmodSync(dir.at('dest/live'), 0o711);

    const check = await runHere(copy_between, dir.args, { check: true });
    const ran = await runHere(copy_between, dir.args);

    const told = 'changes' in check ? check.changes.map(({ what }) => what) : [];
    expect(told.toSorted()).toEqual(['file archive/x/privkey1.pem', 'mode of live']);
    expect(JSON.stringify(check)).not.toContain('KEY');
    expect([ran.status, readFileSync(dir.at('dest/archive/x/privkey1.pem'), 'utf8')]).toEqual(['changed', 'KEY']);
  });

  test('deletes files that are missing at the source only if requested', async () => {
    using dir = certificates();
    await runHere(copy_between, dir.args);
    mkdirSync(dir.at('dest/extra'));

    const kept = await runHere(copy_between, dir.args);
    const gone = await runHere(copy_between, { ...dir.args, delete: true });

    expect([kept.status, gone.status, existsSync(dir.at('dest/extra'))]).toEqual(['ok', 'changed', false]);
  });

  test('reports a missing source', async () => {
    using dir = certificates();

    expect(await runHere(copy_between, { ...dir.args, src: dir.at('missing') })).toMatchObject({
      status: 'failed',
      message: `${dir.at('missing')} does not exist on proxy`,
    });
  });

  test('subtracts the uid offset of an unprivileged container, and compares names before numbers', () => {
    const root = { path: '', kind: 'directory', mode: 0o755, size: 0, mtime: 0 };
    const inside = { ...root, uid: 100000, gid: 100033, owner: undefined, group: undefined };
    const outside = { ...root, uid: 0, gid: 33, owner: 'root', group: 'www-data' };
    const args = { from: 'off2', src: '/a', dest: '/b' };

    const shifted = planOn(copy_between, { there: [inside], here: [outside] }, { ...args, id_offset: 100000 });
    const renumbered = planOn(copy_between, { there: [{ ...outside, gid: 99 }], here: [outside] }, args);

    expect([shifted, renumbered]).toEqual([{ changes: [] }, { changes: [] }]);
  });

  test('fails if an owner has no account', () => {
    const entry = {
      path: '',
      kind: 'directory',
      mode: 0o755,
      size: 0,
      mtime: 0,
      uid: 7,
      gid: 0,
      owner: 'certs',
      group: 'root',
    };

    const plan = planOn(
      copy_between,
      { there: [entry], here: undefined, 'user certs': { exists: false } },
      { from: 'proxy', src: '/a', dest: '/b' },
    );

    expect(plan).toEqual({ failed: 'owners of files on proxy do not exist here: user certs' });
  });
});
