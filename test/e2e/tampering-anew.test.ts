import { beforeAll, describe, expect, test } from 'vitest';
import { labUp } from '../../src/lab/index.ts';
import { on } from '../lab/in-lab.ts';
import { failures, inEvents, type RanWithEvents, tasksThat, those } from './program.ts';
import { repaired, stale, stopping, type TamperingAnew } from './tampering-anew.ts';

// For each task and each proof of the playbook something done by hand that it must tell: none is missed, and each is told as what it
// is. Those that do not touch each other are done together.

const playbook = 'playbooks/off1-proxy.yaml';

beforeAll(async () => {
  await labUp();
  expect(failures(await inEvents(playbook))).toEqual([]);
});

describe.for([
  ['what a run repairs', repaired],
  ['what is not in force', stale],
] as const)('tampering anew: %s', ([, ones]) => {
  test('each is told by its task, and repaired; then all is as it was', async () => {
    for (const { host, script } of ones) await on(host, script);

    const check = await inEvents('--check', '--diff', playbook);
    expect(missed(check, ones)).toEqual([]);
    const repair = await inEvents(playbook);
    expect(failures(repair)).toEqual([]);
    expect(ones.map(({ task }) => task).filter((task) => !hasChanged(repair, task))).toEqual([]);
    const again = await inEvents('--check', playbook);
    expect(tasksThat(again, 'changed', 'unknown', 'failed', 'unreachable')).toEqual([]);
  });
});

describe('tampering anew: where a run stops', () => {
  test('each is told by its proof, a run stops there, and all is well once a person took it back', async () => {
    for (const { host, script } of stopping) await on(host, script);

    const check = await inEvents('--check', '--diff', playbook);
    expect(missed(check, stopping)).toEqual([]);
    expect(failures(await inEvents(playbook))).not.toEqual([]);
    for (const { host, undo } of stopping) await on(host, undo ?? '');
    const again = await inEvents(playbook);
    expect(failures(again)).toEqual([]);
    expect(tasksThat(await inEvents('--check', playbook), 'changed', 'unknown', 'failed', 'unreachable')).toEqual([]);
  });
});

/** What a check did not tell, or not as it is: with all that it did tell of that task. */
const missed = (check: RanWithEvents, ones: readonly TamperingAnew[]) =>
  ones.flatMap(({ what, task, told }) => {
    const said = those('task-finished', check)
      .filter((event) => event.task.name === task)
      .map(({ outcome }) => {
        const changes = outcome.changes.map((one) => `${one.what}: ${one.from ?? 'absent'} → ${one.to ?? 'absent'}`);
        return [...changes, `${outcome.status} ${outcome.message ?? ''}`].join('\n');
      });
    return said.some((text) => told.test(text)) ? [] : [`${what}: ${said.join('; ')}`];
  });

const hasChanged = (ran: RanWithEvents, name: string) =>
  those('task-finished', ran).some(({ task, outcome }) => task.name === name && outcome.status === 'changed');
