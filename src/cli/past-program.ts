/**
 * The exports of the small bundle that answers what needs neither engine nor task types: a question about the past takes no longer than its
 * answer. It is loaded instead of the whole program for the words in `bundles.ts`.
 */
import { callCommand } from './command.ts';
import { drift } from './commands/drift.ts';
import { history } from './commands/history.ts';
import { run } from './face.ts';
import { worldOf } from './world.ts';

export { lastWords } from './bug-report.ts';

/** Its commands. */
export const pastCommands = [history, drift];

/** Runs the one that the first word names. Neither asks anything, so no prompt is open in the end. */
export async function runCommand(_calledAs: string, [word, ...others]: readonly string[]): Promise<number> {
  const command = pastCommands.find(({ name }) => name === word);
  if (command === undefined) throw new Error(`"${word}" is not in this bundle`);
  return callCommand(command, others, worldOf(run, pastCommands));
}
