import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/core/command.ts';
import command from '../../tasks/command.ts';
import raw from '../../tasks/raw.ts';
import script from '../../tasks/script.ts';
import { expanding } from '../../tasks/shared/commands/words.ts';
import shell from '../../tasks/shell.ts';
import { planOn, runHere } from './harness.ts';
import { folder, runScript } from './local-host.ts';

describe('command', () => {
  test('runs a program without a shell and returns its output', async () => {
    const { status, result } = (await runHere(command, { cmd: "printf '%s\\n' 'a b' ';' '$(id)'" })) as never as {
      status: string;
      result: object;
    };

    expect(status).toBe('changed');
    expect(result).toMatchObject({
      rc: 0,
      stdout: 'a b\n;\n$(id)',
      stdout_lines: ['a b', ';', '$(id)'],
      cmd: ['printf', '%s\\n', 'a b', ';', '$(id)'],
    });
  });

  test('fails with the exit code as its result', async () => {
    expect(await runHere(command, { argv: ['sh', '-c', 'echo no >&2; exit 3'] })).toMatchObject({
      status: 'failed',
      message: 'non-zero return code',
      result: { rc: 3, stderr: 'no', stdout: '' },
    });
  });

  test('reports a missing or non-executable program like Ansible', async () => {
    expect(await runHere(command, { cmd: '/no/such one' })).toMatchObject({
      status: 'failed',
      message: "[Errno 2] No such file or directory: b'/no/such'",
      result: { rc: 2, stderr: '', stdout: '', changed: false, cmd: '/no/such one' },
    });
    expect(await runHere(command, { cmd: '/etc/passwd' })).toMatchObject({
      message: "[Errno 13] Permission denied: b'/etc/passwd'",
      result: { rc: 13 },
    });
    expect(await runHere(command, { argv: ['sh', '-c', 'nosuch'] })).toMatchObject({ result: { rc: 127 } });
  });

  test('reads stdin with a newline added', async () => {
    expect(await runHere(command, { cmd: 'od -c', stdin: 'x' })).toMatchObject({
      result: { stdout: '0000000   x  \\n\n0000002' },
    });
  });

  test('runs once with `creates`', async () => {
    using dir = folder();
    const args = { cmd: 'touch x', chdir: dir.path, creates: 'x' };

    expect(await runHere(command, args)).toMatchObject({ status: 'changed' });
    expect(await runHere(command, args)).toMatchObject({
      status: 'ok',
      result: { rc: 0, msg: "Did not run command since 'x' exists", stdout: 'skipped, since x exists' },
    });
  });

  test.for([
    [{ creates: '/etc/passw*' }, 'ok'],
    [{ creates: '/etc/no such*' }, 'changed'],
    [{ creates: '/etc/[op]asswd' }, 'ok'],
    [{ creates: '/etc/[!p]asswd' }, 'changed'],
    [{ removes: '/etc/no-such' }, 'ok'],
    [{ removes: '/etc/passwd' }, 'changed'],
    [{ unless: 'test -f /etc/passwd' }, 'ok'],
    [{ unless: 'test -f /etc/no-such' }, 'changed'],
    [{ onlyif: 'test -f /etc/no-such' }, 'ok'],
    [{ onlyif: 'test -f /etc/passwd' }, 'changed'],
  ] as const)('with %j is %s', async ([guards, status]) => {
    expect(await runHere(command, { cmd: 'true', ...guards })).toMatchObject({ status });
  });

  test('fails if its directory is missing', async () => {
    expect(await runHere(command, { cmd: 'true', chdir: '/no/such' })).toMatchObject({
      status: 'failed',
      result: {
        rc: null,
        msg: "Unable to change directory before execution: [Errno 2] No such file or directory: b'/no/such'",
      },
    });
  });

  test('runs where its directory really is', async () => {
    using dir = folder();
    mkdirSync(dir.at('real'));
    symlinkSync('real', dir.at('link'));

    expect(await runHere(shell, { cmd: 'echo "$PWD"', chdir: dir.at('link') })).toMatchObject({
      result: { stdout: dir.at('real') },
    });
  });

  test('warns that it uses no shell', async () => {
    expect(await runHere(command, { cmd: 'true', executable: '/bin/bash' })).toMatchObject({
      status: 'changed',
      warnings: [expect.stringContaining('no longer supported')],
    });
  });

  test('is planned, not run, in a check', async () => {
    using dir = folder();

    const checked = await runHere(command, { cmd: `touch ${dir.at('x')}` }, { check: true });

    expect(checked).toMatchObject({ status: 'changed', result: { rc: 0 } });
    expect(await runHere(command, { cmd: 'true', creates: dir.at('x') })).toMatchObject({ status: 'changed' });
  });

  test('rejects an unclosed quotation', () => {
    expect(planOn(command, {}, { cmd: "echo 'a" })).toEqual({ failed: "No closing quotation in: echo 'a" });
  });

  test.for([
    ['$WORD', 'a  b'],
    ['x${WORD}y', 'xa  by'],
    ['$UNSET_WORD', '$UNSET_WORD'],
    ['${UNSET_WORD}', '${UNSET_WORD}'],
    ['~', '/home/me'],
    ['~/x y', '/home/me/x y'],
    ['~root/x', '/root/x'],
    ['a~', 'a~'],
    ["it's $(id)", "it's $(id)"],
    ['', ''],
  ])('the argument %j arrives as %j', ([word, arrived]) => {
    for (const sh of ['dash', 'bash'])
      expect(
        spawnSync(sh, ['-c', `printf %s ${expanding(word!)}`], {
          env: { ...process.env, WORD: 'a  b', HOME: '/home/me' },
        }).stdout.toString(),
      ).toBe(arrived);
  });
});

describe('shell', () => {
  test('runs a script with any content', async () => {
    expect(await runHere(shell, { cmd: `cat | wc -c; echo "it's"`, stdin: 'abc' })).toMatchObject({
      result: { stdout: "4\nit's" },
    });
  });

  test('uses the given shell', async () => {
    expect(await runHere(shell, { cmd: 'echo {a,b}', executable: '/bin/bash' })).toMatchObject({
      result: { stdout: 'a b' },
    });
  });
});

describe('raw', () => {
  test('has a message only about a failure', async () => {
    expect(await runHere(raw, { cmd: 'echo hi' })).not.toHaveProperty('result.msg');
    expect(await runHere(raw, { cmd: 'exit 2' })).toMatchObject({ result: { msg: 'non-zero return code' } });
  });

  test('keeps the newline at the end', async () => {
    expect(await runHere(raw, { cmd: 'echo hi; exit 2' })).toMatchObject({
      status: 'failed',
      result: { rc: 2, stdout: 'hi\n', stdout_lines: ['hi'] },
    });
  });
});

describe('script', () => {
  const file = (text: string) => ({
    controller: { find: () => ({ ok: true, path: '/x' }) as const, readFile: () => Buffer.from(text) },
  });

  test('runs with its own interpreter and arguments, and leaves nothing behind', async () => {
    const ran = await runHere(script, { cmd: "go.sh 'a b' c" }, file('#!/bin/bash\necho "$2 $1 ${0%/*}"'));

    const { stdout } = (ran as unknown as { result: { stdout: string } }).result;
    expect(stdout).toMatch(/^c a b \/tmp\/tmp\./);
    expect(await runHere(command, { cmd: 'true', creates: stdout.slice(6).trim() })).toMatchObject({
      status: 'changed',
    });
  });

  const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;

  test.runIf(mayMount)('minor of X: runs with /tmp mounted noexec', async () => {
    const sh: typeof runScript = (text, stdin) =>
      runScript(`unshare -m sh -c ${quote(`mount -t tmpfs -o noexec none /tmp; ${text}`)}`, stdin);

    const ran = await runHere(script, { cmd: 'go.sh a' }, { ...file('#!/bin/sh\necho "$1 ${0%/*}"'), sh });

    expect(ran).toMatchObject({ result: { rc: 0, stdout: expect.stringMatching(/^a \/var\/tmp\/retrace\.\w+\n$/) } });
    const { stdout } = (ran as unknown as { result: { stdout: string } }).result;
    expect(existsSync(stdout.slice(2).trim())).toBe(false);
  });

  test('is skipped if the path of `creates` exists', async () => {
    expect(await runHere(script, { cmd: 'go.sh', creates: '/etc' }, file('exit 4'))).toMatchObject({
      status: 'skipped',
      message: '/etc exists, matching creates option',
    });
    expect(await runHere(script, { cmd: 'go.sh', removes: '/none' }, file('exit 4'))).toMatchObject({
      status: 'skipped',
      message: '/none does not exist, matching removes option',
    });
  });

  test('returns the exit code of the script', async () => {
    expect(await runHere(script, { cmd: 'go.sh', executable: 'sh' }, file('exit 4'))).toMatchObject({
      status: 'failed',
      result: { rc: 4 },
    });
  });
});
