import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import assemble from '../../tasks/assemble.ts';
import find from '../../tasks/find.ts';
import ini_file from '../../tasks/ini_file.ts';

import { editIni } from '../../tasks/shared/editing/ini-edit.ts';

import tempfile from '../../tasks/tempfile.ts';
import { bind, runHere } from './harness.ts';
import { folder } from './local-host.ts';

const edit = {
  section: 'a',
  option: 'x',
  values: ['5'],
  state: 'present',
  exclusive: true,
  noSpaces: false,
  ignoreSpaces: false,
  replacesComments: true,
  allowNoValue: false,
  having: [],
} as const;
const ini = '# top\nglobal = 1\n\n[a]\nx = 1\ny=2\n;z = 3\n# w = 4\n\n[b]\nx = 9\n';
const twice = '[a]\nx = 1\n[a]\nx = 2\ny = 3\n';
const many = '[a]\nx = 1\nx = 2\nx = 3\n';

describe('editIni', () => {
  // Each expectation is the result of community.general's ini_file on the same file, which needs a second run to remove a section that
  // is there twice.
  test.for([
    [ini, {}, ini.replace('x = 1', 'x = 5'), 'option changed'],
    [ini, { values: ['1'] }, ini, 'OK'],
    [ini, { option: 'y', values: ['2'] }, ini.replace('y=2', 'y = 2'), 'option changed'],
    [ini, { option: 'n' }, ini.replace('y=2\n', 'y=2\nn = 5\n'), 'option added'],
    [ini, { option: 'z' }, ini.replace(';z = 3', 'z = 5'), 'option changed'],
    [ini, { section: 'c' }, `${ini}[c]\nx = 5\n`, 'section and option added'],
    [ini, { section: undefined, option: 'global' }, ini.replace('global = 1', 'global = 5'), 'option changed'],
    [ini, { noSpaces: true }, ini.replace('x = 1', 'x=5'), 'option changed'],
    [ini, { state: 'absent', values: [] }, ini.replace('x = 1\n', ''), 'option changed'],
    [ini, { state: 'absent', option: undefined }, '# top\nglobal = 1\n\n[b]\nx = 9\n', 'section removed'],
    [
      `${ini}[a]\nx = 7\n`,
      { state: 'absent', option: undefined },
      '# top\nglobal = 1\n\n[b]\nx = 9\n',
      'section removed',
    ],
    [ini, { option: 'flag', values: [], allowNoValue: true }, ini.replace('y=2\n', 'y=2\nflag\n'), 'option added'],
    [many, { values: ['2'] }, '[a]\nx = 2\n', 'option changed'],
    [many, { values: ['4'], exclusive: false }, `${many}x = 4\n`, 'option added'],
    [many, { values: ['2'], state: 'absent', exclusive: false }, '[a]\nx = 1\nx = 3\n', 'option changed'],
    ['', {}, '\n[a]\nx = 5\n', 'section and option added'],
    ['', { option: undefined, values: [] }, '\n[a]\n', 'only section added'],
    ['[ a ]\nx = 1\n', {}, '[ a ]\nx = 5\n', 'option changed'],
    ['[a]\nx = 1\n', { section: ' a ' }, '[a]\nx = 5\n', 'option changed'],
    [ini, { option: 'y', values: ['2'], ignoreSpaces: true }, ini, 'OK'],
    [ini, { option: 'y', ignoreSpaces: true }, ini.replace('y=2', 'y = 5'), 'option changed'],
    [ini, { option: 'z', replacesComments: false }, ini.replace('y=2\n', 'y=2\nz = 5\n'), 'option added'],
    [twice, { having: [{ option: 'y', values: ['3'] }] }, twice.replace('x = 2', 'x = 5'), 'option changed'],
    [twice, { having: [{ option: 'x', values: ['2'] }] }, twice.replace('x = 2', 'x = 5'), 'option changed'],
    [
      twice,
      {
        having: [
          { option: 'y', values: ['7'] },
          { option: 'z', values: [] },
        ],
      },
      `${twice}[a]\ny = 7\nx = 5\n`,
      'section and option added',
    ],
    [
      twice,
      { having: [{ option: 'x', values: ['2'] }], state: 'absent', option: undefined },
      '[a]\nx = 1\n',
      'section removed',
    ],
  ] as const)('%j with %j', ([text, more, expected, message]) => {
    const edited = editIni(text, { ...edit, ...more });

    expect(edited).toMatchObject({ text: expected, message });
    expect(editIni(expected, { ...edit, ...more }).message).toBe('OK');
  });
});

describe('ini_file', () => {
  test.each([
    ['an option changed', { section: 'a', option: 'x', value: '3' }, '[a]\r\nx = 3\r\ny = 2\r\n'],
    ['an option added', { section: 'a', option: 'z', value: '3' }, '[a]\r\nx = 1\r\ny = 2\r\nz = 3\r\n'],
    ['a section added', { section: 'b', option: 'z', value: '3' }, '[a]\r\nx = 1\r\ny = 2\r\n[b]\r\nz = 3\r\n'],
    ['an option removed', { section: 'a', option: 'y', state: 'absent' }, '[a]\r\nx = 1\r\n'],
  ])('P23: a file with CRLF keeps it, %s', async (_, args, after) => {
    using dir = folder();
    writeFileSync(dir.at('f'), '[a]\r\nx = 1\r\ny = 2\r\n');

    const ran = await runHere(ini_file, { path: dir.at('f'), ...args });
    const again = await runHere(ini_file, { path: dir.at('f'), ...args });

    expect(readFileSync(dir.at('f'), 'utf8')).toBe(after);
    expect([ran.status, again.status]).toEqual(['changed', 'ok']);
  });

  test('sets an option once, in a file that it creates', async () => {
    using dir = folder();
    const args = { path: dir.at('f'), section: 'server', option: 'listen', value: '1.2.3.4', mode: '0600' };

    const ran = await runHere(ini_file, args);
    const again = await runHere(ini_file, args);

    expect([ran.status, again.status, readFileSync(dir.at('f'), 'utf8')]).toEqual([
      'changed',
      'ok',
      '\n[server]\nlisten = 1.2.3.4\n',
    ]);
    expect(ran).toMatchObject({ result: { msg: 'section and option added', mode: '0600' } });
  });

  test('needs a value', async () => {
    expect(await runHere(ini_file, { path: '/missing', section: 'a', option: 'x' })).toMatchObject({
      status: 'failed',
      message: "Parameter 'value(s)' must be defined if state=present and allow_no_value=False.",
    });
  });
});

describe('find', () => {
  /** A few files, one of them old, one hidden. */
  function tree() {
    const dir = folder();
    mkdirSync(dir.at('e'));
    for (const [name, text] of [
      ['a.txt', 'one\ntwo\n'],
      ['b.log', 'bb'],
      ['.hid', ''],
      ['e/x.txt', 'x'],
    ] as const)
      writeFileSync(dir.at(name), text);
    utimesSync(dir.at('b.log'), 1e9, 1e9);
    chmodSync(dir.at('a.txt'), 0o644);
    chmodSync(dir.at('b.log'), 0o640);
    return dir;
  }
  const names = (ended: Awaited<ReturnType<typeof runHere>>, dir: { path: string }) =>
    'result' in ended
      ? (ended.result.files as { path: string }[]).map(({ path }) => path.slice(dir.path.length + 1)).toSorted()
      : ended;

  test.for<[Record<string, unknown>, string[]]>([
    [{}, ['a.txt', 'b.log']],
    [{ patterns: '*.txt', recurse: true }, ['a.txt', 'e/x.txt']],
    [{ hidden: true }, ['.hid', 'a.txt', 'b.log']],
    [{ file_type: 'directory' }, ['e']],
    [{ age: '5d' }, ['b.log']],
    [{ mode: '0640' }, ['b.log']],
    [{ mode: 'u=rw,g=r' }, ['b.log']],
    [{ mode: 'o=r', exact_mode: false }, ['a.txt']],
    [{ limit: 1, recurse: true, patterns: '*.txt' }, ['a.txt']],
    [{ contains: 'o', encoding: 'utf-8' }, ['a.txt']],
    [{ age: '-5d' }, ['a.txt']],
    [{ size: '5' }, ['a.txt']],
    [{ size: '-5' }, ['b.log']],
    [{ size: '-5', file_type: 'any' }, ['b.log']],
    [{ recurse: true, depth: 1, file_type: 'any' }, ['a.txt', 'b.log', 'e']],
    [{ patterns: '^b', use_regex: true }, ['b.log']],
    [{ excludes: '*.log' }, ['a.txt']],
    [{ contains: 'tw' }, ['a.txt']],
    [{ contains: 'wo' }, []],
    [{ contains: 'one\\ntwo', read_whole_file: true }, ['a.txt']],
  ])('%j', async ([args, expected]) => {
    using dir = tree();

    expect(names(await runHere(find, { paths: dir.path, ...args }), dir)).toEqual(expected);
  });

  test('resolves homes in its paths', () => {
    expect(bind(find, { paths: ['~/a', '/b'] })).toMatchObject({ paths: ['/root/a', '/b'] });
  });

  test('matches text in another encoding, and reports files that are not in it', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), Buffer.from([0xc4, 0xe3]));

    const search = (encoding: string) => runHere(find, { paths: dir.path, contains: '你', encoding });

    expect(await search('gbk')).toMatchObject({ result: { matched: 1, msg: 'All paths examined' } });
    for (const [encoding, why] of [
      ['utf-8', `Failed to read the file ${dir.at('f')} due to an encoding error. current encoding: utf-8`],
      ['nosuch', 'unknown encoding: nosuch'],
    ] as const)
      expect(await search(encoding)).toMatchObject({ result: { matched: 0, skipped_paths: { [dir.path]: why } } });
  });

  test('counts the level below the last as examined', async () => {
    using dir = tree();

    const ended = await runHere(find, { paths: dir.path, recurse: true, depth: 1 });

    expect(ended).toMatchObject({ result: { matched: 2, examined: 5 } });
  });

  test('returns the same for each file as stat, and reports what is not a directory', async () => {
    using dir = tree();

    const ended = await runHere(find, { paths: [dir.path, dir.at('nope')], patterns: 'b.log', get_checksum: true });

    expect(ended).toMatchObject({
      status: 'ok',
      result: {
        matched: 1,
        files: [
          {
            path: dir.at('b.log'),
            size: 2,
            mtime: 1e9,
            isreg: true,
            checksum: '9a900f538965a426994e1e90600920aff0b4e8d2',
          },
        ],
        skipped_paths: { [dir.at('nope')]: `'${dir.at('nope')}' is not a directory` },
      },
    });
  });
});

describe('assemble', () => {
  test.for<[Record<string, unknown>, string]>([
    [{}, 'hid\none\ntwo\n'],
    [{ delimiter: '---' }, 'hid\n---\none\n---\ntwo\n'],
    [{ ignore_hidden: true }, 'one\ntwo\n'],
    [{ regexp: '^1$' }, 'one'],
  ])('with %j', async ([args, expected]) => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    for (const [name, text] of [
      ['.h', 'hid\n'],
      ['1', 'one'],
      ['2', 'two\n'],
    ] as const)
      writeFileSync(dir.at(`d/${name}`), text);

    const ran = await runHere(assemble, { src: dir.at('d'), dest: dir.at('f'), ...args });
    const again = await runHere(assemble, { src: dir.at('d'), dest: dir.at('f'), ...args });

    expect([ran.status, again.status, readFileSync(dir.at('f'), 'utf8')]).toEqual(['changed', 'ok', expected]);
  });

  test.for<[string, (dir: { at(name: string): string }) => void]>([
    ['its own name', () => {}],
    ['a link to it', (dir) => symlinkSync('../d/f', dir.at('d/0'))],
    ['a link to it by way of another', (dir) => [symlinkSync('1', dir.at('d/0')), symlinkSync('f', dir.at('d/1'))]],
  ])('refuses a file that is among its fragments under %s', async ([, link]) => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    writeFileSync(dir.at('d/2'), 'two\n');
    link(dir);

    const foreseen = await runHere(assemble, { src: dir.at('d'), dest: dir.at('d/f') }, { check: true });

    expect(foreseen).toMatchObject({ status: 'failed', message: expect.stringContaining('one of its own fragments') });
    expect(existsSync(dir.at('d/f'))).toBe(false);
  });

  test('may not know whether a fragment leads through a link that it replaces', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    symlinkSync('../f', dir.at('d/0'));
    symlinkSync('nowhere', dir.at('f'));

    const foreseen = await runHere(assemble, { src: dir.at('d'), dest: dir.at('f') }, { check: true });

    expect(foreseen).toMatchObject({ status: 'unknown' });
  });
});

describe('tempfile', () => {
  test.for(['file', 'directory'] as const)('creates a new %s each time', async (state) => {
    using dir = folder();
    const args = { state, path: dir.path, prefix: 'p.', suffix: '.s' };

    const made = [await runHere(tempfile, args), await runHere(tempfile, args)].map((one) =>
      'result' in one ? String(one.result.path) : '',
    );

    expect(new Set(made).size).toBe(2);
    expect(made[0]).toMatch(new RegExp(`^${dir.path}/p\\..{8}\\.s$`));
    expect(statSync(made[0]!).isDirectory()).toBe(state === 'directory');
  });

  test('fails if the directory is missing', async () => {
    expect(await runHere(tempfile, { path: '/missing' })).toMatchObject({ status: 'failed' });
  });
});
