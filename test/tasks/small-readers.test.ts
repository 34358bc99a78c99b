import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import gitConfigInfo from '../../tasks/git_config_info.ts';
import pids from '../../tasks/pids.ts';
import readCsv from '../../tasks/read_csv.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-readers-'));
afterAll(() => rmSync(place, { recursive: true }));

async function told(type: AnyTaskType, args: object): Promise<unknown> {
  const ended = await runHere(type, args as Record<string, unknown>);
  return ended.status === 'ok' ? ended.result : outcomeOf(ended).at(-1);
}

describe('git_config_info', () => {
  test('reads settings', async () => {
    const path = join(place, 'gitconfig');
    writeFileSync(path, '[a]\n\tb = c\n\tb = d e\n[x]\n\ty = z\n\te =\n');
    const args = { scope: 'file', path };
    expect(await told(gitConfigInfo, args)).toEqual({
      msg: '',
      config_value: '',
      config_values: { 'a.b': ['c', 'd e'], 'x.y': ['z'], 'x.e': [''] },
    });
    expect(await told(gitConfigInfo, { ...args, name: 'a.b' })).toMatchObject({
      config_value: 'c',
      config_values: { 'a.b': ['c', 'd e'] },
    });
    for (const other of [{ name: 'no.b' }, { name: 'no.b', path: join(place, 'none') }])
      expect(await told(gitConfigInfo, { ...args, ...other })).toMatchObject({
        config_value: '',
        config_values: { 'no.b': [] },
      });
    expect(await told(gitConfigInfo, { scope: 'local', path: place, name: 'a.b' })).toMatch(
      /only be used inside a git/,
    );
  });
});

describe('read_csv', () => {
  const path = join(place, 'file.csv');
  const read = (text: string, args: object = {}) => {
    writeFileSync(path, text);
    return told(readCsv, { path, ...args });
  };

  // What Ansible returned for the same files.
  test('returns rows as Ansible does', async () => {
    expect(await read('name,uid\ndag,500\n"je,r",501\n')).toEqual({
      list: [
        { name: 'dag', uid: '500' },
        { name: 'je,r', uid: '501' },
      ],
      dict: {},
    });
    expect(await read('a,b\n1\n1,2,3\n\n"x""y", z\n"un\nq"x,5\r\n,\n')).toEqual({
      list: [
        { a: '1', b: null },
        { a: '1', b: '2', null: ['3'] },
        { a: 'x"y', b: ' z' },
        { a: 'un\nqx', b: '5' },
        { a: '', b: '' },
      ],
      dict: {},
    });
    expect(await read('a,b\n1, 2\n', { skipinitialspace: true })).toMatchObject({ list: [{ a: '1', b: '2' }] });
    expect(await read('\ufeffa\tb\n1\t2\n', { dialect: 'excel-tab' })).toMatchObject({ list: [{ a: '1', b: '2' }] });
    expect(await read('1;2\n', { delimiter: ';', fieldnames: ['x'] })).toMatchObject({
      list: [{ x: '1', null: ['2'] }],
    });
    expect(await read('a,b\n"1,2\n')).toMatchObject({ list: [{ a: '1,2\n', b: null }] });
    expect(await read('')).toEqual({ list: [], dict: {} });
    expect(await read('n,v\na,1\na,2\n', { key: 'n', unique: false })).toEqual({
      list: [],
      dict: { a: { n: 'a', v: '2' } },
    });
  });

  test('says what is wrong', async () => {
    expect(await read('n\na\na\n', { key: 'n' })).toBe("Key 'n' is not unique for value 'a'");
    expect(await read('n,v\n', { key: 'k' })).toBe("Key 'k' was not found in the CSV header fields: n, v");
    expect(await read('n\n"a"b\n', { strict: true })).toBe(`Unable to process file: ',' expected after '"'`);
    expect(await read('n\n"a', { strict: true })).toBe('Unable to process file: unexpected end of data');
    expect(await read('n', { dialect: 'foo' })).toMatch(/^Dialect 'foo' is not supported/);
    expect(await read('n', { delimiter: ';;' })).toMatch(/"delimiter" must be a 1-character string/);
    expect(await told(readCsv, { path: join(place, 'none') })).toBe(
      `Unable to open file: [Errno 2] No such file or directory: '${place}/none'`,
    );
    expect(await told(readCsv, { path: place })).toMatch(/Is a directory/);
  });
});

describe('pids', () => {
  test('finds processes by name and by command', async () => {
    const program = join(place, 'a-Program-with-a-long-name');
    copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['123']);
    try {
      await new Promise((done) => child.once('spawn', done));
      const found = { pids: [child.pid] };
      expect(await told(pids, { name: 'A-program-with-a-long-name' })).toEqual(found);
      expect(await told(pids, { pattern: 'with-a-long-name 12\\d$' })).toEqual(found);
      expect(await told(pids, { pattern: 'WITH-A-long-name', ignore_case: true })).toEqual(found);
      for (const args of [{ name: 'a-Program-with' }, { pattern: 'WITH-A-long-name' }])
        expect(await told(pids, args)).toEqual({ pids: [] });
      expect(await told(pids, { pattern: 'sl[' })).toMatch(/^'sl\[' is not a valid regular expression: /);
    } finally {
      child.kill();
    }
  });
});
