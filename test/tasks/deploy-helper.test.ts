import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import deployHelper from '../../tasks/deploy_helper.ts';
import { runAllHere, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-deploy-'));
afterAll(() => rmSync(place, { recursive: true }));
const path = join(place, 'srv', 'app');
const run = (args: object, check = false) => runHere(deployHelper, { path, ...args }, { check });

/** Changed, as a check foretells, and then ok for both. */
async function ends(args: object, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
}

const releases = (): readonly string[] => readdirSync(join(path, 'releases')).toSorted();

describe('deploy_helper', () => {
  test('makes the directories, and tells the paths', async () => {
    await ends(
      { release: 'r1', mode: '0750' },
      `directory ${place}/srv: absent → 0750`,
      `directory ${path}: absent → 0750`,
      `directory ${path}/releases: absent → 0750`,
      `directory ${path}/shared: absent → 0750`,
    );
    expect(statSync(join(path, 'shared')).mode & 0o777).toBe(0o750);
    expect(await run({ state: 'query', release: 'r1', shared_path: '' })).toMatchObject({
      status: 'ok',
      result: {
        ansible_facts: {
          deploy_helper: {
            project_path: path,
            current_path: `${path}/current`,
            releases_path: `${path}/releases`,
            shared_path: null,
            previous_release: null,
            previous_release_path: null,
            new_release: 'r1',
            new_release_path: `${path}/releases/r1`,
            unfinished_filename: 'DEPLOY_UNFINISHED',
          },
        },
      },
    });
    expect(await run({ state: 'query' })).toMatchObject({
      result: { ansible_facts: { deploy_helper: { new_release: expect.stringMatching(/^\d{14}$/) } } },
    });
  });

  test('a release becomes the current one, and old ones go', async () => {
    for (const name of ['r1', 'r2', 'r3', 'r 4', 'r5']) {
      mkdirSync(join(path, 'releases', name));
      await sleep(30);
    }
    writeFileSync(join(path, 'releases', 'file'), '');
    for (const name of ['r3', 'r5']) writeFileSync(join(path, 'releases', name, 'DEPLOY_UNFINISHED'), '');
    // The mark makes a release the newest. Of the finished ones, the newest one is kept.
    await ends(
      { state: 'finalize', release: 'r5', keep_releases: 1 },
      `${path}/releases/r5/DEPLOY_UNFINISHED: present → absent`,
      `${path}/current: absent → → ${path}/releases/r5`,
      'release r3: unfinished → absent',
      'release r2: present → absent',
      'release r1: present → absent',
    );
    expect(readlinkSync(join(path, 'current'))).toBe(`${path}/releases/r5`);
    expect(releases()).toEqual(['file', 'r 4', 'r5']);
    expect(readdirSync(join(path, 'releases', 'r5'))).toEqual([]);
    await ends(
      { state: 'finalize', release: 'r 4', clean: false },
      `${path}/current: → ${path}/releases/r5 → → ${path}/releases/r 4`,
    );
    await ends({ state: 'clean', keep_releases: 0 }, 'release r5: present → absent');
    expect(releases()).toEqual(['file', 'r 4']);
  });

  test('a check of a whole deployment foretells its run', async () => {
    const other = join(place, 'other');
    const play = [
      [deployHelper, { path: other, release: 'new' }],
      [deployHelper, { path: other, release: 'new', state: 'finalize' }],
      [deployHelper, { path: other, state: 'absent' }],
      [deployHelper, { path: other, state: 'absent' }],
    ] as const;
    const foretold = (await runAllHere(play, { check: true })).map((one) => one.status);
    expect(foretold).toEqual(['changed', 'changed', 'changed', 'ok']);
    expect((await runAllHere(play)).map((one) => one.status)).toEqual(foretold);
    expect(existsSync(other)).toBe(false);
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => outcomeOf(await run(args, true))[1];
    expect(await failure({ current_path: 'shared', release: 'x' })).toBe(
      `${path}/shared exists but is not a symbolic link`,
    );
    expect(await failure({ releases_path: 'releases/file', release: 'x' })).toBe(
      `${path}/releases/file exists but is not a directory`,
    );
    expect(await failure({ owner: 'nobody-here', release: 'x' })).toMatch(/failed to look up user nobody-here/);
  });
});
