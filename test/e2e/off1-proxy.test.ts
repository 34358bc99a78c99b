import { beforeAll, describe, expect, test } from 'vitest';
import { labReset, labUp } from '../../src/lab/index.ts';
import { failures, inEvents, program, type RanWithEvents, tasksThat, those } from './program.ts';

// One story on real hosts, told in order: each test stands on what those before it have left.

const playbook = 'playbooks/off1-proxy.yaml';
const steps = Array.from({ length: 26 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`);

/** Task types that only look: their differences are for people, no run changes them. */
const looking = /(^|\.)(assert|manual|slurp|tls_certificate|uri|verify|wait_for)$/;

const oneRoundEach = [{ off1: 1 }, { ct100: 1 }, { proxy: 1 }, { ct100: 1 }];

beforeAll(async () => {
  await labUp();
  for (const host of ['services', 'off2', 'off1']) await labReset(host);
});

describe('the install document', () => {
  let foreseen: RanWithEvents;

  test('a check of pristine hosts fails nothing, and tells what is not known', async () => {
    foreseen = await inEvents('--check', playbook);

    expect(failures(foreseen)).toEqual([]);
    expect(foreseen.code).toBe(2);
    expect(new Set(those('task-finished', foreseen).map(({ outcome }) => outcome.status))).toEqual(
      new Set(['changed', 'unknown', 'ok', 'skipped']),
    );
    for (const { task, outcome } of those('task-finished', foreseen))
      if (outcome.status === 'unknown') expect(outcome.message, task.name).toMatch(/^depends on /);
  });

  test('a run with nobody watching takes them to the whole document', async () => {
    const ran = await inEvents(playbook);

    expect(failures(ran)).toEqual([]);
    expect(ran.code).toBe(0);
    expect([...new Set(those('task-finished', ran).map(({ task }) => task.step))].toSorted()).toEqual(
      expect.arrayContaining(steps),
    );
    // Whatever the check called ok is not changed; whatever it said would change was changed.
    const said = tasksThat(foreseen, 'changed', 'unknown');
    const changed = ofTasks(ran, tasksThat(ran, 'changed'));
    expect(changed.filter((task) => !said.includes(task))).toEqual([]);
    expect(ofTasks(foreseen, tasksThat(foreseen, 'changed')).filter((task) => !changed.includes(task))).toEqual([]);
  });

  test('the same again changes nothing, in one round a host and play', async () => {
    const ran = await inEvents(playbook);

    expect(failures(ran)).toEqual([]);
    expect(tasksThat(ran, 'changed')).toEqual([]);
    expect(those('play-finished', ran).map(({ rounds }) => rounds)).toEqual(oneRoundEach);
    expect(ran.code).toBe(0);
  });

  test('-v tells the rounds', async () => {
    const { code, stdout } = await program('--lab', '-v', playbook);

    expect(stdout).toMatch(/^rounds: /m);
    expect(stdout).toMatch(/^ct100 +: ok=\d+ +changed=0 /m);
    expect(code).toBe(0);
  });

  test('a check then is clean, in one round a host and play as well', async () => {
    const ran = await inEvents('--check', '--diff', playbook);

    expect(tasksThat(ran, 'changed', 'unknown', 'failed', 'unreachable')).toEqual([]);
    expect(those('play-finished', ran).map(({ rounds }) => rounds)).toEqual(oneRoundEach);
    expect(ran.code).toBe(0);
  });
});

describe('a part of it', () => {
  test('--tags ssl runs the steps about certificates alone', async () => {
    const ran = await inEvents('--tags', 'ssl', playbook);

    expect([...new Set(those('task-finished', ran).map(({ task }) => task.step))].toSorted()).toEqual([
      'S13',
      'S14',
      'S15',
    ]);
    expect(ran.code).toBe(0);
  });

  test('--limit leaves other hosts alone', async () => {
    const ran = await inEvents('--limit', 'proxy', playbook);

    expect(new Set(those('task-finished', ran).map(({ host }) => host))).toEqual(new Set(['proxy']));
    expect(Object.keys(those('run-finished', ran)[0]?.rounds ?? {})).toEqual(['proxy']);
    expect(ran.code).toBe(0);
  });

  test('--start-at-task begins there', async () => {
    const ran = await inEvents('--start-at-task', 'The certificates can be renewed', playbook);

    expect(those('task-finished', ran).map(({ task }) => task.name)).toEqual([
      'The certificates can be renewed',
      'A test mail to root reaches the relay',
    ]);
    expect(ran.code).toBe(0);
  });
});

/** Those of some tasks of a run that are no handlers and do not only look. */
function ofTasks(ran: RanWithEvents, names: readonly string[]): readonly string[] {
  const acting = new Set(
    those('task-finished', ran)
      .filter(({ task }) => !task.handler && !looking.test(task.type))
      .map(({ host, task }) => `${host}: ${task.name}`),
  );
  return names.filter((name) => acting.has(name));
}
