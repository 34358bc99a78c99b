import { sh } from '../../core/command.ts';
import { hidden } from '../../core/question.ts';
import { each } from '../../core/questions/each.ts';
import { type ShellAnswer, shell } from '../../core/questions/shell.ts';
import type { Unmanaged } from './thing.ts';

/** Longer files are not printed: they belong into a file next to the playbook. */
const MOST_BYTES = 8192;

/** The text of a file on a host, or why there is none. */
export type Content =
  | { readonly ok: true; readonly text: string; readonly mode: string }
  | { readonly ok: false; readonly why: string };

/** The files whose text the tasks for these things need. */
export const contentPaths = (things: readonly Unmanaged[]): readonly string[] => [
  ...new Set(things.flatMap(({ tasks }) => tasks.flatMap(({ contentOf }) => contentOf ?? []))),
];

/** The questions for the files' text. */
export const contentQuestions = (paths: readonly string[]) =>
  each('text', paths, (path) =>
    hidden(
      shell({
        script: sh`LC_ALL=C stat -L -c %a -- ${path} && head -c ${MOST_BYTES + 1} -- ${path}`.script,
        about: [],
      }),
    ),
  );

/** Read the answers. */
export function readContents(
  paths: readonly string[],
  answers: Readonly<Record<string, ShellAnswer | undefined>>,
): ReadonlyMap<string, Content> {
  return new Map(paths.map((path) => [path, readContent(answers[`text ${path}`])]));
}

function readContent(answer: ShellAnswer | undefined): Content {
  if (answer === undefined || answer.code !== 0)
    return { ok: false, why: answer?.stderr.trim().split('\n')[0]?.replace(/^.*: /, '') ?? 'it was not read' };
  const { stdout } = answer;
  const start = stdout.indexOf('\n') + 1;
  const text = stdout.slice(start);
  if (text.length > MOST_BYTES) return { ok: false, why: `it is longer than ${MOST_BYTES / 1024} KB` };
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text) || !text.isWellFormed()) return { ok: false, why: 'it is not plain text' };
  return { ok: true, text, mode: stdout.slice(0, start - 1) };
}
