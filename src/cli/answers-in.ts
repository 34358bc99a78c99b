import { groupBy } from '../core/group-by.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { type HostReplies, readHostReplies } from '../session/by-file/answers.ts';
import { readLocalText } from './read-local-text.ts';

/** Reads all files of answers; tells all mistakes at once. */
export function answersIn(files: readonly string[]): Result<readonly HostReplies[]> {
  const read = files.map((file) => answersOf(file));
  const error = read.flatMap((one) => (one.ok ? [] : one.error));
  return error.length > 0
    ? { ok: false, error }
    : { ok: true, value: read.flatMap((one) => (one.ok ? one.value : [])) };
}

function answersOf(file: string): Result<readonly HostReplies[]> {
  const text = readLocalText(file);
  if (text.ok) return readHostReplies(file, text.value);
  return { ok: false, error: [{ severity: 'error', code: 'answers', message: `${file}: ${text.error}` }] };
}

/** When hosts have answered: a check of answers tells how things were then. */
export function toldAnswers(answers: readonly HostReplies[]): readonly Diagnostic[] {
  return [...groupBy(answers, ({ host }) => host)].flatMap(([host, some]) => {
    const [first, last] = [Math.min(...some.map(({ at }) => at)), Math.max(...some.map(({ at }) => at))];
    const when = first === last ? timeOf(first) : `${timeOf(first)} to ${timeOf(last)}`;
    const skipped = new Set(some.flatMap((one) => [...one.skipped]));
    return [
      note(`${host}: judged by its answers of ${when} UTC; nothing is sent to it`),
      ...[...skipped].map((user) =>
        note(`${host}: it was not asked as ${user}, because the script was run by somebody else`),
      ),
    ];
  });
}

const timeOf = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

const note = (message: string): Diagnostic => ({ severity: 'warning', code: 'answers', message });
