import { anyCode, type Command, reading, sh } from '../../core/command.ts';
import { type AnyTaskType, defineTask } from '../../core/task-type.ts';
import { decodeText } from '../../core/text-codec.ts';
import { fromJs } from '../../core/value.ts';
import { str } from '../../template/python/repr.ts';
import { moduleResult } from './module-result.ts';
import { PYTHON_SHIM } from './python-shim.ts';

/**
 * A task type that runs a module which a user wrote for Ansible. It runs every time, because its effects cannot be known in advance. A
 * module that imports from Ansible is sent with a small replacement for what it imports, and is the only thing that needs Python on a host.
 */
export const userModule = (name: string, path: string): AnyTaskType =>
  defineTask({
    name,
    aliases: name.includes('.') ? [name.replace(/^.*\./, '')] : [],
    summary: `The module ${path}, written for Ansible.`,
    acts: true,
    gives: 'facts',
    anyParams: true,
    params: {},
    prepare: (params, controller) => ({ args: params, content: controller.readFile(path) }),
    plan(_state, { args, content }, { check, diff, verbosity = 0 }) {
      const call = { name, path, args, content, check, diff, verbosity };
      const made = isForPython(call) ? runPython(call) : runProgram(call);
      if ('failed' in made) return made;
      return { changes: [{ what: name, from: '', to: 'run', commands: [{ ...made, accepts: anyCode, long: true }] }] };
    },
    result: ({ replies }) => (replies[0] === undefined ? {} : moduleResult(replies[0])),
    examples: [],
  }) as AnyTaskType;

/** A module with the arguments of a task. */
interface ModuleCall {
  readonly name: string;
  readonly path: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly content: Uint8Array;
  readonly check: boolean;
  readonly diff: boolean;
  readonly verbosity: number;
}

function isForPython({ path, content }: ModuleCall): boolean {
  const text = decodeText(content);
  const isProgram = text.startsWith('#!') || !path.endsWith('.py');
  return !isProgram || /\b(?:from|import) +ansible(?:\.module_utils|_collections)\b/.test(text);
}

// The program is sent on stdin, so that no secret appears in an argument.
function runPython({ content, ...call }: ModuleCall): Command {
  const given = JSON.stringify({ ...call, source: decodeText(content) });
  return reading(sh`exec python3 -`, `import sys, json\nGIVEN = json.loads(${JSON.stringify(given)})\n${PYTHON_SHIM}`);
}

/**
 * Runs a program, in whatever language. Its argument is a file with the task's arguments. That file is a pipe, so that no secret is written
 * to a disk.
 */
function runProgram(call: ModuleCall): Command | { readonly failed: string } {
  const interpreter = interpreterOf(call.content);
  if (interpreter === undefined)
    return { failed: `module (${call.name}) is missing interpreter line: begin ${call.path} with #! and a program` };
  const file = call.path.replace(/^.*\//, '');
  const run = sh`umask 077
folder=$(mktemp -d) || exit
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 130' HUP INT TERM
printf %s ${Buffer.from(call.content).toString('base64')} | base64 -d > "$folder/"${file} && chmod 700 "$folder/"${file} || exit
umask 022
cat | ${interpreter} "$folder/"${file} /dev/stdin`;
  return reading(run, argumentsFor(call));
}

/** The words of the #! line; none for a binary. As in Ansible, Python is always the one of the host. */
function interpreterOf(content: Uint8Array): readonly string[] | undefined {
  if (content.includes(0)) return [];
  const [, line] = /^#![ \t]*(\S.*)/.exec(decodeText(content)) ?? [];
  const [program = '', ...words] = line?.trim().split(/\s+/) ?? [];
  if (program === '') return undefined;
  const isPython = (word: string): boolean => /(?:^|\/)python[\d.]*$/.test(word);
  if (isPython(program)) return ['python3', ...words];
  return program.endsWith('/env') && isPython(words[0] ?? '') ? ['python3', ...words.slice(1)] : [program, ...words];
}

/** JSON for modules that ask for it and for binaries; for others `name=value`, as in a shell. */
function argumentsFor({ content, args, name, check, diff, verbosity }: ModuleCall): string {
  const all = {
    ...args,
    _ansible_check_mode: check,
    _ansible_diff: diff,
    _ansible_verbosity: verbosity,
    _ansible_module_name: name,
  };
  if (content.includes(0) || decodeText(content).includes('WANT_JSON')) return JSON.stringify(all);
  return Object.entries(all)
    .map(([key, value]) => `${key}=${asShlex(str(fromJs(value)))}`)
    .join(' ');
}

/** As Python's `shlex.quote`: this is the content of a file, which modules in many languages parse. */
const asShlex = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);
