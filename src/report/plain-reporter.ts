import { basename } from 'node:path';
import type { ChalkInstance } from 'chalk';
import type { Event, Reporter, Status, TaskRef } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';
import { ansibleError, ansibleOutcome } from './ansible-lines.ts';
import { type CustomStats, noStats, recordStats, statsLines } from './custom-stats.ts';
import { folded, hostOf } from './folded.ts';
import { outcomeLines } from './outcome-lines.ts';
import { ansibleRecap, failureRecap, hiddenDrift, recapLines } from './recap.ts';
import { runningOutput } from './running-output.ts';
import { indent, isToldByItems, type Told } from './told.ts';

interface PlainOptions {
  readonly write: (text: string) => void;
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  readonly columns: number;
  /** Use Ansible's wording throughout, for scripts that read it: `changed`, even in a check. */
  readonly ansible: boolean;
  /** Outcomes to leave out, along with tasks that have no others. */
  readonly hides?: ReadonlySet<Status>;
  /** Report outcomes as they arrive. Otherwise the outcomes of several hosts are reported together once all hosts have finished. */
  readonly atOnce?: boolean;
  /** Show the output of commands while they run. */
  readonly asItRuns?: boolean;
  /** Print what `set_stats` recorded after the recap. */
  readonly customStats?: boolean;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

type Finished = Extract<Event, { kind: 'run-finished' }>;

/** Prints lines as Ansible does: a heading per task, a line per host, and the recap. */
export function plainReporter(options: PlainOptions): Reporter {
  const { write, verbosity, hides = new Set() } = options;
  let heading: string | undefined;
  let check = false;
  const waited = new Map<string, string>();
  const failures: Told[] = [];
  const stats = noStats();
  let hosts: readonly string[] = [];
  let waiting: Told[] = [];
  const tell = (event: Told, host: string): string =>
    options.ansible
      ? ansibleOutcome(event, host, verbosity, options.chalk)
      : outcomeLines(event, host, { chalk: options.chalk, verbosity, check });
  const flush = (): void => {
    const together = waiting;
    waiting = [];
    for (const text of folded(together, hosts, verbosity, tell)) write(text);
  };
  const line = (text: string): void => {
    flush();
    write(`${text}\n`);
  };
  const told = (event: Told): void => {
    if (isFailure(event)) failures.push(event);
    recordStats(stats, event);
    if (hides.has(event.outcome.status)) return;
    headOf(event.task);
    if (options.ansible || options.atOnce === true || hosts.length < 2) write(tell(event, hostOf(event)));
    else waiting.push(event);
  };
  const head = (kind: string, task: TaskRef): void => {
    const key = `${task.id} ${task.handler}`;
    if (heading === key) return;
    heading = key;
    const step = task.step === undefined ? '' : ` (${task.step})`;
    line(`\n${banner(`${kind} [${task.name}]${step}`, options)}`);
    if (verbosity >= 2) line(options.chalk.dim(`task path: ${task.at.file}:${task.at.line}`));
  };
  const headOf = (task: TaskRef): void => head(task.handler ? 'RUNNING HANDLER' : 'TASK', task);
  const whileRunning =
    options.asItRuns === true ? runningOutput((text) => write(`${options.chalk.dim(text)}\n`)) : undefined;
  return (event) => {
    whileRunning?.(event);
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
        hosts = event.hosts;
        return line(`\n${banner(`PLAY [${event.name}]`, options)}`);
      case 'no-hosts':
        return line('skipping: no hosts matched');
      case 'task-started':
        return hides.size > 0 ? undefined : headOf(event.task);
      case 'item-finished':
        return told(event);
      case 'task-finished':
        if (isToldByItems(event)) return;
        return told(event);
      case 'host-busy':
        if (event.doing !== 'waiting' || event.about === undefined || waited.get(event.host) === event.about)
          return undefined;
        waited.set(event.host, event.about);
        return line(options.chalk.cyan(`waiting: [${event.host}] ${event.about}`));
      case 'included':
        head('TASK', event.task);
        if (options.ansible && event.task.type === 'include_role') return;
        return line(options.chalk.cyan(`included: ${event.what} for ${event.host}${itemText(event)}`));
      case 'retrying':
        return line(
          options.chalk.dim(`FAILED - RETRYING: [${event.host}]: ${event.task.name} (${event.left} retries left).`),
        );
      case 'job':
        return options.ansible ? line(jobText(event)) : undefined;
      case 'batch-started':
        if (!options.ansible || event.batch === 0) return;
        heading = undefined;
        return line(`\n${banner(`PLAY [${event.name}]`, options)}`);
      case 'no-hosts-left':
        return options.ansible ? line(`\n${banner('NO MORE HOSTS LEFT', options)}`) : undefined;
      case 'meta':
        if (options.ansible && event.task !== undefined && hides.size === 0) headOf(event.task);
        if (options.ansible) return verbosity >= 2 ? line(event.text) : undefined;
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
        return verbosity >= 3 ? line(options.chalk.dim(sentText(event))) : undefined;
      case 'run-finished':
        flush();
        write(recap(event, failures, check, options));
        return options.customStats === true ? write(toldStats(stats, options)) : undefined;
      case 'play-finished':
        return flush();
      default:
        return undefined;
    }
  };
}

const itemText = ({ label }: Extract<Event, { kind: 'included' }>): string =>
  label === undefined ? '' : ` => (item=${label})`;

function banner(text: string, { columns, chalk, ansible }: PlainOptions): string {
  // Ansible's is one wider than its terminal.
  const width = Math.min(columns, 79) + (ansible ? 1 : 0);
  return `${ansible ? text : chalk.bold(text)} ${'*'.repeat(Math.max(3, width - text.length - 1))}`;
}

function toldStats(stats: CustomStats, options: PlainOptions): string {
  const lines = statsLines(stats);
  return lines.length === 0
    ? ''
    : `${options.ansible ? '' : '\n'}\n${banner('CUSTOM STATS:', options)}\n${lines.join('\n')}\n\n`;
}

const isFailure = ({ outcome }: Told): boolean =>
  (outcome.status === 'failed' || outcome.status === 'unreachable') &&
  outcome.failure?.reason !== 'interrupted' &&
  outcome.ignored !== true;

function recap(event: Finished, failures: readonly Told[], check: boolean, options: PlainOptions): string {
  const { chalk, verbosity, columns } = options;
  if (options.ansible)
    return ended([`\n${banner('PLAY RECAP', options)}`, ...ansibleRecap(event, chalk), ''], event, chalk);
  const rounds = Object.entries(event.rounds).map(([host, count]) => `${host} ${count}`);
  const lines = [`\n${banner('PLAY RECAP', options)}`, ...recapLines(event, chalk)];
  const failed = failureRecap(failures, event, Math.min(columns, 79));
  if (failed.length > 0) lines.push(`\n${banner('FAILED', options)}`, ...failed.map((one) => chalk.red(one)));
  const hidden = check ? hiddenDrift(event) : undefined;
  if (hidden !== undefined) lines.push(chalk.yellow(hidden));
  if (verbosity >= 1)
    lines.push(
      `rounds: ${rounds.join(', ') || 'none'}; logins: ${event.logins}; ${(event.tookMs / 1000).toFixed(2)} s`,
    );
  return ended(lines, event, chalk);
}

const ended = (lines: readonly string[], { interrupted }: Finished, chalk: ChalkInstance): string =>
  `${[...lines, ...(interrupted ? [chalk.red('interrupted; run it again to continue from the actual state')] : [])].join('\n')}\n`;

/** What was sent to a host, and as which user. */
function sentText({ host, user, by, parts, script }: Extract<Event, { kind: 'sent' }>): string {
  const become = by === undefined ? '' : ` by ${by}`;
  return `<${host}> as ${user}${become}: ${parts} parts\n${indent(script)}`;
}

/** How the job of a task that waits for it is, in Ansible's words. */
function jobText({ host, id, is }: Extract<Event, { kind: 'job' }>): string {
  if (is === 'running') return `ASYNC POLL on ${host}: jid=${id} started=1 finished=0`;
  return `ASYNC ${is.toUpperCase()} on ${host}: jid=${id}`;
}
