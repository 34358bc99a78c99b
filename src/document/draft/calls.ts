import { posix } from 'node:path';
import type { CommandPart, ProgramCall } from '../document.ts';
import { type Called, type Drafted, draftVariable, exact, likely, lookOnly, manual, pathTask } from './drafted.ts';
import { readOptions } from './options.ts';
import { draftVerbs } from './verbs/index.ts';
import { absolutePath, isExpanded, isPattern } from './words.ts';

/** What stands beside a command in the document. */
interface Beside {
  /** The here-document that it reads. */
  readonly heredoc?: string;
  /** What it printed. */
  readonly output?: string;
  readonly directories: ReadonlySet<string>;
}

/** What a command line of a document becomes, call by call. */
export function draftCommand(command: CommandPart, beside: Beside): readonly Drafted[] {
  const { calls, placeholders, text } = command;
  if (placeholders.some((one) => /^(…|<>)$/.test(one))) return [manual('a part of it is left out')];
  if (
    /^\s*(for|while|until|if|case|function|\w+\s*\(\))\b/.test(text) ||
    calls.some(({ words }) => /^(do|then|done|fi)$/.test(words[0] ?? ''))
  )
    return [manual('it is a program of a shell')];
  if (calls.length === 0) return [manual('it calls no program')];
  return pipelines(calls).map((pipeline) => draftPipeline(pipeline, command, beside));
}

/** The calls between `&&` and `;`. */
function pipelines(calls: readonly ProgramCall[]): readonly (readonly ProgramCall[])[] {
  const all: ProgramCall[][] = [[]];
  for (const call of calls) {
    all.at(-1)?.push(call);
    if (call.then !== '|' && call.then !== '||') all.push([]);
  }
  return all.filter((one) => one.length > 0);
}

function draftPipeline(pipeline: readonly ProgramCall[], command: CommandPart, beside: Beside): Drafted {
  const [first] = pipeline;
  const last = pipeline.at(-1);
  if (first === undefined || last === undefined) return lookOnly;
  if (pipeline.some(({ then }) => then === '||')) return manual('what it does depends on what failed');
  const written = writtenTo(last);
  const input = textOf(first, beside);
  if (first !== last || written !== undefined) {
    const whole = command.calls.length === pipeline.length ? command.text.trim() : undefined;
    return draftFlow({ pipeline, first, last, written, input, whole }, command, beside);
  }
  return draftCall(first, command, beside);
}

/** A file that the output of a call goes to. */
interface OutputFile {
  readonly path: string;
  readonly isAppended: boolean;
}

function writtenTo({ words, redirects, ...call }: ProgramCall): OutputFile | undefined {
  const redirect = redirects.find(({ operator, path }) => /^[1&]?>>?$/.test(operator) && path !== '/dev/null');
  if (redirect !== undefined)
    return { path: absolutePath(redirect.path, call) ?? redirect.path, isAppended: redirect.operator.endsWith('>>') };
  if (words[0] !== 'tee') return undefined;
  const options = readOptions(words.slice(1), { flags: 'a', longFlags: ['append'] });
  const [path, ...more] = options?.operands ?? [];
  if (options === undefined || path === undefined || more.length > 0) return undefined;
  return { path: absolutePath(path, call) ?? path, isAppended: options.has('a', 'append') };
}

/** The text that a call prints, if the document shows it. */
function textOf({ words: [program, ...args] }: ProgramCall, { heredoc }: Beside): string | undefined {
  if (program === 'cat' && args.length === 0) return heredoc;
  if (program === 'echo') {
    const [option] = args;
    const isOption = option !== undefined && /^-[neE]+$/.test(option);
    const text = (isOption ? args.slice(1) : args).join(' ');
    const read = isOption && option.includes('e') ? text.replace(/\\n/g, '\n').replace(/\\t/g, '\t') : text;
    return isOption && option.includes('n') ? read : `${read}\n`;
  }
  if (program === 'printf' && args.length === 1) return args[0]?.replace(/\\n/g, '\n').replace(/\\t/g, '\t');
  return program === 'tee' ? heredoc : undefined;
}

interface Flow {
  readonly pipeline: readonly ProgramCall[];
  readonly first: ProgramCall;
  readonly last: ProgramCall;
  readonly written: OutputFile | undefined;
  readonly input: string | undefined;
  /** The text of the pipeline, if it is all of the command. */
  readonly whole: string | undefined;
}

/** A pipeline, or a call whose output goes to a file. */
function draftFlow(
  { pipeline, first, last, written, input, whole }: Flow,
  command: CommandPart,
  beside: Beside,
): Drafted {
  const isShort = pipeline.length === 1 || (pipeline.length === 2 && last.words[0] === 'tee');
  if (written !== undefined && (isExpanded(written.path) || isPattern(written.path) || !written.path.startsWith('/')))
    return manual('the document does not tell which file it writes');
  // The shell leaves a here-document alone if its end is quoted.
  const isLiteral = input === beside.heredoc && /<<-?\s*['"\\]/.test(command.text);
  if (written !== undefined && isShort && input !== undefined) return draftText(written, input, isLiteral);
  if (written !== undefined && first.words[0] === 'iptables-save' && isShort && !written.isAppended)
    return exact(pathTask('iptables_state', written.path, { state: 'saved', path: written.path }));
  if (first.words[0] === 'curl' && last.words.slice(0, 2).join(' ') === 'apt-key add' && pipeline.length === 2) {
    const url = first.words.find((word) => /^https?:/.test(word));
    return url === undefined
      ? manual('it does not tell the address of the key')
      : exact({ type: 'apt_key', args: { url }, declares: `key:${url}` });
  }
  if (pipeline.length === 2 && input !== undefined && written === undefined)
    return draftCall(last, command, { ...beside, heredoc: input }, input);
  const output = written ?? outputOption(last);
  if (output !== undefined && !output.isAppended && whole !== undefined && command.placeholders.length === 0)
    return likely('it runs while the file that it writes is not there', {
      type: 'shell',
      args: { cmd: whole.replace(/\bsudo +/g, ''), creates: output.path },
      declares: `path:${output.path}`,
    });
  const drafts = pipeline.map((call) => draftCall(call, command, beside));
  return written === undefined && drafts.every(({ grade }) => grade === 'look')
    ? lookOnly
    : manual('it is a pipeline of programs');
}

/** `gpg --dearmor -o FILE` */
function outputOption({ words, ...call }: ProgramCall): OutputFile | undefined {
  const at = words.findIndex((word) => word === '-o' || word === '--output');
  const path = words[0] === 'gpg' && at !== -1 ? absolutePath(words[at + 1] ?? '', call) : undefined;
  return path === undefined ? undefined : { path, isAppended: false };
}

/** A text that is written into a file. */
function draftText({ path, isAppended }: OutputFile, text: string, isLiteral: boolean): Drafted {
  if (!isLiteral && /\$\([^)]*(pwgen|openssl rand|urandom)[^)]*\)/.test(text))
    return likely(
      'its random secret is a variable of the vault',
      pathTask('copy', path, {
        dest: path,
        content: `${text.replace(/\$\([^)]*\)/g, () => secretOf(path))}`,
        mode: '0600',
      }),
    );
  if (!isLiteral && isExpanded(text)) return manual('a shell variable stands in its text');
  if (!isAppended) return exact(pathTask('copy', path, { dest: path, content: text }));
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length > 1) return exact(block(path, text));
  if (lines[0] === '') return lookOnly;
  return exact({
    type: 'lineinfile',
    args: { path, line: lines[0], create: true },
    declares: `line:${path}:${lines[0]}`,
  });
}

const secretOf = (path: string): string => draftVariable(`vault_${posix.basename(path)}`);

/** A text that was added to a file. Several in one file have markers of their own, which the draft numbers. */
export const block = (path: string, text: string) => ({
  type: 'blockinfile',
  args: { path, create: true, block: text.endsWith('\n') ? text : `${text}\n` },
  declares: `block:${path}:${text}`,
});

function draftCall({ words, cwd, sudo }: ProgramCall, { user }: CommandPart, beside: Beside, input?: string): Drafted {
  const [program = '', ...args] = words;
  const name = posix.basename(program);
  const verb = Object.hasOwn(draftVerbs, name) ? draftVerbs[name] : undefined;
  if (verb === undefined)
    return manual(program === '' ? 'it becomes another user' : `no task type does what \`${name}\` does`);
  if (words.some((word) => /^\.\.\.$/.test(word))) return manual('a part of it is left out');
  const who = sudo ?? user;
  const called: Called = {
    args,
    directories: beside.directories,
    ...(cwd !== undefined && { cwd }),
    ...(who !== undefined && who !== 'root' && { user: who }),
    ...((input ?? beside.heredoc) !== undefined && { input: input ?? beside.heredoc }),
    ...(beside.output !== undefined && { output: beside.output }),
  };
  return verb(called);
}
