import { basename } from 'node:path';
import type { ChalkInstance } from 'chalk';
import type { Event, HostSummary, Outcome, Reporter, Status, TaskRef, ToldChange } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';
import { formatDiff } from './diff.ts';

interface PlainOptions {
  readonly write: (text: string) => void;
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  readonly columns: number;
  /** Ansible's words throughout, for scripts that read them: `changed`, also in a check. */
  readonly ansible: boolean;
  /** Outcomes that are not told, nor are tasks that have no others. */
  readonly hides?: ReadonlySet<Status>;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

/** Lines as Ansible prints them: a heading a task, a line a host, and the recap. */
export function plainReporter(options: PlainOptions): Reporter {
  const { write, verbosity, hides = new Set() } = options;
  let heading: string | undefined;
  let check = false;
  const waited = new Map<string, string>();
  const line = (text: string): void => write(`${text}\n`);
  const head = (kind: string, task: TaskRef): void => {
    const key = `${task.id} ${task.handler}`;
    if (heading === key) return;
    heading = key;
    const step = task.step === undefined ? '' : ` (${task.step})`;
    line(`\n${banner(`${kind} [${task.name}]${step}`, options)}`);
    if (verbosity >= 2) line(options.chalk.dim(`task path: ${task.at.file}:${task.at.line}`));
  };
  const headOf = (task: TaskRef): void => head(task.handler ? 'RUNNING HANDLER' : 'TASK', task);
  return (event) => {
    switch (event.kind) {
      case 'run-started':
        check = event.check;
        if (!options.ansible || verbosity < 2) return;
        for (const [index, file] of event.playbooks.entries()) {
          line(`\n${banner(`PLAYBOOK: ${basename(file)}`, options)}`);
          line(`${event.plays[index] ?? 0} plays in ${file}`);
        }
        return;
      case 'play-started':
        heading = undefined;
        return line(`\n${banner(`PLAY [${event.name}]`, options)}`);
      case 'no-hosts':
        return line('skipping: no hosts matched');
      case 'task-started':
        return hides.size > 0 ? undefined : headOf(event.task);
      case 'item-finished':
        if (hides.has(event.outcome.status)) return;
        headOf(event.task);
        return write(outcomeLines(event, event.outcome, check, options, event.label));
      case 'task-finished':
        if (
          event.looped === true &&
          !['unreachable', 'unknown'].includes(event.outcome.status) &&
          !(
            event.outcome.status === 'skipped' &&
            Array.isArray(event.outcome.result['results']) &&
            event.outcome.result['results'].length === 0
          )
        )
          return;
        if (hides.has(event.outcome.status)) return;
        headOf(event.task);
        return write(outcomeLines(event, event.outcome, check, options));
      case 'host-busy':
        if (event.doing !== 'waiting' || event.about === undefined || waited.get(event.host) === event.about)
          return undefined;
        waited.set(event.host, event.about);
        return line(options.chalk.cyan(`waiting: [${event.host}] ${event.about}`));
      case 'included':
        head('TASK', event.task);
        if (options.ansible && event.task.type === 'include_role') return;
        return line(options.chalk.cyan(`included: ${event.what} for ${event.host}`));
      case 'retrying':
        return line(
          options.chalk.dim(`FAILED - RETRYING: [${event.host}]: ${event.task.name} (${event.left} retries left).`),
        );
      case 'meta':
        return verbosity >= 2 || event.text.startsWith('META: ending') ? line(event.text) : undefined;
      case 'warning':
        return line(
          event.diagnostic.severity === 'error'
            ? options.chalk.red(
                options.ansible
                  ? ansibleError(event.diagnostic, options.formatDiagnostic)
                  : `ERROR! ${options.formatDiagnostic(event.diagnostic)}`,
              )
            : options.chalk.magenta(
                `[WARNING]: ${options.ansible ? event.diagnostic.message : options.formatDiagnostic(event.diagnostic)}`,
              ),
        );
      case 'sent':
        return verbosity >= 3
          ? line(options.chalk.dim(`<${event.host}> as ${event.user}: ${event.parts} parts\n${indent(event.script)}`))
          : undefined;
      case 'run-finished':
        return write(recap(event, check, options));
      default:
        return undefined;
    }
  };
}

/** An error as Ansible's scripts look for it: the message first, and the place below. */
export const ansibleError = (diagnostic: Diagnostic, show: (diagnostic: Diagnostic) => string): string =>
  diagnostic.at === undefined
    ? `ERROR! ${diagnostic.message}`
    : `ERROR! ${diagnostic.message}\n\n${show(diagnostic).replace(`  ${diagnostic.message}`, '')}`;

function banner(text: string, { columns, chalk }: PlainOptions): string {
  const width = Math.min(columns, 79);
  return `${chalk.bold(text)} ${'*'.repeat(Math.max(3, width - text.length - 1))}`;
}

type Told = Extract<Event, { kind: 'item-finished' | 'task-finished' }>;

function outcomeLines(event: Told, outcome: Outcome, check: boolean, options: PlainOptions, label?: string): string {
  const { chalk, verbosity } = options;
  const host = event.delegatedTo === undefined ? event.host : `${event.host} -> ${event.delegatedTo}`;
  const failedItem = options.ansible && outcome.status === 'failed';
  const item = label === undefined ? '' : failedItem ? ` (item=${label})` : ` => (item=${label})`;
  const painted = {
    ok: chalk.green,
    changed: chalk.yellow,
    unknown: chalk.magenta,
    skipped: chalk.cyan,
    failed: chalk.red,
    unreachable: chalk.red,
  }[outcome.status];
  const words = failedItem && label !== undefined ? 'failed' : wordOf(outcome, check && !options.ansible);
  const said = options.ansible ? ansibleSaid(event, outcome, label !== undefined, verbosity) : saidOf(event, outcome);
  const lines = [painted(`${words}: [${host}]${item}${said}`)];
  if (outcome.ignored === true) lines.push(chalk.cyan('...ignoring'));
  if (!options.ansible && (outcome.status === 'changed' || outcome.status === 'failed'))
    lines.push(...outcome.changes.flatMap((change) => changeLines(change, options)));
  for (const warning of outcome.warnings ?? []) lines.push(chalk.magenta(`[WARNING]: ${warning}`));
  if (options.ansible) lines.push(...outcome.changes.flatMap(({ diff }) => (diff ? [formatDiff(diff, chalk)] : [])));
  if (!options.ansible && verbosity >= 2 && said === '' && outcome.status !== 'skipped')
    lines.push(indent(JSON.stringify(outcome.result, null, 2)));
  return `${lines.join('\n')}\n`;
}

function wordOf({ status, assuming, ignored }: Outcome, would: boolean): string {
  if (status === 'failed') return ignored === true ? 'fatal' : 'fatal';
  if (status === 'skipped') return 'skipping';
  if (status === 'unreachable') return 'fatal';
  if (status !== 'changed' || !would) return status;
  return assuming === undefined || assuming.length === 0
    ? 'would change'
    : `would change, assuming ${assuming.map((task) => `"${task}"`).join(', ')}`;
}

/** What Ansible prints behind the host: a result where something failed, was to be shown, or more is to be told. */
function ansibleSaid({ task }: Told, outcome: Outcome, isItem: boolean, verbosity: number): string {
  const { status, result } = outcome;
  if (status === 'unreachable') return `: UNREACHABLE! => ${oneLine(result)}`;
  if (status === 'failed') return isItem ? ` => ${oneLine(result)}` : `: FAILED! => ${oneLine(result)}`;
  if ((isDebug(task) && ['ok', 'changed'].includes(status)) || outcome.shown === true)
    return ` => ${JSON.stringify(shownOf(result), null, 4)}`;
  return verbosity >= 1 && status !== 'unknown' ? ` => ${oneLine(result)}` : '';
}

/** JSON in one line, spaced as Python does; a line break is never inside a text of it. */
const oneLine = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replace(/([[{])\n\s*/g, '$1')
    .replace(/\n\s*([\]}])/g, '$1')
    .replace(/\n\s*/g, ' ');

function saidOf({ task }: Told, outcome: Outcome): string {
  const { status, message, result } = outcome;
  if (status === 'unreachable')
    return `: UNREACHABLE! ${message ?? ''}${outcome.failure?.hint === undefined ? '' : `\n${indent(outcome.failure.hint)}`}`;
  if (status === 'failed') return `: FAILED! ${message ?? ''}`;
  if (status === 'unknown') return ` ${message ?? ''}`;
  if (isDebug(task) && ['ok', 'changed'].includes(status)) return ` => ${JSON.stringify(shownOf(result), null, 4)}`;
  return '';
}

const isDebug = ({ type }: { readonly type: string }): boolean => /(^|\.)debug$/.test(type);

/** What `debug` is there to show. */
const shownOf = (result: Outcome['result']) =>
  Object.fromEntries(
    Object.entries(result).filter(([key]) => !['changed', 'failed', '_ansible_verbose_always'].includes(key)),
  );

function changeLines(change: ToldChange, options: PlainOptions): string[] {
  const { what, from, to, diff } = change;
  const { chalk } = options;
  // What only acts has nothing to compare with.
  const told =
    from === ''
      ? `    ${what}: ${chalk.green(to ?? '')}`
      : `    ${what}: ${chalk.red(from ?? 'absent')} → ${chalk.green(to ?? 'absent')}`;
  return diff === undefined ? [told] : [told, formatDiff(diff, chalk)];
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((each) => `    ${each}`)
    .join('\n');

function recap(event: Extract<Event, { kind: 'run-finished' }>, check: boolean, options: PlainOptions): string {
  const { chalk, verbosity } = options;
  const hosts = Object.keys(event.summaries).sort();
  const width = Math.max(0, ...hosts.map((host) => host.length));
  const rows = hosts.map(
    (host) =>
      `${paintHost(host.padEnd(width), event.summaries[host]!, chalk)} : ${counts(event.summaries[host]!, check, options)}`,
  );
  const rounds = Object.entries(event.rounds).map(([host, count]) => `${host} ${count}`);
  const lines = [`\n${banner('PLAY RECAP', options)}`, ...rows];
  if (verbosity >= 1 && !options.ansible)
    lines.push(
      `rounds: ${rounds.join(', ') || 'none'}; logins: ${event.logins}; ${(event.tookMs / 1000).toFixed(2)} s`,
    );
  if (event.interrupted) lines.push(chalk.red('interrupted; run it again to go on from what is true'));
  return `${lines.join('\n')}\n`;
}

function counts(summary: HostSummary, check: boolean, { ansible }: PlainOptions): string {
  const keys = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored'] as const;
  const shown = keys.map((key) => `${key}=${summary[key]}`.padEnd(key.length + 5)).join('');
  return check && !ansible ? `${shown}unknown=${summary.unknown}` : shown.trimEnd();
}

function paintHost(host: string, { failed, unreachable, changed, unknown }: HostSummary, chalk: ChalkInstance): string {
  if (failed + unreachable > 0) return chalk.red(host);
  return changed > 0 ? chalk.yellow(host) : unknown > 0 ? chalk.magenta(host) : chalk.green(host);
}
