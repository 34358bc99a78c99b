import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import lineinfile from '../../tasks/lineinfile.ts';
import { context, planOn, runHere } from './harness.ts';
import { folder } from './local-host.ts';

const text = 'one\ntwo\nthree\ntwo b\n';
const entry = {
  exists: true,
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 1,
  resolved: '/f',
};
const root = {
  exists: true,
  kind: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 1,
  resolved: '/',
};
const self = { uid: 0, gid: 0, user: 'root', group: 'root' };

/** The text that a file would have, or the reason why the task fails. */
function edited(before: string | undefined, args: Record<string, unknown>): string | undefined {
  const bytes = before === undefined ? undefined : new TextEncoder().encode(before);
  const state = {
    before: before === undefined ? { exists: false, resolved: '/f' } : entry,
    now: { bytes, resolved: '/f' },
    parent: root,
    self,
  };
  const plan = planOn(lineinfile, state, { path: '/f', ...args }, { ...context, diff: true });
  if ('failed' in plan) return `failed: ${plan.failed}`;
  if (!('changes' in plan)) throw new Error('no plan');
  return plan.changes.length === 0 ? before : plan.changes[0]!.diff!.after;
}

describe('lineinfile', () => {
  // Each expectation is the result of ansible-playbook 2.14 on the same file.
  test.for<[string | undefined, Record<string, unknown>, string]>([
    [text, { line: 'four' }, `${text}four\n`],
    ['no newline', { line: 'four' }, 'no newline\nfour\n'],
    [text, { line: 'two' }, text],
    // P23: a file keeps its line endings, even where Ansible would mix them.
    ['one\r\ntwo\r\n', { line: 'two' }, 'one\r\ntwo\r\n'],
    [text, { regexp: '^two', line: 'TWO' }, 'one\ntwo\nthree\nTWO\n'],
    [text, { regexp: '^two', line: 'TWO', firstmatch: true }, 'one\nTWO\nthree\ntwo b\n'],
    [text, { regexp: '^zwo', line: 'x', insertafter: '^one' }, 'one\nx\ntwo\nthree\ntwo b\n'],
    [text, { line: 'x', insertafter: '^two' }, `${text}x\n`],
    [text, { line: 'x', insertafter: '^two', firstmatch: true }, 'one\ntwo\nx\nthree\ntwo b\n'],
    [text, { line: 'x', insertbefore: '^two' }, 'one\ntwo\nthree\nx\ntwo b\n'],
    [text, { line: 'x', insertbefore: 'BOF' }, `x\n${text}`],
    [text, { line: 'x', insertafter: 'EOF' }, `${text}x\n`],
    [text, { line: 'x', insertafter: '^nope' }, `${text}x\n`],
    [text, { line: 'two', insertafter: 'BOF' }, text],
    [text, { regexp: '^(t)(wo)$', line: '\\2\\g<1>', backrefs: true }, 'one\nwot\nthree\ntwo b\n'],
    [text, { regexp: '^(z)', line: '\\1', backrefs: true }, text],
    [text, { regexp: '^(t)', line: '\\1' }, 'one\ntwo\nthree\n\\1\n'],
    [text, { search_string: 'hre', line: 'x' }, 'one\ntwo\nx\ntwo b\n'],
    [text, { state: 'absent', regexp: '^two' }, 'one\nthree\n'],
    [text, { state: 'absent', line: 'two' }, 'one\nthree\ntwo b\n'],
    [text, { state: 'absent', search_string: 'o' }, 'three\n'],
    [undefined, { line: 'x', create: true }, 'x\n'],
    [undefined, { line: 'x' }, 'failed: Destination /f does not exist !'],
    [text, {}, 'failed: line is required with state=present'],
    [text, { line: 'x', backrefs: true }, 'failed: regexp is required with backrefs=true'],
    [text, { state: 'absent' }, 'failed: one of line, search_string, or regexp is required with state=absent'],
    [text, { line: 'x', validate: 'true' }, 'failed: validate must contain %s: true'],
  ])('%j with %j', ([before, args, after]) => {
    expect(edited(before, args)).toBe(after);
  });

  test('names the line that it replaces', () => {
    const state = { before: entry, now: { bytes: new TextEncoder().encode(text), resolved: '/f' }, parent: root, self };

    const plan = planOn(lineinfile, state, { path: '/f', regexp: '^three', line: 'THREE', mode: '0600' });

    expect('changes' in plan && plan.changes.map(({ what, from, to }) => [what, from, to])).toEqual([
      ['line 3', 'three', 'THREE'],
      ['mode', '0644', '0600'],
    ]);
  });

  test('keeps bytes that are not UTF-8', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), Buffer.from([0x74, 0xe9, 10]));

    await runHere(lineinfile, { path: dir.at('f'), line: 'é' });

    expect([...readFileSync(dir.at('f'))]).toEqual([0x74, 0xe9, 10, 0xc3, 0xa9, 10]);
  });

  test('writes through a link, then has nothing to do', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'a\n', { mode: 0o640 });
    symlinkSync('f', dir.at('l'));

    const first = await runHere(lineinfile, { path: dir.at('l'), line: 'b' });
    const second = await runHere(lineinfile, { path: dir.at('l'), line: 'b' });

    expect([first.status, second.status, readFileSync(dir.at('f'), 'utf8')]).toEqual(['changed', 'ok', 'a\nb\n']);
    expect(first).toMatchObject({ result: { msg: 'line added', backup: '' } });
  });

  test('keeps the backup next to the link through which it writes, as Ansible does', async () => {
    using dir = folder();
    mkdirSync(dir.at('d'));
    writeFileSync(dir.at('d/f'), 'a\n');
    symlinkSync('d/f', dir.at('l'));

    const ran = await runHere(lineinfile, { path: dir.at('l'), line: 'b', backup: true });

    const [kept] = readdirSync(dir.path).filter((name) => name.endsWith('~'));
    expect(ran).toMatchObject({ status: 'changed', result: { backup: dir.at(kept ?? 'none') } });
    expect([readFileSync(dir.at(kept ?? ''), 'utf8'), readdirSync(dir.at('d'))]).toEqual(['a\n', ['f']]);
  });

  test('finds no line in a file that is not there, even below another file', async () => {
    using dir = folder();
    const path = dir.at('file');
    writeFileSync(path, text);

    expect(await runHere(lineinfile, { path: `${path}/x`, line: 'one', state: 'absent' })).toMatchObject({
      status: 'ok',
      result: { msg: 'file not present' },
    });
    expect(await runHere(lineinfile, { path: `${path}/x`, line: 'one', create: true })).toMatchObject({
      status: 'failed',
    });
  });

  test('does not replace the file if validation fails', async () => {
    using dir = folder();
    writeFileSync(dir.at('f'), 'a\n');

    const ended = await runHere(lineinfile, { path: dir.at('f'), line: 'b', validate: 'grep c %s' });

    expect(ended).toMatchObject({ status: 'failed', message: 'failed to validate: rc:1 error:' });
    expect(readFileSync(dir.at('f'), 'utf8')).toBe('a\n');
  });
});
