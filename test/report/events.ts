import { Chalk } from 'chalk';
import type { Event, HostSummary, Outcome, TaskRef } from '../../src/core/event.ts';
import type { ReportForm, ReportOptions } from '../../src/report/form.ts';
import { createReporter } from '../../src/report/index.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;

/** A task of a playbook. */
export const task: TaskRef = {
  id: 1,
  name: 'the task',
  type: 'command',
  at: { file: 'play.yaml', line: 3, column: 5 },
  handler: false,
  tags: [],
};

/** The counts of a host where nothing else happened. */
export const summaryOf = (counts: Partial<HostSummary> = {}): HostSummary => ({
  ok: 0,
  changed: 0,
  unreachable: 0,
  failed: 0,
  skipped: 0,
  rescued: 0,
  ignored: 0,
  unknown: 0,
  unless: 0,
  ...counts,
});

/** A task that ended in a certain way. */
export const finished = (
  outcome: Partial<Outcome> = {},
  more: Partial<Of<'task-finished'>> = {},
): Of<'task-finished'> => ({
  kind: 'task-finished',
  play: 1,
  task,
  host: 'web1',
  tookMs: 1500,
  outcome: { status: 'ok', changes: [], result: {}, ...outcome },
  time: 0,
  ...more,
});

/** The end of a run. */
export const runFinished = (summaries: Readonly<Record<string, HostSummary>>): Of<'run-finished'> => ({
  kind: 'run-finished',
  summaries,
  rounds: { web1: 2 },
  logins: 1,
  interrupted: false,
  exitCode: 0,
  tookMs: 2000,
  time: 0,
});

/** Everything that a form writes for these events, in a run on these hosts. */
export async function written(
  form: ReportForm,
  events: readonly Event[],
  { hosts = ['web1'], check = false, ...options }: Partial<ReportOptions> & { hosts?: string[]; check?: boolean } = {},
): Promise<string> {
  let text = '';
  const report = await createReporter(form, {
    stdout: { write: (piece) => (text += piece), rows: 24, columns: 40 },
    chalk: new Chalk({ level: 0 }),
    verbosity: 0,
    env: {},
    cwd: '/',
    formatDiagnostic: ({ message }) => message,
    ...options,
  });
  report({
    kind: 'run-started',
    version: '1',
    playbooks: ['play.yaml'],
    plays: [1],
    check,
    diff: false,
    hosts,
    time: 0,
  });
  report({ kind: 'play-started', play: 1, pattern: 'all', name: 'the play', hosts, at: task.at, time: 0 });
  for (const event of events) report(event);
  return text;
}
