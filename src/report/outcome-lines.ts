import type { ChalkInstance } from 'chalk';
import { changeText } from '../core/change.ts';
import type { ReportedChange, ToldOutcome } from '../core/event.ts';
import type { Position } from '../core/source.ts';
import { formatDiff } from './diff.ts';
import { indent, isDebug, paintOf, shownOf, type Told, unlessOf } from './told.ts';

/** Options for reporting outcomes. */
interface OutcomeOptions {
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  /** Whether this is a check, in which a reported change is one that a run would make. */
  readonly check: boolean;
}

/**
 * The lines about the outcome of a task or loop item: the status, host and reason; the changes; for a failure, the command's output and the
 * position of the task.
 */
export function outcomeLines(event: Told, host: string, options: OutcomeOptions): string {
  const { outcome, task } = event;
  const { chalk, verbosity, check } = options;
  const item = event.kind === 'item-finished' ? ` => (item=${event.label})` : '';
  const said = saidOf(event, outcome);
  const lines = [paintOf(outcome.status, chalk)(`${wordOf(outcome, check)}: [${host}]${item}${said}`)];
  if (outcome.status === 'failed') lines.push(...failureLines(outcome, task.at, verbosity));
  if (outcome.ignored === true) lines.push(chalk.cyan('...ignoring'));
  if (outcome.status === 'changed' || outcome.status === 'failed' || outcome.would === 'changed')
    lines.push(...outcome.changes.flatMap((change) => changeLines(change, options)));
  for (const warning of outcome.warnings ?? []) lines.push(chalk.magenta(`[WARNING]: ${warning}`));
  if (verbosity >= 2 && (said === '' || outcome.status === 'failed') && (outcome.would ?? outcome.status) !== 'skipped')
    lines.push(indent(JSON.stringify(outcome.result, null, 2)));
  return `${lines.join('\n')}\n`;
}

const endingWords = {
  ok: 'ok',
  changed: 'changed',
  unknown: 'unknown',
  skipped: 'skipping',
  failed: 'fatal',
  unreachable: 'fatal',
} as const;

function wordOf(outcome: ToldOutcome, check: boolean): string {
  const { status, would, assuming, failure } = outcome;
  if (failure?.reason === 'interrupted') return 'interrupted';
  const ending = status === 'unless' ? (would ?? 'ok') : status;
  if (status === 'unless' && ending === 'failed') return `would fail${unlessOf(outcome)}`;
  const rests =
    assuming === undefined || assuming.length === 0
      ? ''
      : `, assuming ${assuming.map((task) => `"${task}"`).join(', ')}`;
  return ending === 'changed' && check
    ? `would change${rests}${unlessOf(outcome)}`
    : `${endingWords[ending]}${unlessOf(outcome)}`;
}

function saidOf({ task }: Told, { status, would, message, result, failure }: ToldOutcome): string {
  if (failure?.reason === 'interrupted') return '';
  const reason = indent(message ?? '').trimStart();
  if (status === 'unreachable')
    return `: UNREACHABLE! ${reason}${failure?.hint === undefined ? '' : `\n${indent(failure.hint)}`}`;
  if (status === 'failed') return `: FAILED! ${reason}`;
  if (status === 'unknown') return ` ${message ?? ''}`;
  if (status === 'unless' && would === 'failed') return `: ${reason}`;
  if (isDebug(task) && status === 'unless' && message !== undefined) return ` ${reason}`;
  if (isDebug(task) && ['ok', 'changed'].includes(would ?? status))
    return ` => ${JSON.stringify(shownOf(result), null, 4)}`;
  return '';
}

/** The output of a failed command, unless the message already contains it, and the position of the task. */
function failureLines({ message = '', result, failure }: ToldOutcome, at: Position, verbosity: number): string[] {
  const place = `${at.file}:${at.line}:${at.column}`;
  const rc = result['rc'];
  const lines = typeof rc === 'number' && rc !== 0 && !message.includes(`exit code ${rc}`) ? [`exit code: ${rc}`] : [];
  for (const stream of ['stderr', 'stdout'] as const) {
    const text = textOf(result[stream]);
    if (text !== '' && !message.includes(text)) lines.push(streamLines(stream, text, verbosity));
  }
  if (failure?.hint !== undefined) lines.push(failure.hint);
  if (!message.startsWith(`${at.file}:`)) lines.push(`at ${place}`);
  return lines.map(indent);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

// The reason is usually at the end of a command's output, but sometimes at the beginning, so show both.
const fewest = { stderr: 20, stdout: 10 };

function streamLines(stream: 'stderr' | 'stdout', text: string, verbosity: number): string {
  const lines = text.split('\n');
  const most = verbosity > 0 ? Number.POSITIVE_INFINITY : fewest[stream];
  if (lines.length === 1) return `${stream}: ${text}`;
  const half = most / 2;
  const shown =
    lines.length <= most
      ? lines
      : [...lines.slice(0, half), `… ${lines.length - most} more lines: -v shows them`, ...lines.slice(-half)];
  return `${stream}:\n${indent(shown.join('\n'))}`;
}

function changeLines(change: ReportedChange, { chalk, verbosity }: OutcomeOptions): string[] {
  const told = indent(changeText(change, { from: chalk.red, to: chalk.green }));
  return change.diff === undefined ? [told] : [told, formatDiff(change.diff, chalk, verbosity > 0 ? undefined : 100)];
}
