import { describe, expect, test } from 'vitest';
import { predicts } from '../../../src/core/change.ts';
import { sh } from '../../../src/core/command.ts';
import type { ControllerQuestion, Question } from '../../../src/core/question.ts';
import type { Acted, Asked } from '../../../src/engine/host/converge.ts';
import { alone, named, root, tableHost } from './a-host.ts';

// A host's link decides what to ask, in which round, and what to believe afterwards.

const values = (asked: Asked) =>
  asked.ok
    ? [...asked.beliefs.values()].map((belief) =>
        belief.is === 'answer' && belief.answer.ok ? belief.answer.value : belief,
      )
    : asked.failure.reason;

const proving = (questions: readonly Question<unknown>[] = []) => ({
  before: [],
  onOutput: () => {},
  after: questions,
  ahead: alone,
});

const codes = (acted: Acted) => (acted.ok ? acted.replies.map(({ code }) => code) : acted.failure.reason);

describe('asking', () => {
  test('takes one round for all questions, and one process per kind', async () => {
    const { link, asked } = tableHost();

    expect(values(await link.ask(root, [named('a'), named('b'), named('a')], alone))).toEqual(['a!', 'b!']);
    expect(asked()).toEqual([['names a b']]);
    expect(link.rounds).toBe(1);
  });

  test('asks nothing that is already known', async () => {
    const { link, asked } = tableHost();
    await link.ask(root, [named('a')], alone);

    expect(values(await link.ask(root, [named('a'), named('b')], alone))).toEqual(['a!', 'b!']);
    expect(asked()).toEqual([['names a'], ['names b']]);
  });

  test('asks for upcoming tasks in the same round, and nothing if the current task has all answers', async () => {
    const { link, asked } = tableHost();
    const ahead = async () => [{ link, identity: root, question: named('later') }];

    await link.ask(root, [named('a')], ahead);
    await link.ask(root, [named('later')], ahead);

    expect(asked()).toEqual([['names a later']]);
  });

  test('asks another host if the question is for that host', async () => {
    const far = tableHost({ name: 'far' });
    const { link, asked } = tableHost({ other: () => ({ link: far.link, identity: root }) });

    expect(values(await link.ask(root, [named('a', { host: 'far' })], alone))).toEqual(['a!']);
    expect([asked(), far.asked()]).toEqual([[], [['names a']]]);
  });

  test('lets the controller answer its questions, without a session', async () => {
    const { link, asked } = tableHost({ failures: [{ reason: 'unreachable', message: 'no' }] });
    const dns: ControllerQuestion<string> = { controller: async () => 'here', key: 'dns', beyond: true };

    expect(values(await link.ask(root, [dns], alone))).toEqual(['here']);
    expect(asked()).toEqual([]);
  });

  test('returns the answer that a check foresees, unless the current one is requested', async () => {
    const { link, asked } = tableHost();
    link.beliefs.foresee('the copy', [predicts(named('a'), 'new')]);

    expect(values(await link.ask(root, [named('a')], alone))).toEqual(['new']);
    expect(asked()).toEqual([]);
    expect(values(await link.ask(root, [named('a')], alone, { foreseen: false }))).toEqual(['a!']);
  });

  test('fails if the host cannot be reached, with the reason, and tries once', async () => {
    const { link } = tableHost({ failures: [{ reason: 'authentication', message: 'no key' }] });

    expect(values(await link.ask(root, [named('a')], alone))).toBe('authentication');
  });

  test('is unknown in a check if a foreseen change would make the host reachable', async () => {
    const failure = { reason: 'unreachable', message: 'no such container' } as const;
    const { link } = tableHost({ failures: [failure, failure], excuse: () => 'the container exists' });

    expect(values(await link.ask(root, [named('a')], alone))).toEqual([
      { is: 'unknown', because: 'the container exists' },
    ]);
  });

  test('reveals nothing of a question that contains a secret', async () => {
    const { link, events } = tableHost();
    await link.ask(root, [named('a'), named('password', { secret: true })], alone);

    const sent = events.flatMap((event) => (event.kind === 'sent' ? [event.script] : []));
    expect(sent.join()).toContain('names a');
    expect(sent.join()).not.toContain('password');
  });
});

describe('acting', () => {
  test('takes one round for the commands and the questions after them', async () => {
    const { link, asked } = tableHost();

    expect(codes(await link.act(root, [sh`one`, sh`two`], proving([named('a')])))).toEqual([0, 0]);
    expect(asked()).toEqual([['one', 'two', 'names a']]);
    expect(values(await link.ask(root, [named('a')], alone))).toEqual(['a!']);
    expect(link.rounds).toBe(1);
  });

  test('stops at the first command that fails, and still asks the questions', async () => {
    const { link, asked } = tableHost({ answers: (script) => (script === 'one' ? { code: 3 } : {}) });

    expect(codes(await link.act(root, [sh`one`, sh`two`], proving([named('a')])))).toEqual([3, -1]);
    expect(asked()).toEqual([['one', 'names a']]);
  });

  test('discards all answers of the host', async () => {
    const { link, asked } = tableHost();
    await link.ask(root, [named('a')], alone);
    await link.act(root, [sh`one`], proving());
    await link.ask(root, [named('a')], alone);

    expect(asked()).toEqual([['names a'], ['one'], ['names a']]);
  });

  test('passes data from another host to the commands on stdin', async () => {
    const far = tableHost({ name: 'far', answers: () => ({ stdout: 'content' }) });
    const fed: string[] = [];
    const { link } = tableHost({
      other: () => ({ link: far.link, identity: root }),
      answers: (_, stdin) => {
        fed.push(stdin);
        return {};
      },
    });
    await link.act(root, [{ ...sh`cat >x`, stdin: { host: 'far', command: sh`cat x` } }], proving());

    expect(fed).toEqual(['content']);
  });

  test('does nothing if the data cannot be read there', async () => {
    const far = tableHost({ name: 'far', answers: () => ({ code: 1, stderr: 'no such file' }) });
    const { link, asked } = tableHost({ other: () => ({ link: far.link, identity: root }) });
    const acted = await link.act(root, [{ ...sh`cat >x`, stdin: { host: 'far', command: sh`cat x` } }], proving());

    expect(acted).toMatchObject({ ok: false, failure: { message: 'far: no such file' } });
    expect(asked()).toEqual([]);
  });
});

describe('a host that does not respond', () => {
  const gone = { reason: 'unreachable', message: 'refused' } as const;

  test('is not waited for if it never responded', async () => {
    const { link } = tableHost({ failures: [gone] });

    expect((await link.open(root)).ok).toBe(false);
  });

  test('is waited for if it responded before: its sshd may be restarting', async () => {
    const { link } = tableHost({ failures: [undefined, gone, gone] });
    await link.open(root);

    expect((await link.open(root)).ok).toBe(true);
  });
});
