import { beforeAll, describe, expect, test } from 'vitest';
import { labUp } from '../../src/lab/index.ts';
import { on } from '../lab/in-lab.ts';
import { isThorough } from '../thorough.ts';
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

// For each task and each proof of the playbook something done by hand that it must tell: none is missed, and each is told as what it
// is. Those that do not touch each other are done together.

const playbook = 'playbooks/off1-proxy.yaml';

beforeAll(async () => {
  await labUp();
  expect(failures(await inEvents(playbook))).toEqual([]);
});

describe.for([
  ['what a run repairs', repaired],
  ['what is not in force, and what is not on these hosts', stale],
  ['what a command repairs', commanded],
  ['packages', removed],
] as const)('tampering anew: %s', ([, ones]) => {
  test('each is told by its task; after a run none is told any more', async () => {
    await tamper(ones);

    const check = await inEvents('--check', '--diff', playbook);
    expect.soft(missed(check, ones)).toEqual([]);
    const repair = await inEvents(playbook);
    expect.soft(failures(repair)).toEqual([]);
    if (isThorough || ones === removed) await isClean();
  });
});

describe('tampering anew: where a run stops', () => {
  test.for([
    ['each', stopping],
    ['what would be hidden by those as well', stoppingToo],
    ['what is found by another look at the same', listeningToo],
    ['what ends a check, too,', ending],
  ] as const)('%s is told by its proof, and a run stops there', async ([, ones]) => {
    await tamper(ones);

    const check = await inEvents('--check', '--diff', playbook);
    expect.soft(missed(check, ones)).toEqual([]);
    expect(failures(await inEvents(playbook))).not.toEqual([]);
    for (const { host, undo } of ones) await on(host, undo ?? ':');

    // All is well once a person took it back.
    expect(failures(await inEvents(playbook))).toEqual([]);
    if (isThorough || ones === ending) await isClean();
  });
});

/** Nothing is told any more. Outside of the thorough tests this is asked once for several groups: a run or check costs ten seconds of a core. */
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

/** What a check did not tell, or not as it is: with all that it did tell of that task. */
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
