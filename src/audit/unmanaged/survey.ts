import { type Parts, partLines, readParts } from '../../core/facts/parts.ts';
import type { ShellAnswer } from '../../core/questions/shell.ts';
import type { surveyQuestions } from './scripts.ts';

/** What a host told about itself, and what could not be read there. */
interface Survey {
  readonly parts: Parts;
  /** Sentences about what was not looked at, and why. */
  readonly unread: readonly string[];
}

/** The answers to the survey's questions. */
type SurveyAnswers = Readonly<Record<keyof typeof surveyQuestions, ShellAnswer>>;

/** Read the answers, among which may be others; a sentence if this is not a host that can be surveyed. */
export function readSurvey(answers: SurveyAnswers): Survey | { readonly unfit: string } {
  const { packages, files, units, accounts, running } = answers;
  const own = { packages, files, units, accounts, running };
  if (packages.code === 127) return { unfit: 'dpkg-query is not installed: this is not a Debian host' };
  const parts = Object.values(own).flatMap(({ stdout }) => [...readParts(stdout)]);
  return { parts: new Map(parts), unread: Object.entries(own).flatMap(unreadIn) };
}

/** What could not be read in an answer, as sentences that begin with its name. */
export function unreadIn([name, { stdout, stderr, timedOut }]: readonly [string, ShellAnswer]): readonly string[] {
  const denied = stderr.split('\n').flatMap((line) => /(\/[^\s:'’]*).*: Permission denied$/.exec(line)?.[1] ?? []);
  const whole = readParts(stdout).has('end');
  return [
    ...(timedOut ? [`${name}: the host took too long to tell, so the rest of it was not looked at`] : []),
    ...(!timedOut && !whole ? [`${name}: the host told only a part of it`] : []),
    ...[...new Set(denied)].map((path) => `${path}: permission denied (become root with -b)`),
  ];
}

/** The lines of a part, split into fields. A line with another number of fields is left out. */
export const fieldRows = (
  parts: Parts,
  name: string,
  fields: number,
  between = '\x1f',
): readonly (readonly string[])[] =>
  partLines(parts, name)
    .map((line) => line.split(between))
    .filter((row) => row.length === fields);

/** The lines of a part, without spaces around them. */
export const partNames = (parts: Parts, name: string): ReadonlySet<string> =>
  new Set(partLines(parts, name).map((line) => line.trim()));
