import { isProgram, isWholeCommand, isWordy } from './programs.ts';
import { callsOf } from './shell-text.ts';

/** A shell's prompt: what it tells, and the column after it in the line, from 0. */
export interface Prompt {
  readonly user?: string;
  readonly host?: string;
  readonly cwd?: string;
  readonly length: number;
}

const FULL_PROMPT =
  /^\s*(?:\([\w.-]+\)\s*)?(?:\[(?<user1>[a-z_][\w.-]*)@(?<host1>[\w.-]+)\s+(?<cwd1>[^\]\s]+)\]|(?<user2>[a-z_][\w.-]*)@(?<host2>[\w.-]+):(?<cwd2>[~/][^\s#$%>]*)?)\s*[#$%]\s*(?=\S)/;

/** The prompt with a user and a host that a line begins with. */
export function fullPrompt(line: string): Prompt | undefined {
  const match = FULL_PROMPT.exec(line);
  if (match === null) return undefined;
  const { user1, user2, host1, host2, cwd1, cwd2 } = match.groups ?? {};
  return { user: user1 ?? user2, host: host1 ?? host2, cwd: cwd1 ?? cwd2, length: match[0].length };
}

/** A prompt of one character that a line begins with, if a command follows. `#` is a comment, if what follows is no command. */
export function shortPrompt(line: string): Prompt | undefined {
  const match = /^\s*([$%#])\s+(?=\S)/.exec(line);
  if (match === null) return undefined;
  const rest = line.slice(match[0].length);
  return match[1] !== '#' || isProseCommand(rest) ? { length: match[0].length } : undefined;
}

/** The prompt of a program other than a shell, such as a database's. */
export const isInputOfProgram = (line: string): boolean =>
  /^\s*(?:>>>|\.\.\.|mysql>|MariaDB \[[^\]]*\]>|sqlite>|redis[\w.:]*>|\d[\d.:]+>|\w+[=(-]?[#>]|>)\s/.test(line);

/** What programs print: a listing of files, lines of a log, errors. */
export const isOutput = (line: string): boolean =>
  /^\s*(?:[-dlbcps][rwxsStT-]{9}[+.@]?\s|(?:total|insgesamt) \d+$|\[?\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d |\[ *\d+\.\d+\]|[EWN]: |(?:Failed|Unable|Cannot|Could not) (?:to |during )?\w+|Detail: |(?:[Ee]rror|ERROR|[Ww]arning|WARNING|[Ff]atal)\b ?[:(]|[\w./-]+: (?:.*\b(?:cannot|failed|error|refused|not found|No such|denied|invalid|unknown|connect to)\b.*)|Get:\d|Hit:\d|Setting up |Unpacking |Reading package lists|Created symlink |Active: |● )/.test(
    line,
  );

const FUNCTION_WORDS =
  /(?:^|\s)(?:the|a|an|is|are|was|were|to|and|we|I|it|its|it's|of|in|on|for|that|this|these|with|as|from|by|because|but|so|not|if|when|then|our|my|you|your|have|has|had|be|been|which|will|can|just|also)(?=[\s,.;:!?]|$)/g;

/** How many words in a text are those that hold sentences together, outside of quotes. */
const functionWords = (text: string): number =>
  (text.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '""').match(FUNCTION_WORDS) ?? []).length;

/** Whether a line reads as a sentence for people. */
export function isSentence(line: string): boolean {
  const words = line.trim().split(/\s+/);
  if (words.length < 3) return false;
  const found = functionWords(line);
  return found >= 2 || (found >= 1 && /[.:!?]$/.test(line.trim())) || (/^[A-Z][a-z]+ /.test(line.trim()) && found >= 1);
}

/** The program that a text would run, and its arguments. */
function programIn(text: string): readonly string[] {
  const [call] = callsOf(text, undefined);
  return call === undefined ? [] : call.words;
}

const hasOption = (words: readonly string[]): boolean =>
  words.some((word) => /^-{1,2}[A-Za-z0-9][\w-]*(?:=.*)?$/.test(word));

const hasPath = (words: readonly string[]): boolean =>
  words.some((word) => /^(?:[~.]{0,2}\/|https?:|\w+@|[\w.-]+\/\w)/.test(word) || /[:@].*\/|\.\w{1,5}$/.test(word));

/** Whether a line of prose is a command that somebody pasted there: a program is called, and nothing makes it a sentence. */
export function isProseCommand(line: string): boolean {
  const text = line.trim();
  const words = programIn(text);
  const [program = '', ...args] = words;
  if (!isProgram(program) || (args.length === 0 && !isWholeCommand(program))) return false;
  if (isWholeCommand(program) && args.length === 0) return !/[.:!?,]$/.test(text);
  if (functionWords(text) > (hasOption(args) ? 1 : 0) || /[a-z\d][.!?:,]$/.test(text.replace(/\S+\/\S+$/, '')))
    return false;
  if (text.startsWith('sudo ') || hasOption(args) || hasPath(args)) return true;
  return !isWordy(program) && args.every((word) => /^[\w.@:=+*/{},$%-]+$/.test(word)) && args.length <= 6;
}

/** Whether inline code is a command. */
export function isInlineCommand(code: string): boolean {
  const words = programIn(code.trim());
  const [program = '', ...args] = words;
  if (isProgram(program)) return args.length > 0 ? functionWords(code) < 3 : isWholeCommand(program);
  return /^[a-z][a-z0-9_+-]*$/.test(program) && hasOption(args);
}

/** Whether a line of a listing is a command. In a listing whose language is not told, only known programs are. */
export function isListedCommand(line: string, isShell: boolean): boolean {
  const text = line.trim();
  if (isOutput(text)) return false;
  const [program = '', ...args] = programIn(text);
  if (isProgram(program)) {
    if (isWordy(program) && args.length === 0) return isWholeCommand(program) || isShell || text.startsWith('sudo ');
    return !isSentence(text) || hasOption(args) || hasPath(args);
  }
  if (/^(?:for|while|until|if|case|function|local|trap|alias)\s/.test(text)) return true;
  if (!isShell || isSentence(text)) return false;
  return /^(?!\d+\s)[\w./$~{(][\w./${}()~=+-]*(?:\s|$)/.test(text) && !/^\S+:(?:\s|$)/.test(text);
}

/** Whether a line of prose is one of a file: a setting, a section, an address with names. */
export const isContent = (line: string): boolean => {
  const text = line.trim();
  if (isSentence(text)) return false;
  return (
    /^[\w$-]+(?:\s+\S+)+;$/.test(text) ||
    /^[\w.-]+\s*[:=]\s*\S*[=,/]\S*$/.test(text) ||
    /^[\w.-]+\s*=\s*\S.*$/.test(text) ||
    /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d+)?(?:\s+[\w-]+(?:\.[\w-]+)+)+$/.test(text)
  );
};

const VERBS = `install(?:ed)?|uninstall(?:ed)?|add(?:ed)?|edit(?:ed)?|chang(?:e|ed|ing)|creat(?:e|ed)|cop(?:y|ied)|configur(?:e|ed)|set|reboot(?:ed)?|restart(?:ed)?|reload(?:ed)?|mount(?:ed)?|unmount(?:ed)?|enabl(?:e|ed)|disabl(?:e|ed)|remov(?:e|ed)|delet(?:e|ed)|mov(?:e|ed)|clon(?:e|ed)|link(?:ed)?|symlink(?:ed)?|append(?:ed)?|replac(?:e|ed)|put|modif(?:y|ied)|updat(?:e|ed)|upgrad(?:e|ed)|start(?:ed)?|stop(?:ped)?|fix(?:ed)?|generat(?:e|ed)|declar(?:e|ed)|select(?:ed)?|click(?:ed)?|choose|chose|choosed|renam(?:e|ed)|push(?:ed)?|commit(?:ted)?|made|wr(?:ite|ote)|overr(?:ide|ode)|restrict(?:ed)?|limit(?:ed)?|rsync(?:ed)?|run|ran|runned|follow(?:ed)?|re-?us(?:e|ed)|put back|migrat(?:e|ed)|import(?:ed)?|export(?:ed)?|download(?:ed)?|upload(?:ed)?|comment(?:ed)? out|uncomment(?:ed)?|allocat(?:e|ed)|reserv(?:e|ed)|regist(?:er|ered)|open(?:ed)?|clos(?:e|ed)`;
const ADVERBS =
  '(?:then |also |had to |have to |need(?:ed)? to |had |did |do |finally |first |manually |simply |just |now |again |had added |and |already |currently )*';
/** At the beginning of a sentence: an order ("Edit the file"), a report without "I" ("On off2 added a line"). */
const ORDER = new RegExp(
  `^(?:[-*+>\\d.)\\s]*)(?:(?:Then|And|Also|Finally|First|Now|Next|After that|For that|So),?\\s+|(?:On|In|From|Using|Inside) [^,.:]{1,60},\\s+|On [^,.:]{1,60}? (?=\\w+ed\\b))?${ADVERBS}(?:${VERBS})\\b(?!\\s*[/:=]\\S)`,
  'i',
);
/** "By editing FILE"; "same operation on the other host". */
const AS_BEFORE =
  /\bby (?:editing|adding|changing|removing|installing|creating|copying)\b|^\W*(?:did the )?same (?:operation|procedure|thing|steps?|as (?:above|before)|on)\b/i;
/** Anywhere in a sentence: "In the console, we rename the server". */
const REPORT = new RegExp(`\\b(?:I|we)\\b,? (?:\\([^)]*\\) )?${ADVERBS}(?:${VERBS})\\b`, 'i');
/** Something done, and then something else: "Fixed the config and ran a first sync". */
const TWO_DEEDS = new RegExp(
  `\\b(?:${VERBS})\\s+(?!and\\b)\\S.* and (?:then )?(?:${VERBS}|test|check|verif|tried|try)\\b`,
  'i',
);

/** Whether a line of prose tells that something was done, or is to be done, by a person. */
export function isInstruction(line: string): boolean {
  return plainly(line)
    .split(/(?<=[.!?])\s+/)
    .some(
      (sentence) =>
        (ORDER.test(sentence) || REPORT.test(sentence) || AS_BEFORE.test(sentence)) &&
        !/^\W*TODO\b|\?\s*$/.test(sentence) &&
        sentence.length > 6,
    );
}

/** Whether it tells of two deeds, of which a command after it can be only one. */
export const isTwofold = (line: string): boolean => TWO_DEEDS.test(plainly(line));

/** Without the addresses of links, and with plain spaces. */
const plainly = (line: string): string => line.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[^\S\n]+/g, ' ');

/** Whether it says that a file is edited: what follows is its content. */
export const isEdit = (line: string): boolean =>
  /\b(?:edit(?:ed|ing)?|add(?:ed)?|append(?:ed)?|creat(?:e|ed)|chang(?:e|ed|ing)|modif(?:y|ied)|replac(?:e|ed)|reuse|contain(?:s|ing)?|put|have|with|override)\b/i.test(
    line,
  );

/** The names in a text: inline code, paths, addresses of networks and of the web, names of hosts. */
export function namesInProse(text: string): readonly string[] {
  const codes = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.trim());
  const plain = text.replace(/`[^`]+`|\]\([^)]*\)/g, ' ');
  const others = [
    ...plain.matchAll(
      /(?<![\w/.])(?:~?\/[\w.@+-]+(?:\/[\w.@+*-]+)*\/?|(?:\d{1,3}\.){3}\d{1,3}(?:\/\d+)?(?::\d+)?|https?:\/\/[^\s)]+|[\w-]+(?:\.[\w-]+)+)/g,
    ),
  ].map(([name]) => name.replace(/[.,;:]+$/, ''));
  return [...new Set([...codes, ...others])];
}

/** The file that a text tells of: the last path in it, or else the last name with an ending. */
export function fileIn(text: string): string | undefined {
  const names = namesInProse(text).filter((name) => /^[~\w./@+-]*[\w@-]$/.test(name) && !/^\d/.test(name));
  return (
    names.findLast((name) => /\/\w/.test(name)) ??
    names.findLast((name) => /\w\.(?!org|com|net|fr)[a-z]{2,7}$/.test(name))
  );
}
