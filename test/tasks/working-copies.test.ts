import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import hg from '../../tasks/hg.ts';
import subversion from '../../tasks/subversion.ts';
import { isThorough } from '../thorough.ts';
import { localTarget, runAllHere, runHere } from './harness.ts';
import { runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

// On a busy machine, Mercurial takes seconds to start.
const PATIENCE = 240_000;

// svn would wait for the next second after each change, so that it sees what is edited later by the time alone.
const quick = { SVN_I_LOVE_CORRUPTED_WORKING_COPIES_SO_DISABLE_SLEEP_FOR_TIMESTAMPS: 'yes' };

const root = mkdtempSync(join(tmpdir(), 'retrace-copies-'));
afterAll(() => rmSync(root, { recursive: true }));

const sh = (script: string): string =>
  execFileSync('/bin/sh', ['-ec', script], { cwd: root, encoding: 'utf8', env: { ...process.env, ...quick } });

describe('subversion', { timeout: PATIENCE }, () => {
  const repo = `file://${root}/repo/trunk`;
  const dest = `${root}/a/copy`;
  const executable = join(root, 'bin', 'svn');
  const args = { repo, dest, executable };

  /** Commits from another working copy, so that the tested one is out of date. */
  const commit = (text: string) => sh(`svn -q up mine && echo ${text} >mine/file && svn -q ci -m ${text} mine`);

  beforeAll(() => {
    sh(`mkdir bin; printf '#!/bin/sh\\nexport ${Object.entries(quick)[0]?.join('=')}\\nexec svn "$@"\\n' >bin/svn; chmod 755 bin/svn
svnadmin create repo; svn -q mkdir -m x file://${root}/repo/trunk file://${root}/repo/other; svn -q co ${repo} mine
echo one >mine/file; svn -q add mine/file; svn -q ci -m one mine; mkdir first; mv repo mine first`);
  });
  beforeEach(() => {
    sh('rm -rf repo mine a second; cp -a first/* .');
  });

  const run = (given: object, check = false) => runHere(subversion, given as Record<string, unknown>, { check });

  test('a working copy is checked out once and follows the repository, as a check foretells', async () => {
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check))).toEqual(['changed', `working copy ${dest}: absent → ${repo} 2`]);
    expect(await run(args)).toMatchObject({
      status: 'ok',
      result: { before: ['Revision: 2', `URL: ${repo}`], after: ['Revision: 2', `URL: ${repo}`] },
    });
    commit('two');
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check))).toEqual(['changed', `working copy ${dest}: ${repo} 2 → ${repo} 3`]);
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    expect(outcomeOf(await run({ ...args, revision: '2' }))).toEqual([
      'changed',
      `working copy ${dest}: ${repo} 3 → ${repo} 2`,
    ]);
    expect(readFileSync(join(dest, 'file'), 'utf8')).toBe('one\n');
    expect(outcomeOf(await run({ ...args, update: false }))).toEqual(['ok']);
  });

  test('a commit elsewhere in the repository is no change, but the revision is told', async () => {
    await run(args);
    sh(`svn -q mkdir -m y file://${root}/repo/other/more`);
    expect(await run(args)).toMatchObject({ status: 'ok', result: { after: ['Revision: 3', `URL: ${repo}`] } });
  });

  test('local changes are kept, and are named, unless force is set', async () => {
    await run(args);
    commit('two');
    sh(`echo mine >${dest}/file; echo new >${dest}/unknown`);
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check)).at(-1)).toBe(
        `modified files exist in ${dest} (force=no): M       ${dest}/file`,
      );
    expect(readFileSync(join(dest, 'file'), 'utf8')).toBe('mine\n');
    for (const check of [true, false])
      expect(outcomeOf(await run({ ...args, force: true }, check))).toEqual([
        'changed',
        `local changes in ${dest}: M       ${dest}/file → none`,
        `working copy ${dest}: ${repo} 2 → ${repo} 3`,
      ]);
    expect(sh(`cat ${dest}/file ${dest}/unknown`)).toBe('two\nnew\n');
    expect(outcomeOf(await run({ ...args, force: true }))).toEqual(['ok']);
  });

  test('a working copy is switched to another directory of the repository, unless switch is false', async () => {
    await run(args);
    const other = { ...args, repo: `file://${root}/repo/other` };
    expect(outcomeOf(await run({ ...other, switch: false }))).toEqual(['ok']);
    sh(`svn -q rm -m gone ${other.repo} && svn -q cp -m branch ${repo} ${other.repo}`);
    for (const check of [true, false])
      expect(outcomeOf(await run(other, check))).toEqual([
        'changed',
        `working copy ${dest}: ${repo} 2 → ${other.repo} 4`,
      ]);
    expect(outcomeOf(await run(other))).toEqual(['ok']);
    sh(`svnadmin create ${root}/second`);
    expect(outcomeOf(await run({ ...args, repo: `file://${root}/second` })).at(-1)).toBe(
      `${dest} is a working copy of another repository: ${other.repo}`,
    );
  });

  test('checks out into a directory that is there only with in_place', async () => {
    sh(`mkdir -p ${dest}; echo mine >${dest}/file`);
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check))).toEqual([
        'failed',
        `${dest} exists, but is not a subversion working copy`,
      ]);
    expect(outcomeOf(await run({ ...args, in_place: true }))[0]).toBe('changed');
    expect(readFileSync(join(dest, 'file'), 'utf8')).toBe('mine\n');
    expect(await run({ ...args, in_place: true })).toMatchObject({
      status: 'ok',
      warnings: [`${dest} has local changes: M       ${dest}/file`],
    });
    expect(outcomeOf(await run({ ...args, in_place: true, force: true }))[0]).toBe('changed');
    expect(readFileSync(join(dest, 'file'), 'utf8')).toBe('one\n');
  });

  test('exports every time, and over files only with force', async () => {
    const exported = { ...args, export: true };
    for (const check of [true, false])
      expect(outcomeOf(await run(exported, check))).toEqual(['changed', `export of ${repo}:  → ${dest} 2`]);
    expect(readdirSync(dest)).toEqual(['file']);
    expect(outcomeOf(await run(exported, true)).at(-1)).toBe(
      `${dest} exists: an export overwrites files only with force=yes`,
    );
    expect(outcomeOf(await run({ ...exported, force: true }))[0]).toBe('changed');
  });

  test('a check of several tasks builds on what was foretold', async () => {
    const ended = await runAllHere(
      [
        [subversion, args],
        [subversion, args],
        [subversion, { ...args, force: true }],
      ],
      { check: true, target: localTarget(runScript) },
    );
    expect(ended.map(outcomeOf).map(([one]) => one)).toEqual(['changed', 'ok', 'ok']);
  });

  test('tells the revision in the repository if nothing is to be done', async () => {
    expect(await run({ repo, checkout: false, update: false })).toMatchObject({
      status: 'ok',
      result: { after: 'Revision: 2' },
    });
  });

  test('sends a password on standard input only', async () => {
    const scripts: string[] = [];
    const noting: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const target = localTarget(noting);
    const [ended] = await runAllHere([[subversion, { ...args, username: 'ops', password: 'open sesame' }]], { target });
    expect(ended?.status).toBe('changed');
    expect(scripts.join('\n')).not.toContain('sesame');
  });

  test('says what is wrong, also in a check', async () => {
    for (const check of [true, false]) {
      expect(outcomeOf(await run({ ...args, repo: `${repo}/none` }, check)).at(-1)).toMatch(
        /non-existent in revision 2/,
      );
      expect(outcomeOf(await run({ repo }, check)).at(-1)).toMatch(/^the destination directory must be specified/);
      expect(outcomeOf(await run({ ...args, dest: `${root}/mine/file/x` }, check)).at(-1)).toMatch(
        /^cannot check out to/,
      );
      expect(outcomeOf(await run({ ...args, executable: '/opt/no' }, check)).at(-1)).toBe(
        '/opt/no is missing on the host: install the subversion package',
      );
    }
  });
});

describe('hg', { timeout: PATIENCE }, () => {
  const repo = join(root, 'forge');
  const dest = join(root, 'deep', 'clone');
  const args = { repo, dest };
  const run = (given: object, check = false) => runHere(hg, given as Record<string, unknown>, { check });
  const node = (rev: string): string => sh(`hg -R forge log -r ${rev} -T '{node|short}'`);
  const commit = (text: string) => sh(`cd forge; echo ${text} >file; hg -q ci -u me -m ${text}`);
  const text = (): string => readFileSync(join(dest, 'file'), 'utf8');

  beforeAll(() => {
    sh(
      'mkdir first-hg; cd first-hg; hg init forge; cd forge; echo one >file; hg -q add; hg -q ci -u me -m one; hg tag -u me v1; hg -q branch stable; echo two >file; hg -q ci -u me -m two; hg -q update default',
    );
  }, PATIENCE);
  beforeEach(() => {
    sh('rm -rf forge deep other; cp -a first-hg/* .');
  });

  test('a repository is cloned once, and followed, as a check foretells', async () => {
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check))).toEqual(['changed', `clone ${dest}: absent → ${node('default')}`]);
    expect(await run(args)).toMatchObject({
      status: 'ok',
      result: { before: `${node('default')} default`, after: `${node('default')} default`, cleaned: false },
    });
    const old = node('default');
    commit('three');
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check))).toEqual(['changed', `clone ${dest}: ${old} → ${node('default')}`]);
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    expect(outcomeOf(await run({ ...args, update: false }))).toEqual(['ok']);
  });

  // Mercurial needs a second for each call.
  test.runIf(isThorough)('local changes and other files stay, unless force and purge are set', async () => {
    await run(args);
    sh(`echo mine >${dest}/file; echo new >${dest}/unknown`);
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    const cleaning = { ...args, force: true, purge: true };
    for (const check of [true, false])
      expect(outcomeOf(await run(cleaning, check))).toEqual([
        'changed',
        `local changes in ${dest}: M file → none`,
        `untracked files in ${dest}: unknown → none`,
      ]);
    expect(text()).toBe('one\n');
    expect(await run(cleaning)).toMatchObject({ status: 'ok', result: { cleaned: false } });
  });

  test.runIf(isThorough)('a branch and a tag can be wanted', async () => {
    await run(args);
    for (const [revision, expected] of [
      ['stable', 'two\n'],
      ['v1', 'one\n'],
    ] as const) {
      expect(outcomeOf(await run({ ...args, revision }))[0]).toBe('changed');
      expect(text()).toBe(expected);
    }
  });

  test.runIf(isThorough)('local commits stay', async () => {
    await run(args);
    sh(`cd ${dest}; echo mine >other; hg -q add; hg -q ci -u me -m mine`);
    expect(outcomeOf(await run(args))).toEqual(['ok']);
  });

  test('a check of several tasks builds on what was foretold', async () => {
    const pinned = { ...args, revision: 'stable' };
    const ended = await runAllHere(
      [
        [hg, pinned],
        [hg, pinned],
      ],
      { check: true },
    );
    expect(ended.map(({ status }) => status)).toEqual(['changed', 'ok']);
  });

  test('says what is wrong, also in a check', async () => {
    sh('mkdir -p other; touch other/file');
    for (const [given, why] of [
      [{ ...args, revision: 'nosuch' }, "unknown revision 'nosuch'"],
      [{ ...args, dest: join(root, 'other') }, `${join(root, 'other')} exists and is not a Mercurial clone`],
      [
        { ...args, repo: 'https://me:secret@example.org/x' },
        'a password in the URL would be in the list of processes: put it into the [auth] section of hgrc',
      ],
      [{ repo }, 'the destination directory must be specified unless clone=no and update=no'],
      [{ ...args, executable: '/opt/no' }, '/opt/no is missing on the host: install the mercurial package'],
    ] as const)
      expect(outcomeOf(await run(given, true))).toEqual(['failed', why]);
    expect(await run({ repo, clone: false, update: false })).toMatchObject({
      status: 'ok',
      result: { after: node('tip') },
    });
  });
});
