import { beforeAll, describe, expect, test } from 'vitest';
import { labUp } from '../../src/lab/index.ts';
import { on } from '../lab/in-lab.ts';
import { isThorough } from '../thorough.ts';
import { documentIsDone, leaveDocumentDone } from './document.ts';
import { failures, inEvents, type RanWithEvents, tasksThat, those } from './program.ts';
import {
  commanded,
  ending,
  listeningToo,
  removed,
  repaired,
  stale,
  stopping,
  stoppingToo,
  type TamperingAnew,
} from './tampering-anew.ts';

// For each task and each proof of the playbook, something done by hand that it must report: none is missed, and each is reported as what it
// is. Changes that do not interfere with each other are made together.

const playbook = 'playbooks/off1-proxy.yaml';

beforeAll(async () => {
  await labUp();
  await documentIsDone();
});

describe.for([
  ['what a run repairs', repaired],
  ['what is not in effect, and what is not on these hosts', stale],
  ['what a command repairs', commanded],
  ['packages', removed],
] as const)('tampering anew: %s', ([, ones]) => {
  test('each is reported by its task, and none is reported after a run', async () => {
    await tamper(ones);

    const check = await inEvents('--check', '--diff', playbook);
    expect.soft(missed(check, ones)).toEqual([]);
    const repair = await inEvents(playbook);
    expect.soft(failures(repair)).toEqual([]);
    if (isThorough) await isClean();
  });
});

describe('tampering anew: changes that stop a run', () => {
  test.for([
    ['each', stopping],
    ['changes that those would hide', stoppingToo],
    ['changes that another task finds', listeningToo],
    ['changes that also end a check,', ending],
  ] as const)('%s: reported by the proof, where a run stops', async ([, ones]) => {
    await tamper(ones);

    const check = await inEvents('--check', '--diff', playbook);
    expect.soft(missed(check, ones)).toEqual([]);
    const stopped = those('task-finished', await inEvents(playbook)).findLast(
      ({ outcome }) => outcome.status === 'failed',
    );
    expect.soft(ones.map(({ task, stops = task }) => stops)).toContain(stopped?.task.name);
    for (const { host, undo } of ones) await on(host, undo ?? ':');

    if (isThorough) await isWell();
  });
});

describe('tampering anew: after a person has undone it', () => {
  test('a run has no failures, and a check reports nothing', isWell);
});

async function isWell(): Promise<void> {
  expect(failures(await inEvents(playbook))).toEqual([]);
  await isClean();
  await leaveDocumentDone();
}

/**
 * Expects that nothing is reported any more. Except in the thorough tests, this runs once for all groups, because a run or check costs ten
 * seconds of CPU time.
 */
async function isClean(): Promise<void> {
  const check = await inEvents('--check', playbook);
  expect(tasksThat(check, 'changed', 'unless', 'unknown', 'failed', 'unreachable')).toEqual([]);
}

async function tamper(ones: readonly TamperingAnew[]): Promise<void> {
  for (const { host, script, before } of ones) {
    if (before !== undefined) await on(before.host, before.script);
    await on(host, script);
  }
}

/** The changes that a check reported wrongly or not at all, with everything that it did report about their tasks. */
const missed = (check: RanWithEvents, ones: readonly TamperingAnew[]) =>
  ones.flatMap(({ what, task, told }) => {
    const said = [...those('task-finished', check), ...those('item-finished', check)]
      .filter((event) => event.task.name === task)
      .map(({ outcome }) => {
        const changes = outcome.changes.map((one) => `${one.what}: ${one.from ?? 'absent'} → ${one.to ?? 'absent'}`);
        return [...changes, `${outcome.would ?? outcome.status} ${outcome.message ?? ''}`].join('\n');
      });
    return said.some((text) => told.test(text)) ? [] : [`${what}: ${said.join('; ')}`];
  });
