import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import blockinfile from '../../tasks/blockinfile.ts';
import lineinfile from '../../tasks/lineinfile.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

// `encoding`, as ansible-core 2.20 documents it.
test.for<[string, Buffer, Record<string, unknown>, Buffer]>([
  ['latin-1', latin1('café=1\nb\n'), { regexp: '^café=', line: 'café=é' }, latin1('café=é\nb\n')],
  ['cp1252', Buffer.from('x\x80\n', 'latin1'), { line: '€2' }, Buffer.from('x\x80\n\x802\n', 'latin1')],
  ['utf-16', utf16('a\r\n'), { regexp: '^a$', line: 'é' }, utf16('é\r\n')],
  ['utf-16-be', Buffer.from('\0a\0\n', 'latin1'), { line: 'b' }, Buffer.from('\0a\0\n\0b\0\n', 'latin1')],
  ['utf_8_sig', Buffer.from('\ufeffa\n'), { regexp: '^a', line: 'b' }, Buffer.from('\ufeffb\n')],
  ['shift_jis', Buffer.from('\x82\xa0\n', 'latin1'), { line: 'い' }, Buffer.from('\x82\xa0\n\x82\xa2\n', 'latin1')],
  ['utf-8', Buffer.from('\xff\n', 'latin1'), { line: 'é' }, Buffer.from('\xff\n\xc3\xa9\n', 'latin1')],
])('lineinfile edits a file in %s', async ([encoding, before, args, after]) => {
  using dir = folder();
  writeFileSync(dir.at('f'), before);

  const ran = await runHere(lineinfile, { path: dir.at('f'), encoding, ...args });
  const again = await runHere(lineinfile, { path: dir.at('f'), encoding, ...args });

  expect(readFileSync(dir.at('f'))).toEqual(after);
  expect([ran.status, again.status]).toEqual(['changed', 'ok']);
});

test('a new file is written in the encoding, and its block is found again', async () => {
  using dir = folder();
  const task = { path: dir.at('f'), create: true, block: 'ü', marker: '# {mark} ü', encoding: 'iso8859_1' };

  const statuses = [(await runHere(blockinfile, task)).status, (await runHere(blockinfile, task)).status];

  expect(readFileSync(dir.at('f'))).toEqual(latin1('# BEGIN ü\nü\n# END ü\n'));
  expect(statuses).toEqual(['changed', 'ok']);
});

test('what cannot be read or written in the encoding is left alone', async () => {
  using dir = folder();
  writeFileSync(dir.at('f'), 'abc');
  const messageOf = async (args: Record<string, unknown>) => {
    const ended = await runHere(lineinfile, { path: dir.at('f'), line: 'x', ...args });
    return 'message' in ended ? ended.message : ended.status;
  };

  expect(await messageOf({ line: '€', encoding: 'latin-1' })).toBe('the encoding latin-1 lacks a character of: €');
  expect(await messageOf({ encoding: 'none' })).toBe('unknown encoding: none');
  expect(await messageOf({ encoding: 'utf-16' })).toBe('the file is not text in the encoding utf-16');
  expect(readFileSync(dir.at('f'), 'utf8')).toBe('abc');
});
