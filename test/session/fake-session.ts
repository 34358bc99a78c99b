import { wholeOf } from '../../src/core/local-content.ts';
import type { Exchanged, Greeting, Part, Reply, Session } from '../../src/core/session.ts';

/** A session that answers from a table, and records what it was asked. */
export interface FakeSession extends Session {
  /** The scripts of each exchange, without those that were skipped. */
  readonly asked: readonly (readonly string[])[];
}

/** A session without a host: `answers` gives the reply to a script; by default a script succeeds without output. */
export function fakeSession(
  answers: (script: string, stdin: string) => Partial<FakeReply>,
  greeting: Greeting = root,
): FakeSession {
  const asked: string[][] = [];
  const counts = { bytesSent: 0, bytesReceived: 0 };
  let failed: string | undefined;
  return {
    greeting,
    asked,
    get traffic() {
      return { exchanges: asked.length, ...counts };
    },
    async exchange(parts, signal): Promise<Exchanged> {
      if (failed ?? signal?.aborted)
        return { ok: false, failure: { reason: 'lost', message: failed ?? 'interrupted', replies: [] } };
      const scripts: string[] = [];
      asked.push(scripts);
      const replies: Reply[] = [];
      let broken = false;
      for (const part of parts) {
        const reply: Reply = broken && part.chained ? skipped : answer(part, scripts);
        broken ||= part.chained === true && reply.code !== 0;
        replies.push(reply);
      }
      return { ok: true, replies };
    },
    async close() {
      failed = 'the session was closed';
    },
  };

  function answer(part: Part, scripts: string[]): Reply {
    scripts.push(part.script);
    counts.bytesSent += part.script.length + (part.stdin?.length ?? 0);
    const {
      stdout = '',
      stderr = '',
      ...rest
    } = answers(part.script, Buffer.from(wholeOf(part.stdin ?? new Uint8Array())).toString());
    const reply = { code: 0, ...rest, stdout: toBuffer(stdout), stderr: toBuffer(stderr) };
    counts.bytesReceived += reply.stdout.length + reply.stderr.length;
    if (reply.stdout.length > 0) part.onOutput?.('stdout', reply.stdout);
    if (reply.stderr.length > 0) part.onOutput?.('stderr', reply.stderr);
    return reply;
  }
}

/** A reply whose output may be given as text. */
export type FakeReply = Omit<Reply, 'stdout' | 'stderr'> & {
  readonly stdout: Buffer | string;
  readonly stderr: Buffer | string;
};

const root: Greeting = { user: 'root', uid: 0, home: '/root' };
const toBuffer = (output: Buffer | string): Buffer => (typeof output === 'string' ? Buffer.from(output) : output);
const empty = Buffer.alloc(0);
const skipped: Reply = { code: -1, stdout: empty, stderr: empty, skipped: true };
