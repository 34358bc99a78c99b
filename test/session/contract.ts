import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { LocalContent } from '../../src/core/local-content.ts';
import type { Part, Reply, Session } from '../../src/core/session.ts';
import { isThorough } from '../thorough.ts';

/** A session to test, and a way to look at its host from outside. */
export interface Subject {
  readonly session: Session;
  close(): Promise<void>;
}

/** A file on this machine, deleted after the test. */
function bigFile(length: number): LocalContent {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-session-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const local = join(folder, 'big');
  writeFileSync(local, Buffer.alloc(length, 'retrace\n'));
  return { local, length };
}

/**
 * The behaviour of every session, however it reaches its shell. The handling of many parts and odd texts is the same for all connections
 * through a child's pipes; `wire` means that another of them tests it.
 */
export function sessionContract(
  name: string,
  open: () => Promise<Subject>,
  { wire = 'tried here' }: { readonly wire?: 'tried here' | 'as local' } = {},
): void {
  const wireTest = test.skipIf(wire === 'as local' && !isThorough);
  const session = async (): Promise<Session> => {
    const subject = await open();
    onTestFinished(() => subject.close());
    return subject.session;
  };
  // Shared by all tests that leave a session unchanged, because opening one costs more than most of what they ask.
  let shared: Promise<Subject> | undefined;
  const run = async (parts: readonly (string | Part)[]): Promise<readonly Reply[]> => {
    shared ??= open();
    return replies((await shared).session, parts);
  };

  describe(name, { timeout: 30_000 }, () => {
    afterAll(async () => (await shared)?.close());

    test('greets with user, uid and home', async () => {
      const opened = await session();

      const [said] = await replies(opened, ['id -un; id -u; printf %s "$HOME"']);

      const { user, uid, home } = opened.greeting;
      expect(text(said)).toBe(`${user}\n${uid}\n${home}`);
    });

    test('answers each part with its output and exit code', async () => {
      const said = await run(['echo out; echo err >&2; exit 3', 'true', 'printf "no newline"']);

      expect(said.map(plain)).toEqual([
        { code: 3, stdout: 'out\n', stderr: 'err\n' },
        { code: 0, stdout: '', stderr: '' },
        { code: 0, stdout: 'no newline', stderr: '' },
      ]);
    });

    test('answers an exchange without parts', async () => {
      expect(await run([])).toEqual([]);
    });

    test.for([
      ['exit', 'exit 7', 7],
      ['cd', 'cd /usr', 0],
      ['set -e', 'set -e; false; echo no', 1],
      ['set -u', 'set -u; : $nothing', 'not zero'],
      ['a trap', 'trap "exit 5" EXIT; true', 5],
      ['a function', '_p() { echo mine; }; _p', 0],
      ['a syntax error', 'if', 'not zero'],
      ['an open quote', "echo 'open", 'not zero'],
      ['a closing brace', '}', 'not zero'],
      ['return', 'return 4', 4],
      ['exec', 'exec true', 0],
      ['a closed stdout', 'exec >&- 2>&-; true', 0],
      ['a killed command', 'sh -c "kill -9 \\$\\$"', 137],
      ['a comment at the end', 'true # yes', 0],
      ['a backslash at the end', 'true \\', 0],
      ['a here-document', 'cat <<x\nx', 0],
      ['a here-document without its end', 'cat <<x >/dev/null\nabc', 'any'],
      ['positional parameters', 'set -- a b; exit $#', 2],
      ['readonly', 'readonly _r=1 _n=2; exit 0', 0],
    ] as const)('confines %s to its part', async ([, script, code]) => {
      const before = 'pwd; umask; set +e; false; true; echo $#';

      const [one, it, two] = await run([before, script, before]);

      expect(plain(two!)).toEqual(plain(one!));
      if (code === 'not zero') expect(it!.code).not.toBe(0);
      else if (code !== 'any') expect(it!.code).toBe(code);
    });

    test('gives a part its stdin, and nothing to the others', async () => {
      const said = await run(['cat', { script: 'cat; echo .', stdin: Buffer.from('a\0b') }, 'cat']);

      expect(said.map((reply) => text(reply))).toEqual(['', 'a\0b.\n', '']);
    });

    test('tolerates unread stdin of a part', async () => {
      const stdin = Buffer.alloc(300_000, 'exit 9\n');

      const said = await run([
        { script: 'true', stdin },
        { script: 'head -c 3', stdin },
        { script: 'exec <&-', stdin },
        'echo on',
      ]);

      expect(said.map((reply) => text(reply))).toEqual(['', 'exi', '', 'on\n']);
    });

    test('ends a chain at its first failure, together with the stdin of what is skipped', async () => {
      const chained = true;
      const link = { script: 'cat; echo ran', stdin: Buffer.from('x'.repeat(100_000)), chained };

      const said = await run(['exit 3', { ...link, stdin: Buffer.from('y') }, 'exit 4', link]);
      const ended = await run([{ script: 'exit 2', chained }, link, 'echo asked', link]);

      expect(said.map(({ skipped }) => skipped ?? false)).toEqual([false, false, false, false]);
      expect(text(said[1])).toBe('yran\n');
      expect(ended.map(({ skipped }) => skipped ?? false)).toEqual([false, true, false, true]);
      expect(text(ended[2])).toBe('asked\n');
      expect(ended[1]!.code).not.toBe(0);
    });

    test('does not wait for background processes, or mistake their output for that of a later part', async () => {
      const opened = await session();
      const began = Date.now();

      const [first] = await replies(opened, ['{ sleep 0.3; echo late; sleep 5; } & echo started']);
      // Otherwise it would take 5.3 s.
      expect(Date.now() - began).toBeLessThan(5000);
      await new Promise((done) => setTimeout(done, 600));
      const [second] = await replies(opened, ['echo next']);

      expect([text(first), text(second)]).toEqual(['started\n', 'next\n']);
    });

    test('offers /dev/stdout and /dev/stderr', async () => {
      const [said] = await run(['echo out >/dev/stdout; echo err >/dev/stderr']);

      expect(plain(said!)).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
    });

    test('sets the C locale, a path with sbin, umask 022 and no history', async () => {
      const [said] = await run([
        'echo $LC_ALL $(umask) ${HISTFILE-none}; case :$PATH: in *:/usr/sbin:*) echo sbin;; esac',
      ]);

      expect(text(said)).toBe('C 0022 none\nsbin\n');
    });

    test('keeps bash in a part from reading ~/.bashrc', async () => {
      const [said] = await run(['bash -c "echo \\$SHLVL"']);

      expect(text(said)).toBe('2\n');
    });

    test('reveals the nonce to no part', async () => {
      const [said] = await run(['set; env; cat /proc/$$/cmdline /proc/$$/environ']);

      expect(said!.stdout.includes('\x1e')).toBe(false);
    });

    test('passes on output as it arrives, without the marks', async () => {
      const opened = await session();
      const seen: { stream: string; chunk: string; at: number }[] = [];
      const onOutput = (stream: string, chunk: Uint8Array) =>
        seen.push({ stream, chunk: Buffer.from(chunk).toString(), at: Date.now() });

      const [said] = await replies(opened, [
        { script: 'echo a; sleep 0.4; printf b >&2; sleep 0.4; printf c', onOutput },
      ]);

      expect(seen.map(({ stream, chunk }) => [stream, chunk])).toEqual([
        ['stdout', 'a\n'],
        ['stderr', 'b'],
        ['stdout', 'c'],
      ]);
      expect(seen[2]!.at - seen[0]!.at).toBeGreaterThan(500);
      expect(text(said)).toBe('a\nc');
    });

    test('carries 25 MB of output', async () => {
      const [said, next] = await run(['head -c 25000000 /dev/zero', 'echo on']);

      expect(said!.stdout.length).toBe(25_000_000);
      expect(said!.stdout.every((byte) => byte === 0)).toBe(true);
      expect(text(next)).toBe('on\n');
    });

    test('carries 20 MB of input', async () => {
      const stdin = Buffer.alloc(20_000_000, 'retrace\n');

      const [said] = await run([{ script: 'cksum', stdin }]);
      const [same] = await run([`yes retrace | head -c 20000000 | cksum`]);

      expect(text(said)).toBe(text(same));
    });

    wireTest('sends a file of the controller, and the parts after it', async () => {
      const content = bigFile(10_000_000);

      const [said, next] = await run([
        { script: 'cksum', stdin: content },
        { script: 'cat', stdin: Buffer.from('on') },
      ]);
      const [same] = await run(['yes retrace | head -c 10000000 | cksum']);

      expect([text(said), text(next)]).toEqual([text(same), 'on']);
    });

    test('goes on after a part that did not read all of the file', async () => {
      const content = bigFile(10_000_000);

      const said = await run([{ script: 'head -c 4', stdin: content }, 'echo on']);
      const [later] = await run(['echo later']);

      expect([...said, later].map(text)).toEqual(['retr', 'on\n', 'later\n']);
    });

    test('ends the session if the file is not as long as it was', async () => {
      const opened = await session();
      const content = bigFile(10_000_000);
      truncateSync(content.local, 9_000_000);

      const exchanged = await opened.exchange([{ script: 'cat >/dev/null', stdin: content }, { script: 'echo on' }]);

      expect(exchanged).toMatchObject({
        ok: false,
        failure: { message: expect.stringContaining(`${content.local} has changed while it was sent`) },
      });
    });

    wireTest('answers hundreds of parts in one exchange', async () => {
      const opened = await session();

      const said = await replies(
        opened,
        Array.from({ length: isThorough ? 1000 : 300 }, (_, at) => `echo ${at}; exit $((${at} % 256))`),
      );

      expect(said.map((reply) => [Number(text(reply)), reply.code])).toEqual(said.map((_, at) => [at, at % 256]));
      expect(opened.traffic.exchanges).toBe(1);
    });

    test('answers exchanges in the order in which they are sent', async () => {
      const opened = await session();

      const said = await Promise.all(
        ['sleep 0.2; echo 1', 'echo 2', 'echo 3'].map((script) => replies(opened, [script])),
      );

      expect(said.flat().map((reply) => text(reply))).toEqual(['1\n', '2\n', '3\n']);
    });

    test('kills a part at its deadline with all its child processes, and continues', async () => {
      const opened = await session();
      const seconds = unlikelySeconds();
      const script = `trap '' TERM; (sleep ${seconds} & sleep ${seconds}); setsid sleep ${seconds} & sleep ${seconds}`;

      const said = await replies(opened, ['echo before', { script, deadlineMs: 300 }, 'echo after']);
      const [running] = await replies(opened, [leftSleeps(seconds)]);

      expect(said.map(({ timedOut }) => timedOut ?? false)).toEqual([false, true, false]);
      expect(said[1]!.code).not.toBe(0);
      expect(text(said[2])).toBe('after\n');
      expect(text(running)).toBe('0\n');
    });

    test('kills a part that is reading at its deadline', async () => {
      const stdin = Buffer.alloc(200_000);

      const said = await run([
        { script: 'head -c 5 >/dev/null; sleep 100', stdin, deadlineMs: 200 },
        { script: 'cat', stdin: Buffer.from('next') },
      ]);

      expect(said[0]!.timedOut).toBe(true);
      expect(text(said[1])).toBe('next');
    });

    test('lets a part end before its deadline, and leaves no watchdog', async () => {
      const opened = await session();
      const seconds = unlikelySeconds();

      const [said] = await replies(opened, [
        { script: 'cat; exit 3', stdin: Buffer.from('in'), deadlineMs: seconds * 1000 },
      ]);
      // A watchdog must also end while it is just starting.
      for (let round = 0; round < (isThorough ? 50 : 15); round++)
        await replies(opened, [{ script: 'true', deadlineMs: seconds * 1000 }]);
      const [running] = await replies(opened, [leftSleeps(seconds)]);

      expect(plain(said!)).toEqual({ code: 3, stdout: 'in', stderr: '' });
      expect(text(running)).toBe('0\n');
    });

    test('does not take a part for late because the sleep that watches it was killed', async () => {
      const opened = await session();
      const seconds = unlikelySeconds();
      const script = `for i in 1 2 3 4; do sleep 0.2; ${killSleeps(seconds)} 2>/dev/null; done; echo still here`;

      const [said] = await replies(opened, [{ script, deadlineMs: seconds * 1000 }]);

      expect(plain(said!)).toEqual({ code: 0, stdout: 'still here\n', stderr: '' });
    });

    test('still ends a part that is late when the sleep that watches it was killed', async () => {
      const opened = await session();

      const [said] = await replies(opened, [{ script: `sleep 0.2; ${killSleeps(1.75)}; sleep 50`, deadlineMs: 1750 }]);

      expect(said!.timedOut).toBe(true);
    });

    test('does not kill background processes of earlier parts at a deadline', async () => {
      const opened = await session();
      const seconds = unlikelySeconds();

      await replies(opened, [
        `sleep ${seconds} >/dev/null 2>&1 & true`,
        'sleep 0.1',
        { script: 'sleep 100', deadlineMs: 200 },
      ]);
      const [running] = await replies(opened, [`${countSleeps(seconds)}; ${killSleeps(seconds)}`]);

      expect(text(running)).toBe('1\n');
    });

    test('ends an exchange when it is aborted, and continues', async () => {
      const opened = await session();
      const seconds = unlikelySeconds();
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 300);

      const exchanged = await opened.exchange(
        parts(['echo whole', `(sleep ${seconds} & sleep ${seconds}); echo no`, `sleep ${seconds} & true`]),
        abort.signal,
      );

      expect(exchanged).toMatchObject({ ok: false, failure: { reason: 'lost' } });
      expect(exchanged.ok ? [] : exchanged.failure.replies!.map((reply) => text(reply))).toEqual(['whole\n']);
      const [running] = await replies(opened, [leftSleeps(seconds)]);
      expect(text(running)).toBe('0\n');
    });

    test('does not begin an exchange that has already been aborted', async () => {
      const opened = await session();

      const exchanged = await opened.exchange(parts(['echo no']), AbortSignal.abort());

      expect(exchanged).toMatchObject({ ok: false, failure: { reason: 'lost' } });
      expect(opened.traffic.exchanges).toBe(0);
    });

    test('reports `lost` when the shell dies, with the replies that arrived completely', async () => {
      const opened = await session();

      const exchanged = await opened.exchange(parts(['echo whole', 'echo half; sleep 0.1; kill -9 $$', 'echo never']));

      expect(exchanged).toMatchObject({ ok: false, failure: { reason: 'lost' } });
      expect(exchanged.ok ? [] : exchanged.failure.replies!.map((reply) => text(reply))).toEqual(['whole\n']);
      expect(await opened.exchange(parts(['true']))).toMatchObject({
        ok: false,
        failure: { reason: 'lost', replies: [] },
      });
    });

    test('returns any bytes on stdout unchanged', async () => {
      const opened = await session();
      const bytes = fc.uint8Array({ maxLength: 3000 });

      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { maxLength: 4 }), async (contents) => {
          const said = await replies(
            opened,
            contents.map((stdin) => ({ script: 'cat', stdin })),
          );

          expect(said.map(({ stdout }) => stdout)).toEqual(contents.map((stdin) => Buffer.from(stdin)));
        }),
        { numRuns: isThorough ? 30 : 10 },
      );
    });

    wireTest('prints any text that is quoted in a script', async () => {
      const opened = await session();
      const words = fc.string({ unit: 'binary', maxLength: 50 }).filter((word) => !word.includes('\0'));

      await fc.assert(
        fc.asyncProperty(fc.array(words, { maxLength: 8 }), async (all) => {
          const said = await replies(
            opened,
            all.map((word) => `printf %s '${word.replaceAll("'", "'\\''")}'`),
          );

          expect(said.map((reply) => text(reply))).toEqual(all.map((word) => Buffer.from(word).toString()));
        }),
        { numRuns: isThorough ? 30 : 10 },
      );
    });

    wireTest('answers a batch like its parts one by one', async () => {
      const opened = await session();
      const part = fc.record(
        {
          script: fc.constantFrom(
            'cat',
            'exit 3',
            'echo e >&2; read x; echo "$x"',
            'cd /usr; pwd',
            'if',
            'nosuchcommand',
            'set -e; false',
            'head -c 1',
            '',
          ),
          stdin: fc.uint8Array({ maxLength: 200 }),
        },
        { requiredKeys: ['script'] },
      );

      await fc.assert(
        fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (all) => {
          const together = await replies(opened, all);
          const alone = [];
          for (const one of all) alone.push(...(await replies(opened, [one])));

          expect(together).toEqual(alone);
        }),
        { numRuns: isThorough ? 20 : 6 },
      );
    });
  });
}

const parts = (given: readonly (string | Part)[]): Part[] =>
  given.map((part) => (typeof part === 'string' ? { script: part } : part));

async function replies(session: Session, given: readonly (string | Part)[]): Promise<readonly Reply[]> {
  const exchanged = await session.exchange(parts(given));
  if (!exchanged.ok) throw new Error(exchanged.failure.message);
  return exchanged.replies;
}

const text = (reply: Reply | undefined): string => reply?.stdout.toString() ?? 'no reply';

const plain = ({ code, stdout, stderr }: Reply) => ({ code, stdout: stdout.toString(), stderr: stderr.toString() });

/** A number of seconds that no other test on the same machine sleeps. */
const unlikelySeconds = (): number => 100_000 + Math.floor(Math.random() * 900_000);

// The brackets keep grep from counting itself.
const sleeping = (seconds: number): string => `grep -la '[s]leep.${seconds}' /proc/[0-9]*/cmdline 2>/dev/null`;
/** How many are left in the end, because a killed process takes a moment to disappear. */
const leftSleeps = (seconds: number): string =>
  `for i in 1 2 3 4 5 6 7 8 9 10; do [ "$(${countSleeps(seconds)})" = 0 ] && break; sleep 0.2; done; ${countSleeps(seconds)}`;
const countSleeps = (seconds: number): string => `${sleeping(seconds)} | wc -l | tr -d ' '`;
const killSleeps = (seconds: number): string => `kill $(${sleeping(seconds)} | tr -dc '0-9\\n')`;
