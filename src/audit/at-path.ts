import { sh } from '../core/command.ts';
import { hidden } from '../core/question.ts';
import { each } from '../core/questions/each.ts';
import { type ShellAnswer, shell } from '../core/questions/shell.ts';

/** What is at a path on a host: a file with its content, or where a link leads. */
export type AtPath =
  | {
      readonly kind: 'file';
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
      /** Bytes that are no text stand in it as `encodeText` takes them. */
      readonly text: string;
    }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'none'; readonly why: string };

/** The questions about what is at paths. Of a file with more bytes than `most`, only so many and one are sent. */
export const pathQuestions = (paths: readonly string[], most: number) =>
  each('at', paths, (path) =>
    hidden(
      shell({
        script:
          sh`if [ -L ${path} ]; then echo link; readlink -- ${path}; else LC_ALL=C stat -c 'file %a %U %G' -- ${path} && head -c ${most + 1} -- ${path}; fi`
            .script,
        about: [],
      }),
    ),
  );

/** Reads the answers. A file with more bytes than `most` is not read. */
export const readPaths = (
  paths: readonly string[],
  answers: Readonly<Record<string, ShellAnswer | undefined>>,
  most: number,
): ReadonlyMap<string, AtPath> => new Map(paths.map((path) => [path, readPath(answers[`at ${path}`], most)]));

function readPath(answer: ShellAnswer | undefined, most: number): AtPath {
  if (answer === undefined || answer.code !== 0)
    return { kind: 'none', why: answer?.stderr.trim().split('\n')[0]?.replace(/^.*: /, '') ?? 'it was not read' };
  const { stdout } = answer;
  const start = stdout.indexOf('\n') + 1;
  const rest = stdout.slice(start);
  const [kind, mode = '', owner = '', group = ''] = stdout.slice(0, start - 1).split(' ');
  if (kind === 'link') return { kind: 'link', target: rest.replace(/\n$/, '') };
  if (rest.length > most) return { kind: 'none', why: `it is longer than ${most / 1024} KiB` };
  return { kind: 'file', mode: mode.padStart(4, '0'), owner, group, text: rest };
}

/** Whether a file's content can be printed. */
export const isPlainText = (text: string): boolean => !/[\x00-\x08\x0b-\x1f\x7f]/.test(text) && text.isWellFormed();
