import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';

/** The state of a job on the host: it is running, or has ended, or does not exist. */
export interface JobState {
  readonly state: 'none' | 'running' | 'done';
  /** The replies of those of its commands that ran. */
  readonly replies: readonly Reply[];
  /** How long it ran. */
  readonly seconds: number;
}

const kind: QuestionKind<string, JobState> = {
  name: 'job',
  scripts: (files) => files.map((file) => ({ script: `j=${quote(file)}; ${look}` })),
  read: (replies) => replies.map((reply) => ({ ok: true, value: stateOf(reply.stdout) })),
};

/** Ask about the job that is recorded in a file. */
export const job = (file: string): Question<JobState> => question(kind, file);

/** Its state on one line; then for each command, exit code and lengths on one line, followed by its output. */
const look = `[ -e "$j" ] || { echo none; exit; }; cat "$j"; i=0; while [ -e "$j.err$i" ]; do
echo "$(cat "$j.rc$i" 2>/dev/null || echo -) $(wc -c <"$j.out$i") $(wc -c <"$j.err$i")"; cat "$j.out$i" "$j.err$i"; i=$((i + 1)); done`;

function stateOf(said: Buffer): JobState {
  const [head, rest] = line(said);
  const [word, code, begin = 0, end = 0] = head.split(' ');
  const state = word === 'running' || word === 'done' ? word : 'none';
  const replies = state === 'done' ? repliesIn(rest, Number(code)) : [];
  return { state, replies, seconds: Math.max(0, Number.parseFloat(`${end}`) - Number.parseFloat(`${begin}`)) };
}

/** A command without an exit code ended together with the whole job, and gets the job's exit code. */
function repliesIn(said: Buffer, code: number): Reply[] {
  const replies: Reply[] = [];
  for (let rest = said; rest.length > 0; ) {
    const [head, body] = line(rest);
    const [own, out, err] = head.trim().split(/\s+/).map(Number) as [number, number, number];
    replies.push({
      code: Number.isNaN(own) ? code : own,
      stdout: body.subarray(0, out),
      stderr: body.subarray(out, out + err),
      ...(Number.isNaN(own) && { timedOut: true }),
    });
    rest = body.subarray(out + err);
  }
  return replies;
}

function line(text: Buffer): readonly [string, Buffer] {
  const end = text.indexOf('\n');
  return end === -1 ? [decodeText(text), Buffer.alloc(0)] : [decodeText(text.subarray(0, end)), text.subarray(end + 1)];
}
