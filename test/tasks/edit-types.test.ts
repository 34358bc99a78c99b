import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Controller } from '../../src/core/task-type.ts';
import blockinfile from '../../tasks/blockinfile.ts';
import fetch from '../../tasks/fetch.ts';
import ini_file from '../../tasks/ini_file.ts';
import lineinfile from '../../tasks/lineinfile.ts';
import replace from '../../tasks/replace.ts';
import slurp from '../../tasks/slurp.ts';
import { runHere } from './harness.ts';
import { folder } from './local-host.ts';

const managed = (block: string) => `# BEGIN ANSIBLE MANAGED BLOCK\n${block}# END ANSIBLE MANAGED BLOCK\n`;

describe('blockinfile', () => {
  // Each expectation is the result of ansible-playbook 2.14 on the same file.
  test.for<[string, Record<string, unknown>, string, string]>([
    ['one\n', { block: 'x\ny' }, `one\n${managed('x\ny\n')}`, 'Block inserted'],
    ['one', { block: 'x' }, `one\n${managed('x\n')}`, 'Block inserted'],
    [`one\n${managed('old\n')}last`, { block: 'x' }, `one\n${managed('x\n')}last`, 'Block inserted'],
    [`one\n${managed('old\n')}last`, { state: 'absent' }, 'one\nlast', 'Block removed'],
    [`one\n${managed('old\n')}`, { block: '' }, 'one\n', 'Block removed'],
    ['one\ntwo\n', { block: 'x', insertafter: '^one' }, `one\n${managed('x\n')}two\n`, 'Block inserted'],
    ['one\ntwo\n', { block: 'x', insertbefore: '^two' }, `one\n${managed('x\n')}two\n`, 'Block inserted'],
    ['1\n2\n1\n2\n', { block: 'x', insertafter: '(?m)1\\n2' }, `1\n2\n${managed('x\n')}1\n2\n`, 'Block inserted'],
    ['1\n2\n1\n2\n', { block: 'x', insertbefore: '(?m)1\\n2' }, `${managed('x\n')}1\n2\n1\n2\n`, 'Block inserted'],
    ['one\n', { block: 'x', insertbefore: 'BOF' }, `${managed('x\n')}one\n`, 'Block inserted'],
    // The next three as with ansible-core 2.18.
    ['1\n2\n', { block: 'x', insertafter: '1', prepend_newline: true }, `1\n\n${managed('x\n')}2\n`, 'Block inserted'],
    ['1\n2', { block: 'x', insertafter: '1', append_newline: true }, `1\n${managed('x\n')}\n2`, 'Block inserted'],
    ['1\n\n', { block: 'x', prepend_newline: true, append_newline: true }, `1\n\n${managed('x\n')}`, 'Block inserted'],
    ['one\n', { block: 'x', insertafter: 'nope' }, `one\n${managed('x\n')}`, 'Block inserted'],
    [
      'one\n',
      { block: 'x', marker: '; {mark}', marker_begin: 'A', marker_end: 'B' },
      'one\n; A\nx\n; B\n',
      'Block inserted',
    ],
  ])('%j with %j', async ([before, args, after, msg]) => {
    using dir = folder();
    writeFileSync(dir.at('f'), before);

    const ran = await runHere(blockinfile, { path: dir.at('f'), ...args });
    const again = await runHere(blockinfile, { path: dir.at('f'), ...args });

    expect(readFileSync(dir.at('f'), 'utf8')).toBe(after);
    expect([ran.status, 'result' in ran && ran.result.msg, again.status]).toEqual(['changed', msg, 'ok']);
  });

  test('creates a file only if requested', async () => {
    using dir = folder();

    const refused = await runHere(blockinfile, { path: dir.at('f'), block: 'x' });
    const made = await runHere(blockinfile, { path: dir.at('f'), block: 'x', create: true });

    expect([refused, made]).toMatchObject([
      { status: 'failed', message: `Path ${dir.at('f')} does not exist !` },
      { status: 'changed', result: { msg: 'File created' } },
    ]);
  });
});

describe('paths that cannot be edited', () => {
  const types = { blockinfile, ini_file, lineinfile, replace };
  const args = {
    blockinfile: { block: 'x', create: true },
    ini_file: { section: 'a', option: 'b', value: 'c' },
    lineinfile: { line: 'x', create: true },
    replace: { regexp: 'x', replace: 'y' },
  };

  test.for(Object.keys(types) as readonly (keyof typeof types)[])(
    '%s reports it in a check, as in a run',
    async (name) => {
      using dir = folder();
      mkdirSync(dir.at('d'));
      symlinkSync('d', dir.at('to-d'));
      symlinkSync('missing/x', dir.at('nowhere'));
      writeFileSync(dir.at('f'), 'x\n');
      for (const path of ['d', 'to-d', 'f/new', 'nowhere'])
        for (const check of [true, false]) {
          const ran = await runHere(types[name], { path: dir.at(path), ...args[name] }, { check });

          expect([path, ran]).toMatchObject([path, { status: 'failed' }]);
          expect('message' in ran && ran.message).toMatch(
            /is a directory !|is not a directory|does not exist !|in a directory that does not exist/,
          );
        }
    },
  );

  test('a line cannot be removed from a directory', async () => {
    using dir = folder();
    const gone = await runHere(ini_file, { path: dir.path, section: 'a', state: 'absent' });

    expect(gone).toMatchObject({ status: 'failed', message: `Path ${dir.path} is a directory !` });
  });
});

describe('replace', () => {
  test.for<[string, Record<string, unknown>, string, string]>([
    ['one\ntwo\ntwo b\n', { regexp: '^two', replace: '2' }, 'one\n2\n2 b\n', '2 replacements made'],
    ['one\ntwo\n', { regexp: '(t)(w)', replace: '\\2\\1' }, 'one\nwto\n', '1 replacements made'],
    ['a\nx\nb\nx\n', { regexp: 'x', replace: 'y', after: 'b' }, 'a\nx\nb\ny\n', '1 replacements made'],
    ['a\nx\nb\nx\n', { regexp: 'x', replace: 'y', before: 'b' }, 'a\ny\nb\nx\n', '1 replacements made'],
    [
      'a {\nx\n}\nb {\nx\n}\n',
      { regexp: 'x', replace: 'y', after: 'b \\{', before: '\\}' },
      'a {\nx\n}\nb {\ny\n}\n',
      '1 replacements made',
    ],
    ['one\n', { regexp: 'one\\n' }, '', '1 replacements made'],
  ])('%j with %j', async ([before, args, after, msg]) => {
    using dir = folder();
    writeFileSync(dir.at('f'), before);

    const ran = await runHere(replace, { path: dir.at('f'), ...args });

    expect(readFileSync(dir.at('f'), 'utf8')).toBe(after);
    expect([ran.status, 'result' in ran && ran.result.msg]).toEqual(['changed', msg]);
    expect(await runHere(replace, { path: dir.at('f'), ...args })).toMatchObject({ status: 'ok' });
  });

  test('reports a missing section', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'x\n');

    const ended = await runHere(replace, { path: dir.at('f'), regexp: 'x', after: 'zz' });

    expect(ended).toMatchObject({
      status: 'ok',
      result: { msg: 'Pattern for before/after params did not match the given file: zz(?P<subsection>.*)' },
    });
  });
});

describe('slurp', () => {
  test('returns the bytes as base64', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), Buffer.from([0, 255, 10]));

    expect(await runHere(slurp, { src: dir.at('f') })).toMatchObject({
      status: 'ok',
      result: { content: 'AP8K', encoding: 'base64', source: dir.at('f') },
    });
  });

  test.for([
    ['missing', 'file not found: PATH'],
    ['.', 'source is a directory and must be a file: PATH'],
    ['f/x', "unable to slurp file: [Errno 20] Not a directory: 'PATH'"],
  ] as const)('fails for %s', async ([name, message]) => {
    using dir = folder();
    writeFileSync(dir.at('f'), '');

    expect(await runHere(slurp, { src: dir.at(name) })).toMatchObject({
      status: 'failed',
      message: message.replace('PATH', dir.at(name)),
    });
  });
});

describe('fetch', () => {
  const written = new Map<string, Uint8Array>();
  const controller: Partial<Controller> = {
    readFile(path) {
      const bytes = written.get(path);
      if (bytes === undefined) throw new Error('not there');
      return bytes;
    },
    writeFile: (path, bytes) => void written.set(path, bytes),
    isDirectory: () => false,
  };

  test('fetches a file into a directory for its host, once', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'hello\n');
    const args = { src: dir.at('f'), dest: '/fetched' };

    const check = await runHere(fetch, args, { controller, check: true });
    const nothingYet = written.size;
    const ran = await runHere(fetch, args, { controller });
    const again = await runHere(fetch, args, { controller });

    expect([check.status, nothingYet, ran.status, again.status]).toEqual(['changed', 0, 'changed', 'ok']);
    expect(Buffer.from(written.get(`/fetched/testhost${dir.at('f')}`)!).toString()).toBe('hello\n');
    expect(ran).toMatchObject({
      result: { dest: `/fetched/testhost${dir.at('f')}`, checksum: 'f572d396fae9206628714fb2ce00f72e94f2258f' },
    });
  });

  test('uses the given name with flat', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'x');

    await runHere(fetch, { src: dir.at('f'), dest: '/flat/', flat: true }, { controller });

    expect(written.has('/flat/f')).toBe(true);
  });

  test.for([
    ['/../../../../..', false],
    ['/x/../..', false],
    ['', true],
  ] as const)('XB2: a path from a host (%s) cannot escape the destination on the controller', async ([climb, flat]) => {
    using dir = folder();
    mkdirSync(dir.at('x'));
    writeFileSync(dir.at('f'), 'x');
    written.clear();
    // As many `..` as there are directories, so that the host finds the file.
    const src = flat
      ? `${dir.path}/x/../f`
      : `${dir.path}${climb}${climb === '/x/../..' ? `/${dir.path.split('/').at(-1)}` : dir.path}/f`;

    expect(await runHere(fetch, { src, dest: '/fetched/', flat }, { controller })).toMatchObject({ status: 'changed' });

    expect([...written.keys()]).toEqual([flat ? '/fetched/f' : `/fetched/testhost${dir.at('f')}`]);
  });

  test('fails for a missing file, unless fail_on_missing is false', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));

    const missing = await runHere(fetch, { src: dir.at('f'), dest: '/x' }, { controller });
    const fine = await runHere(fetch, { src: dir.at('f'), dest: '/x', fail_on_missing: false }, { controller });

    expect([missing, fine]).toMatchObject([
      { status: 'failed', message: 'the remote file does not exist' },
      { status: 'ok' },
    ]);
  });
});
