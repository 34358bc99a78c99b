import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from '../../src/core/command.ts';
import { maskEvent, Secrets } from '../../src/core/secrets.ts';

const secret = fc.string({ minLength: 3, maxLength: 12 }).filter((text) => text.trim() === text && text.length >= 3);

test('a secret is masked as written, and as scripts, JSON and URLs spell it', () => {
  fc.assert(
    fc.property(secret, (text) => {
      const secrets = new Secrets();
      secrets.add(text);

      const word = quote(text).replace(/^'|'$/g, '');
      const told = [text, word, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];

      expect(secrets.mask(told.map((one) => `<${one}>`))).toEqual(told.map(() => '<********>'));
    }),
  );
});

test('a script that contains a secret with a quote reveals nothing of it', () => {
  const secrets = new Secrets();
  secrets.add("it's-open");

  const script = `printf %s ${quote("it's-open")}`;

  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe("it's-open");
  expect(secrets.mask({ script })).toEqual({ script: "printf %s '********'" });
});

test.for(['changed', 'status', 'outcome', 'kind', 'task', 'web1', 'task-finished'])(
  'XM3: an event keeps its form and its hosts even if %s is a secret',
  (word) => {
    const secrets = new Secrets();
    secrets.add(word);
    const outcome = {
      status: 'changed',
      changes: [{ what: 'x', from: `a ${word}`, to: null }],
      result: { [word]: word },
    };

    expect(
      maskEvent({ kind: 'task-finished', host: 'web1', task: { name: word, type: 'copy' }, outcome }, secrets),
    ).toEqual({
      kind: 'task-finished',
      host: 'web1',
      task: { name: '********', type: 'copy' },
      outcome: {
        status: 'changed',
        changes: [{ what: 'x', from: 'a ********', to: null }],
        result: { '********': '********' },
      },
    });
  },
);

test.for([
  ['the output of the `quote` filter', "pa'ss-marker", `echo 'pa'"'"'ss-marker'`, "echo '********'"],
  ['Python in a URL', 'ab/cd+marker!', 'postgres://app:ab/cd%2Bmarker%21@db', 'postgres://app:********@db'],
  ['Python in a query', 'ab/cd marker!', '?p=ab%2Fcd+marker%21', '?p=********'],
  ['`command` of a $', 'pa$x;b', `printf pa"\${x-\\$x}"';b'`, "printf ********'"],
  ['JavaScript in a URL', 'ab/cd marker!', 'x://ab%2Fcd%20marker!@', 'x://********@'],
] as const)('XM4: %s is masked', ([, secret, told, masked]) => {
  const secrets = new Secrets();
  secrets.add(secret);

  expect(secrets.mask(told)).toBe(masked);
});

test('XM4: a secret integer is masked in results, but not in durations', () => {
  const secrets = new Secrets();
  secrets.add('48151623');
  const outcome = { status: 'ok', changes: [], result: { pin: 48151623, rc: 0 } };

  expect(maskEvent({ kind: 'task-finished', tookMs: 48151623, outcome }, secrets)).toEqual({
    kind: 'task-finished',
    tookMs: 48151623,
    outcome: { status: 'ok', changes: [], result: { pin: '********', rc: 0 } },
  });
});

test('as many secrets as a large encrypted file has lines are masked, longer ones before what they contain', () => {
  const secrets = new Secrets();
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at} of a key`);
  secrets.add(lines.join('\n'));
  secrets.add('key');

  expect(secrets.mask(['line 7 of a key', 'the line 19999 of a key.', 'a key', 'none'])).toEqual([
    '********',
    'the ********.',
    'a ********',
    'none',
  ]);
  expect(secrets.mask(lines.join('\n'))).toBe('********');
});
