import { resolve } from 'node:path';
import { nothingGiven, type OptionSpecs } from '../core/command-line.ts';
import { defineCommand } from './command.ts';
import { runOptions } from './options.ts';

const {
  step: _step,
  'start-at-task': _start,
  'list-tasks': _tasks,
  'list-tags': _tags,
  lab: _lab,
  output: _output,
  ...shared
} = runOptions;

const options = {
  ...shared,
  'module-name': { type: 'text', short: 'm', value: 'TYPE', help: 'task type to run (default: command)' },
  args: {
    type: 'text',
    mayBeEmpty: true,
    short: 'a',
    value: 'ARGS',
    help: 'parameters for the task type: key=value pairs, JSON or free text',
  },
  'task-timeout': {
    type: 'int',
    min: 1,
    value: 'SECONDS',
    help: 'fail the task if it takes longer than this many seconds',
  },
  'one-line': { type: 'switch', short: 'o', help: 'print one line per host' },
  background: {
    type: 'int',
    min: 0,
    short: 'B',
    value: 'SECONDS',
    help: 'run the task in the background, for at most this many seconds',
  },
  poll: {
    type: 'int',
    min: 0,
    short: 'P',
    value: 'SECONDS',
    help: 'with -B, seconds between polls; 0 means start the task and do not wait',
  },
} as const satisfies OptionSpecs;

/** Runs one task on hosts, as `ansible PATTERN -m TYPE -a ARGS` does, by building a one-task playbook. */
export const adHoc = defineCommand({
  name: 'ansible',
  usage: ['PATTERN [options]'],
  summary: 'run one task on hosts',
  options,
  words: { what: 'host pattern', least: 1, most: 1 },
  ansible: { name: 'ansible', usageError: 2 },
  run: async ({ options: given, rest: [hosts] }, { face }) => {
    const type = given['module-name'] ?? 'command';
    const args = given.args ?? '';
    const file = resolve('ad-hoc');
    const task = { [type]: args === '' ? null : readArgs(args), ...inBackground(given), ...limited(given) };
    const text = JSON.stringify([{ hosts, gather_facts: false, tasks: [task] }]);
    const line = { options: { ...nothingGiven(runOptions), ...given }, rest: [file] };
    return (await import('./play-command.ts')).play(line, face, {
      texts: { [file]: text },
      oneLine: given['one-line'],
    });
  },
});

/** Parses JSON; any other text is free-form text or `k=v` words. */
function readArgs(args: string): unknown {
  if (!args.trim().startsWith('{')) return args;
  try {
    return JSON.parse(args);
  } catch {
    return args; // not valid JSON: the task type will report the error
  }
}

const limited = ({ 'task-timeout': seconds }: { readonly 'task-timeout'?: number }): object =>
  seconds === undefined ? {} : { timeout: seconds };

/** `poll` applies only to a background task, and a background time of 0 seconds means no background task. */
const inBackground = ({ background, poll }: { readonly background?: number; readonly poll?: number }): object =>
  background === undefined || background === 0 ? {} : { async: background, ...(poll !== undefined && { poll }) };
