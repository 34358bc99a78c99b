import { sh } from '../../core/command.ts';
import { hidden } from '../../core/question.ts';
import { shell } from '../../core/questions/shell.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import { askHosts } from '../ask-hosts.ts';

/** The most bytes that belong into a patch. */
const MOST_BYTES = 1_000_000;

/** The text of a file on a host; undefined if it cannot be read, is too large or is not text. */
export async function readOnHost(context: RunContext, host: string, path: string): Promise<string | undefined> {
  const script = sh`LC_ALL=C head -c ${MOST_BYTES + 1} -- ${path}`.script;
  const answers = await askHosts(context, [host], { content: hidden(shell({ script, about: [] })) });
  const answer = answers.get(host);
  if (answer?.ok !== true || answer.answers.content.code !== 0) return undefined;
  const { stdout } = answer.answers.content;
  return stdout.length > MOST_BYTES || !stdout.isWellFormed() ? undefined : stdout;
}
