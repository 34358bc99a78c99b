import { Chalk, type ChalkInstance } from 'chalk';
import type { Event, Reporter, Status } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';
import { visibleIn } from '../core/visible.ts';
import { ansibleError } from './ansible-lines.ts';
import { jsonReporter } from './json.ts';
import { minimalReporter } from './minimal.ts';
import { plainReporter } from './plain.ts';

/** How a run is told. */
interface ReportOptions {
  /** `live` where it is a terminal, `plain` elsewhere, `json` for programs, `ansible` in Ansible's words, `minimal` as its ad-hoc command. */
  readonly form: 'live' | 'plain' | 'json' | 'ansible' | 'minimal';
  readonly stdout: { write(text: string): unknown; readonly rows?: number; readonly columns?: number };
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  /** Outcomes that are not told. */
  readonly hides?: ReadonlySet<Status>;
  /** Outcomes are told as they come, also of several hosts: somebody is asked before each task. */
  readonly atOnce?: boolean;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

/** The reporter of a form. Programs get every character as it is, people get none that a terminal obeys. */
export async function createReporter(options: ReportOptions): Promise<Reporter> {
  if (options.form === 'json') return jsonReporter((text) => void options.stdout.write(text));
  const report = await reporterForPeople(options);
  return (event) => report(shownToPeople(event));
}

/** What hosts and files say is theirs: a link, a line of a diff or a message may hold what clears a screen or writes "ok" on it. */
function shownToPeople(event: Event): Event {
  if (event.kind === 'output') return event; // the live view takes single lines of it
  const shown = visibleIn(event);
  // A heading or a label is one line: what follows a line feed would look like a line of ours.
  const inOneLine = { ...('task' in shown && { task: { ...shown.task, name: oneLine(shown.task.name) } }) };
  return {
    ...shown,
    ...inOneLine,
    ...('label' in shown && { label: oneLine(shown.label) }),
  } as Event;
}

const oneLine = (text: string): string => text.replaceAll('\n', '␊');

/** The live view is loaded only where there is a terminal to draw on. */
async function reporterForPeople({
  form,
  stdout,
  chalk,
  verbosity,
  hides = new Set(),
  atOnce = false,
  formatDiagnostic,
}: ReportOptions): Promise<Reporter> {
  const write = (text: string): void => void stdout.write(text);
  if (form === 'minimal') return minimalReporter(write, chalk);
  const plain = (to: (text: string) => void): Reporter =>
    plainReporter({
      write: to,
      chalk,
      verbosity,
      columns: stdout.columns || 79, // a terminal may say 0: it does not know
      ansible: form === 'ansible',
      hides,
      atOnce,
      formatDiagnostic,
    });
  if (form !== 'live') return plain(write);
  const { liveReporter } = await import('./live.ts');
  return liveReporter(
    { write, chalk, size: () => ({ rows: stdout.rows || 24, columns: stdout.columns || 80 }) },
    plain,
  );
}

/** Colours, unless NO_COLOR says no or there is no terminal to show them. */
export function createChalk(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): ChalkInstance {
  if (env['NO_COLOR'] || env['ANSIBLE_NOCOLOR']) return new Chalk({ level: 0 });
  if (env['FORCE_COLOR'] || env['ANSIBLE_FORCE_COLOR']) return new Chalk({ level: 1 });
  return new Chalk({ level: stdout.isTTY === true && env['TERM'] !== 'dumb' ? 1 : 0 });
}

export { ansibleError };
