import { resolve } from 'node:path';
import { formatOptions, nothingGiven, type OptionSpecs, parseOptions } from '../core/command-line.ts';
import type { Face } from './face.ts';
import { runOptions } from './options.ts';
import { play } from './play-command.ts';

const {
  step: _step,
  'start-at-task': _start,
  'list-tasks': _tasks,
  'list-tags': _tags,
  lab: _lab,
  ...shared
} = runOptions;

const options = {
  ...shared,
  'module-name': { type: 'text', short: 'm', value: 'TYPE', help: 'task type to run (default: command)' },
  args: { type: 'text', short: 'a', value: 'ARGS', help: 'its parameters, as k=v words, JSON, or free text' },
  background: { type: 'int', min: 0, short: 'B', value: 'SECONDS', help: 'end it after so long' },
  poll: { type: 'int', min: 0, short: 'P', value: 'SECONDS', help: 'how often to look after it' },
} as const satisfies OptionSpecs;

/** One task on hosts, as `ansible PATTERN -m TYPE -a ARGS` runs it: a playbook that is made here. */
export async function adHocCommand(argv: readonly string[], face: Face): Promise<number> {
  const parsed = parseOptions(options, argv);
  const isAbout = parsed.ok && (parsed.options.help || parsed.options.version);
  if (!parsed.ok || (parsed.rest.length !== 1 && !isAbout)) {
    const mistakes = parsed.ok ? ['a host pattern is needed, and only one'] : parsed.mistakes;
    process.stderr.write(`${mistakes.map((mistake) => `${face.name}: ${mistake}\n`).join('')}`);
    return 2;
  }
  if (parsed.options.version) return print(`${face.version}\n`);
  if (parsed.options.help)
    return print(`usage: ${face.name} PATTERN [options]\n\noptions:\n${formatOptions(options)}\n`);
  const type = parsed.options['module-name'] ?? 'command';
  const args = parsed.options['args'] ?? '';
  const file = resolve('ad-hoc');
  const text = JSON.stringify([
    { hosts: parsed.rest[0], gather_facts: false, tasks: [{ [type]: args === '' ? null : readArgs(args) }] },
  ]);
  return play({ options: { ...nothingGiven(runOptions), ...parsed.options }, rest: [file] }, face, { [file]: text });
}

/** JSON stays what it is; other text is the task's free form or its `k=v` words. */
function readArgs(args: string): unknown {
  if (!args.trim().startsWith('{')) return args;
  try {
    return JSON.parse(args);
  } catch {
    return args; // no JSON after all: the task type says what it expects
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
