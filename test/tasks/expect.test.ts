import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import expectTask from '../../tasks/expect.ts';
import { commandsOn, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-expect-'));
afterAll(() => rmSync(place, { recursive: true }));
const run = (args: object, check = false) => runHere(expectTask, args as Record<string, unknown>, { check });
const shell = (text: string): string => `/bin/bash -c '${text}'`;

async function told(args: object): Promise<unknown> {
  const ended = await run(args);
  return ended.status === 'changed' || ended.status === 'failed' ? ended.result : ended;
}

describe('expect', () => {
  test('answers questions on a terminal, as they come', async () => {
    const command = shell('test -t 0 && read -p "Name? " a; read -sp "Secret: " b; echo; echo "$a, $b"');
    expect(await told({ command, responses: { '\\? $': 'one', '(?i)SECRET': 'two\n' } })).toMatchObject({
      stdout: 'Name? Secret: \r\none, two',
      stdout_lines: ['Name? Secret: ', 'one, two'],
      stderr: '',
      rc: 0,
      cmd: command,
    });
    const twice = shell('for n in 1 2 3; do read -p "more? " a; echo "<$a>"; done');
    expect(await told({ command: twice, responses: { more: 'x' } })).toMatchObject({
      stdout: expect.stringContaining('<x>'),
    });
    expect(await told({ command: twice, responses: { more: ['a', 'b', 3] } })).toMatchObject({
      stdout: 'more? <a>\r\nmore? <b>\r\nmore? <3>',
    });
    expect(await told({ command: twice, echo: true, responses: { more: 'x' } })).toMatchObject({
      stdout: 'more? x\r\n<x>\r\nmore? x\r\n<x>\r\nmore? x\r\n<x>',
    });
  });

  test('the program that asks first is answered first, whatever the order of the patterns', async () => {
    const command = shell('printf "first second "; read a; read b; echo "$a$b"');
    expect(await told({ command, responses: { second: '2', first: '1' } })).toMatchObject({
      stdout: 'first second 12',
    });
  });

  test('runs in a directory, and only if it has to', async () => {
    const args = { command: 'touch made', chdir: place, creates: join(place, 'made'), responses: { x: 'y' } };
    expect(outcomeOf(await run(args, true))).toEqual(['changed', 'command:  → touch made']);
    expect(existsSync(join(place, 'made'))).toBe(false);
    expect((await run(args)).status).toBe('changed');
    for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
    expect(outcomeOf(await run({ command: 'true', removes: join(place, 'none'), responses: {} }))).toEqual(['ok']);
  });

  test('no response is in the arguments of the script', () => {
    const [script = ''] = commandsOn(expectTask, {}, { command: 'passwd', responses: { p: 'geheim' } });
    expect(script).not.toContain('geheim');
    expect(script).not.toContain(Buffer.from('geheim').toString('hex'));
  });

  test('says what is wrong', async () => {
    expect(await told({ command: shell('exit 3'), responses: { x: 'y' } })).toMatchObject({
      rc: 3,
      failed: true,
      msg: 'non-zero return code',
    });
    expect(await told({ command: shell('echo hm; sleep 20'), timeout: 1, responses: { x: 'y' } })).toMatchObject({
      rc: null,
      failed: true,
      msg: 'command exceeded timeout',
      stdout: 'hm',
    });
    const twice = shell('read -p "a? " x; read -p "a? " x');
    expect(await told({ command: twice, responses: { 'a\\?': ['1'] } })).toMatchObject({
      failed: true,
      msg: "No remaining responses for 'a\\?', output was 'a? a? '",
    });
    expect(await told({ command: '/opt/none x', responses: { x: 'y' } })).toMatchObject({
      failed: true,
      msg: 'The command was not found or was not executable: /opt/none (No such file or directory)',
    });
    expect(await told({ command: 'true', chdir: join(place, 'none'), responses: { x: 'y' } })).toMatchObject({
      msg: expect.stringContaining('No such file or directory'),
    });
    expect(outcomeOf(await run({ command: 'true', responses: { '(': 'y' } }, true))[1]).toMatch(/in the pattern \(/);
    expect(outcomeOf(await run({ command: "a 'b", responses: {} }, true))[1]).toBe("No closing quotation in: a 'b");
  });
});
