import type { Command } from '../../core/command.ts';
import type { Reply } from '../../core/session.ts';
import type { TaskResult } from '../../core/task-type.ts';
import { decodeText } from '../../core/text-codec.ts';

/** The first command that failed, and the message for it. */
export function firstFailure(
  commands: readonly Command[],
  replies: readonly Reply[],
): { message: string; result: TaskResult } | undefined {
  for (const [index, reply] of replies.entries()) {
    const { accepts = [0], shown, script } = commands[index]!;
    if (reply.skipped === true || (accepts.includes(reply.code) && reply.timedOut !== true)) continue;
    const said = shortened(decodeText(reply.stderr).trim() || decodeText(reply.stdout).trim());
    const ending = reply.timedOut === true ? 'took too long and was killed' : `exit code ${reply.code}`;
    const message = said === '' ? `${shown ?? script}: ${ending}` : said;
    return {
      message,
      result: {
        rc: reply.code,
        stdout: decodeText(reply.stdout),
        stderr: decodeText(reply.stderr),
        cmd: shown ?? script,
      },
    };
  }
  return undefined;
}

/** The beginning and end of long output: the reason is usually in one of them. */
const shortened = (text: string): string =>
  text.length <= 4000 ? text : `${text.slice(0, 2000)}\n…\n${text.slice(-2000)}`;
