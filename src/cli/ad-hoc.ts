import { resolve } from 'node:path';
import { suggest } from '../core/suggest.ts';
import type { Face } from './face.ts';
import { formatOptions, type OptionSpec, parseOptions, runOptions } from './options.ts';
import { play } from './play-command.ts';

const options: readonly OptionSpec[] = [
  ...runOptions.filter(({ name }) => !['step', 'start-at-task', 'list-tasks', 'list-tags', 'lab'].includes(name)),
  { name: 'module-name', short: 'm', value: 'TYPE', help: 'task type to run (command)' },
  { name: 'args', short: 'a', value: 'ARGS', help: 'its parameters, as k=v words, JSON, or free text' },
  { name: 'background', short: 'B', value: 'SECONDS', help: 'end it after so long' },
  { name: 'poll', short: 'P', value: 'SECONDS', help: 'how often to look after it' },
];

/** One task on hosts, as `ansible PATTERN -m TYPE -a ARGS` runs it: a playbook that is made here. */
export async function adHocCommand(argv: readonly string[], face: Face): Promise<number> {
  const read = parseOptions(options, argv, suggest);
  if (
    !read.ok ||
    (read.parsed.rest.length !== 1 && !read.parsed.flags.has('help') && !read.parsed.flags.has('version'))
  ) {
    const mistakes = read.ok ? ['a host pattern is needed, and only one'] : read.mistakes;
    process.stderr.write(`${mistakes.map((mistake) => `${face.name}: ${mistake}\n`).join('')}`);
    return 2;
  }
  const { parsed } = read;
  if (parsed.flags.has('version')) return print(`${face.version}\n`);
  if (parsed.flags.has('help'))
    return print(`usage: ${face.name} PATTERN [options]\n\noptions:\n${formatOptions(options)}\n`);
  const type = parsed.values.get('module-name')?.at(-1) ?? 'command';
  const args = parsed.values.get('args')?.at(-1) ?? '';
  const file = resolve('ad-hoc');
  const text = JSON.stringify([
    { hosts: parsed.rest[0], gather_facts: false, tasks: [{ [type]: args === '' ? null : readArgs(args) }] },
  ]);
  return play({ ...parsed, rest: [file] }, face, { [file]: text });
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
