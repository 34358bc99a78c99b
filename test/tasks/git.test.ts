import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/core/command.ts';
import git from '../../tasks/git.ts';
import { runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';

const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
};

/** A repository with a branch, a tag, and a place for a clone. */
function forge() {
  const dir = folder();
  const at =
    (where: string) =>
    (...words: string[]) =>
      execFileSync('git', ['-C', where, ...words], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  execFileSync('git', ['init', '-q', '-b', 'main', dir.at('repo')], { env });
  const repo = at(dir.at('repo'));
  const commit = (text: string) => {
    writeFileSync(dir.at('repo/file'), text);
    repo('add', 'file');
    repo('commit', '-qm', text);
    return repo('rev-parse', 'HEAD');
  };
  const first = commit('one');
  repo('tag', '-a', 'v1', '-m', 'v1');
  return {
    dir,
    commit,
    first,
    repo,
    clone: at(dir.at('clone')),
    args: { repo: dir.at('repo'), dest: dir.at('clone') },
  };
}

const lines = (ended: Awaited<ReturnType<typeof runHere>>) => [
  ended.status,
  ...('changes' in ended
    ? ended.changes.map(({ what, from, to }) => `${what.replace(/\/tmp\/retrace-\w+/, '')}: ${from} → ${to}`)
    : []),
  ...('message' in ended ? [ended.message.replaceAll(/\/tmp\/retrace-\w+/g, '')] : []),
];

describe('git', () => {
  test('clones once, and follows the branch', async () => {
    const { dir, args, commit, first } = forge();
    using _ = dir;

    expect(lines(await runHere(git, args, { check: true }))).toEqual([
      'changed',
      `clone /clone: null → HEAD ${first.slice(0, 10)}`,
    ]);
    expect(existsSync(args.dest)).toBe(false);
    expect(await runHere(git, args)).toMatchObject({ status: 'changed', result: { before: null, after: first } });
    expect(await runHere(git, args)).toMatchObject({
      status: 'ok',
      result: { before: first, after: first, remote_url_changed: false, clean: true },
    });

    const second = commit('two');
    expect(await runHere(git, args, { check: true })).toMatchObject({
      status: 'changed',
      result: { before: first, after: second },
    });
    expect(lines(await runHere(git, args))).toEqual([
      'changed',
      `clone /clone: main ${first.slice(0, 10)} → main ${second.slice(0, 10)}`,
    ]);
    expect(lines(await runHere(git, args))).toEqual(['ok']);
    expect(readFileSync(dir.at('clone/file'), 'utf8')).toBe('two');
  });

  test('never discards local changes, unless force is set', async () => {
    const { dir, args, commit } = forge();
    using _ = dir;
    await runHere(git, args);
    commit('two');
    writeFileSync(dir.at('clone/file'), 'mine');

    expect(lines(await runHere(git, args, { check: true }))).toEqual([
      'failed',
      'Local modifications exist in the destination: /clone (force=no):  M file',
    ]);
    expect(lines(await runHere(git, args))).toEqual([
      'failed',
      'Local modifications exist in the destination: /clone (force=no):  M file',
    ]);
    expect(readFileSync(dir.at('clone/file'), 'utf8')).toBe('mine');
    expect((await runHere(git, { ...args, force: true })).status).toBe('changed');
    expect(readFileSync(dir.at('clone/file'), 'utf8')).toBe('two');
  });

  test('never discards local commits, unless force is set', async () => {
    const { dir, args, commit, clone } = forge();
    using _ = dir;
    await runHere(git, args);
    writeFileSync(dir.at('clone/other'), 'mine');
    clone('add', 'other');
    clone('commit', '-qm', 'mine');
    const own = clone('rev-parse', 'HEAD');

    expect(lines(await runHere(git, args, { check: true }))[1]).toBe(
      '/clone has local commits that the repository does not have: 1',
    );
    expect(lines(await runHere(git, args))).toEqual([
      'failed',
      '/clone has local commits that the repository does not have: 1',
    ]);
    commit('two');
    expect(lines(await runHere(git, args))).toEqual([
      'failed',
      '/clone has local commits that the repository does not have: 1',
    ]);
    expect(clone('rev-parse', 'HEAD')).toBe(own);
    expect((await runHere(git, { ...args, force: true })).status).toBe('changed');
    expect(lines(await runHere(git, args))).toEqual(['ok']);
  });

  test('checks out tags, commits and other branches', async () => {
    const { dir, args, commit, first, repo } = forge();
    using _ = dir;
    const second = commit('two');
    repo('branch', 'side', first);

    for (const [version, sha] of [
      ['v1', first],
      [second, second],
      ['side', first],
      ['main', second],
    ] as const) {
      expect(await runHere(git, { ...args, version })).toMatchObject({ status: 'changed', result: { after: sha } });
      expect(lines(await runHere(git, { ...args, version }))).toEqual(['ok']);
    }
    expect(await runHere(git, { ...args, version: 'nosuch' })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no branch or tag nosuch'),
    });
  });

  test('changes the URL of the repository', async () => {
    const { dir, args } = forge();
    using _ = dir;
    await runHere(git, args);
    execFileSync('mv', [dir.at('repo'), dir.at('moved')]);

    expect(await runHere(git, { ...args, repo: dir.at('moved') })).toMatchObject({
      status: 'changed',
      result: { remote_url_changed: true },
    });
    expect(lines(await runHere(git, { ...args, repo: dir.at('moved') }))).toEqual(['ok']);
  });

  test('makes shallow and bare clones, and only where nothing exists', async () => {
    const { dir, args, commit } = forge();
    using _ = dir;
    commit('two');

    const shallow = { repo: `file://${args.repo}`, dest: dir.at('s'), depth: 1 };
    expect((await runHere(git, shallow)).status).toBe('changed');
    commit('three');
    expect((await runHere(git, shallow)).status).toBe('changed');
    expect(lines(await runHere(git, shallow))).toEqual(['ok']);

    const bare = { repo: args.repo, dest: dir.at('b'), bare: true };
    expect((await runHere(git, bare)).status).toBe('changed');
    commit('four');
    expect((await runHere(git, bare)).status).toBe('changed');
    expect(lines(await runHere(git, bare))).toEqual(['ok']);

    expect(lines(await runHere(git, { ...bare, update: false }))).toEqual(['ok']);
    expect(lines(await runHere(git, { repo: args.repo, dest: dir.at('n'), clone: false }))).toEqual(['ok']);
    expect(lines(await runHere(git, { repo: args.repo, dest: dir.path }))).toEqual([
      'failed',
      ' exists and is not a git clone',
    ]);
  });

  test('questions leave the clone unchanged', async () => {
    const { dir, args } = forge();
    using _ = dir;
    await runHere(git, args);
    execFileSync('touch', [dir.at('clone/file')]);
    const before = execFileSync('find', [args.dest, '-printf', '%p %C@\n'], { encoding: 'utf8' });

    await runHere(git, args);

    expect(execFileSync('find', [args.dest, '-printf', '%p %C@\n'], { encoding: 'utf8' })).toBe(before);
  });
});

// P6: its configuration determines what git runs (core.fsmonitor, filters), so the owner of a clone could make root run anything.
describe.runIf(process.getuid?.() === 0)("P6: another user's clone", () => {
  const nobody = (...paths: string[]) => execFileSync('chown', ['-R', 'nobody:nogroup', ...paths]);
  const refused = (path = '/clone') =>
    expect.stringMatching(
      `^${path} belongs to nobody, so git refuses to work in it as root \\(dubious ownership\\): set become_user: nobody, .*safe.directory ${path}$`,
    );

  test.each([{ check: true }, { check: false }])('is refused, and left unchanged (check: $check)', async (options) => {
    const { dir, args, commit } = forge();
    using _ = dir;
    await runHere(git, args);
    commit('two');
    nobody(args.dest);
    const list = () => execFileSync('find', [args.dest, '-printf', '%p %u %C@\n'], { encoding: 'utf8' });
    const before = list();

    expect(lines(await runHere(git, args, options))).toEqual(['failed', refused()]);
    expect(list()).toBe(before);
  });

  test('is refused if only its .git belongs to that user, or if it is still empty', async () => {
    const { dir, args } = forge();
    using _ = dir;
    await runHere(git, args);
    nobody(`${args.dest}/.git`);
    execFileSync('mkdir', [dir.at('empty')]);
    nobody(dir.at('empty'));

    expect(lines(await runHere(git, args))).toEqual(['failed', refused()]);
    expect(lines(await runHere(git, { ...args, dest: dir.at('empty') }))).toEqual(['failed', refused('/empty')]);
  });

  test.each([
    ['by its owner', 'setpriv --reuid=nobody --clear-groups'],
    ['by root after sudo by its owner', 'env SUDO_UID=65534'],
    ['if the host trusts it', 'env GIT_CONFIG_GLOBAL=DIR/trusting'],
  ])('is updated %s', async (_name, as) => {
    const { dir, args, commit } = forge();
    using _ = dir;
    await runHere(git, args);
    const second = commit('two');
    writeFileSync(dir.at('trusting'), '[safe]\n\tdirectory = *\n');
    nobody(dir.path);
    const sh: typeof runScript = (script, stdin) =>
      runScript(`${as.replace('DIR', dir.path)} sh -c ${quote(script)}`, stdin);

    expect(await runHere(git, { ...args, repo: `file://${args.repo}` }, { sh })).toMatchObject({
      status: 'changed',
      result: { after: second },
    });
  });
});
