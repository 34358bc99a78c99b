import { defineTask, type Params, type ShellAnswer, searchPattern, sh, shell } from '../src/sdk.ts';
import { patternOf } from './shared/editing/python-pattern.ts';

const params = {
  name: { type: 'str', doc: 'The name of the program, whatever its case.' },
  pattern: { type: 'str', doc: 'A regular expression that occurs in the name or in the whole command.' },
  ignore_case: { type: 'bool', default: false, doc: 'Ignore the case in `pattern`.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.pids',
  summary: 'Find the processes of a program.',
  description: 'Changes nothing.',
  params,
  rules: { requiredOneOf: [['name', 'pattern']], mutuallyExclusive: [['name', 'pattern']] },
  looks: () => true,
  // Processes come and go by themselves.
  asksAnew: true,
  ask: () => ({ processes: askProcesses() }),
  plan({ processes }, task) {
    const found = pidsIn(processes, task);
    return typeof found === 'string' ? { failed: found } : { changes: [], result: { pids: found } };
  },
  returns: { pids: 'The process IDs; empty if there is none.' },
  examples: [
    { title: 'Find the processes of a program', yaml: 'pids:\n  name: systemd\nregister: found' },
    { title: 'Find a program by its arguments', yaml: "pids:\n  pattern: 'java .*tomcat'\nregister: found" },
  ],
});

/** Asks for the processes: of each its ID, its name and, ending in NUL, its arguments. */
const askProcesses = () =>
  shell({
    ...sh`cd /proc || exit
for p in [0-9]*; do
  printf '\001%s\001' "$p"
  { cat "$p/comm"; printf '\001'; cat "$p/cmdline"; } 2>/dev/null
done`,
    about: ['by:unit:*'],
  });

interface Process {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
}

function processesIn({ stdout }: ShellAnswer): readonly Process[] {
  const words = stdout.split('\u0001').slice(1);
  return words.flatMap((word, index) => {
    if (index % 3 !== 0) return [];
    const short = (words[index + 1] ?? '').replace(/\n$/, '');
    const args = (words[index + 2] ?? '').replace(/\0$/, '').split('\0');
    // The kernel cuts names.
    const whole = (args[0] ?? '').replace(/^.*\//s, '');
    const name = short.length === 15 && whole.startsWith(short) ? whole : short;
    return name === '' ? [] : [{ pid: Number(word), name, command: args.join(' ') }];
  });
}

/** The IDs of the processes that a task is about, or why it cannot tell. */
function pidsIn(answer: ShellAnswer, { name, pattern, ignore_case }: Task): readonly number[] | string {
  const all = processesIn(answer);
  const numbers = (found: readonly Process[]) => found.map(({ pid }) => pid).toSorted((a, b) => a - b);
  if (name !== undefined) return numbers(all.filter((one) => one.name.toLowerCase() === name.toLowerCase()));
  const compiled = patternOf(pattern ?? '', { ignorecase: ignore_case });
  if (!compiled.ok) return `'${pattern}' is not a valid regular expression: ${compiled.why}`;
  const matches = (text: string): boolean => searchPattern(compiled.pattern, text) !== undefined;
  return numbers(all.filter((one) => matches(one.name) || matches(one.command)));
}
