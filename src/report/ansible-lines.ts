import type { ChalkInstance } from 'chalk';
import type { ToldOutcome } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';
import { formatDiff } from './diff.ts';
import { isDebug, paintOf, shownOf, type Told } from './told.ts';

/** Formats an outcome as Ansible prints it, because scripts parse these lines. */
export function ansibleOutcome(event: Told, host: string, verbosity: number, chalk: ChalkInstance): string {
  const { outcome } = event;
  const label = event.kind === 'item-finished' ? event.label : undefined;
  const failedItem = outcome.status === 'failed' && label !== undefined;
  const item = itemOf(label, outcome.status === 'failed');
  const said = ansibleSaid(event, outcome, label !== undefined, verbosity);
  const lines = [paintOf(outcome.status, chalk)(`${failedItem ? 'failed' : wordOf(outcome)}: [${host}]${item}${said}`)];
  if (outcome.ignored === true) lines.push(chalk.cyan('...ignoring'));
  for (const warning of outcome.warnings ?? []) lines.push(chalk.magenta(`[WARNING]: ${warning}`));
  lines.push(...outcome.changes.flatMap(({ diff }) => (diff ? [formatDiff(diff, chalk)] : [])));
  return `${lines.join('\n')}\n`;
}

/** Formats an error in the form that scripts look for: the message first, the position below it. */
export const ansibleError = (diagnostic: Diagnostic, show: (diagnostic: Diagnostic) => string): string =>
  diagnostic.at === undefined
    ? `ERROR! ${diagnostic.message}`
    : `ERROR! ${diagnostic.message}\n\n${show(diagnostic).replace(`  ${diagnostic.message}`, '')}`;

function itemOf(label: string | undefined, failed: boolean): string {
  if (label === undefined) return '';
  return failed ? ` (item=${label})` : ` => (item=${label})`;
}

function wordOf({ status }: ToldOutcome): string {
  if (status === 'failed' || status === 'unreachable') return 'fatal';
  return status === 'skipped' ? 'skipping' : status;
}

/** The text that Ansible prints after the host: the result of a failure or of a `debug` task, or of any task at higher verbosity. */
function ansibleSaid({ task }: Told, outcome: ToldOutcome, isItem: boolean, verbosity: number): string {
  const { status } = outcome;
  const result = verbosity < 3 ? withoutDiff(outcome.result) : outcome.result;
  if (status === 'unreachable') return `: UNREACHABLE! => ${oneLine(result)}`;
  if (status === 'failed') return isItem ? ` => ${oneLine(result)}` : `: FAILED! => ${oneLine(result)}`;
  if ((isDebug(task) && ['ok', 'changed'].includes(status)) || outcome.shown === true)
    return ` => ${JSON.stringify(shownOf(result), null, 4)}`;
  return verbosity >= 1 && status !== 'unknown' ? ` => ${oneLine(result)}` : '';
}

/** Removes `diff` from a result, because Ansible prints it only with -vvv or higher. */
function withoutDiff({ diff: _diff, ...result }: ToldOutcome['result']): ToldOutcome['result'] {
  return result;
}

/** JSON on one line, spaced as in Python. Line breaks in strings are escaped. */
const oneLine = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replace(/([[{])\n\s*/g, '$1')
    .replace(/\n\s*([\]}])/g, '$1')
    .replace(/\n\s*/g, ' ');
