import { Chalk, type ChalkInstance } from 'chalk';
import type { Event, Reporter } from '../core/event.ts';
import { visibleIn } from '../core/visible.ts';
import { ansibleError } from './ansible-lines.ts';
import type { ReportForm, ReportOptions } from './form.ts';

/**
 * Creates the reporter for a format. Output for programs contains every character unchanged; output for people shows symbols in place of
 * terminal control characters.
 */
export async function createReporter(form: ReportForm, options: ReportOptions): Promise<Reporter> {
  const report = await form.create(options);
  return form.forPeople ? (event) => report(shownToPeople(event)) : report;
}

/** Replaces control characters in text from hosts and files, which is not trusted: it might clear the screen, or print "ok" on it. */
function shownToPeople(event: Event): Event {
  if (event.kind === 'output') return event; // the live view replaces them itself
  const shown = visibleIn(event);
  // A heading or a label must stay on one line, because text after a line feed would look like our own output.
  const inOneLine = {
    ...('task' in shown && shown.task !== undefined && { task: { ...shown.task, name: oneLine(shown.task.name) } }),
  };
  return {
    ...shown,
    ...inOneLine,
    ...('label' in shown && shown.label !== undefined && { label: oneLine(shown.label) }),
  } as Event;
}

const oneLine = (text: string): string => text.replaceAll('\n', '␊');

/** Colours, or none. */
export const coloured = (colour: boolean): ChalkInstance => new Chalk({ level: colour ? 1 : 0 });

/** Colours, unless NO_COLOR is set or there is no terminal to show them. */
export function createChalk(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): ChalkInstance {
  if (env['NO_COLOR'] || env['ANSIBLE_NOCOLOR']) return new Chalk({ level: 0 });
  if (env['FORCE_COLOR'] || env['ANSIBLE_FORCE_COLOR']) return new Chalk({ level: 1 });
  return new Chalk({ level: stdout.isTTY === true && env['TERM'] !== 'dumb' ? 1 : 0 });
}

export { ansibleError };
