import { Chalk, type ChalkInstance } from 'chalk';
import type { Event, Reporter } from '../core/event.ts';
import { visibleIn } from '../core/visible.ts';
import { ansibleError } from './ansible-lines.ts';
import type { ReportForm, ReportOptions } from './form.ts';

/**
 * Creates the reporter of a form. Output for programs contains every character unchanged; output for people has terminal control characters
 * removed.
 */
export async function createReporter(form: ReportForm, options: ReportOptions): Promise<Reporter> {
  const report = await form.create(options);
  return form.forPeople ? (event) => report(shownToPeople(event)) : report;
}

/** Hosts and files are not trusted: a link, a diff line or a message may contain sequences that clear the screen or print "ok" on it. */
function shownToPeople(event: Event): Event {
  if (event.kind === 'output') return event; // the live view takes single lines from it
  const shown = visibleIn(event);
  // A heading or a label is a single line: text after a line feed would look like output of ours.
  const inOneLine = { ...('task' in shown && { task: { ...shown.task, name: oneLine(shown.task.name) } }) };
  return {
    ...shown,
    ...inOneLine,
    ...('label' in shown && { label: oneLine(shown.label) }),
  } as Event;
}

const oneLine = (text: string): string => text.replaceAll('\n', '␊');

/** Colours, unless NO_COLOR is set or there is no terminal to show them. */
export function createChalk(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): ChalkInstance {
  if (env['NO_COLOR'] || env['ANSIBLE_NOCOLOR']) return new Chalk({ level: 0 });
  if (env['FORCE_COLOR'] || env['ANSIBLE_FORCE_COLOR']) return new Chalk({ level: 1 });
  return new Chalk({ level: stdout.isTTY === true && env['TERM'] !== 'dumb' ? 1 : 0 });
}

export { ansibleError };
