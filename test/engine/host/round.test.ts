import { describe, expect, test } from 'vitest';
import type { Reply } from '../../../src/core/session.ts';
import { mergeQuestions, untold } from '../../../src/engine/host/round.ts';
import { sh, shell } from '../../../src/sdk.ts';
import { named } from './a-host.ts';

const reply = (stdout: string, more: Partial<Reply> = {}): Reply => ({
  code: 0,
  stdout: Buffer.from(stdout),
  stderr: Buffer.alloc(0),
  ...more,
});

describe('questions of one round', () => {
  test('become one part per kind, and each is asked once', () => {
    const { parts } = mergeQuestions([named('a'), shell(sh`uptime`), named('b'), named('a')]);

    expect(parts.map(({ script }) => script)).toEqual(['names a b', expect.stringContaining('uptime')]);
  });

  test('have the answers from their parts', () => {
    const asking = mergeQuestions([named('a'), named('b')]);

    expect([...asking.read([reply('1 2')])]).toEqual([
      [named('a').key, { ok: true, value: '1' }],
      [named('b').key, { ok: true, value: '2' }],
    ]);
  });

  test('have no answer if a part has no reply because the connection ended', () => {
    expect([
      ...mergeQuestions([named('a')])
        .read([])
        .values(),
    ]).toEqual([{ ok: false, why: 'no answer' }]);
  });

  test('have no answer if the host did not reply in time', () => {
    const answers = mergeQuestions([named('a')]).read([reply('half', { timedOut: true })]);

    expect([...answers.values()]).toEqual([{ ok: false, why: 'the host did not answer in time: names' }]);
  });

  test('with a secret get a separate part, which is never shown; one secret question makes its key secret', () => {
    const { parts } = mergeQuestions([named('a'), named('key', { secret: true }), named('b'), named('key')]);

    expect(parts).toEqual([{ script: 'names a b' }, { script: 'names key', shown: untold }]);
  });
});
