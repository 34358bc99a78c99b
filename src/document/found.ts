import type { BlockLine } from './blocks.ts';
import type { CommandPart, DocumentSpan, LineKind } from './document.ts';
import type { Prompt } from './judge.ts';
import { callsOf } from './shell-text.ts';

/** A part that was found in a block, before it is known under which heading and in which shell it stands. */
export interface Found {
  readonly kind: Exclude<LineKind, 'text'>;
  readonly at: DocumentSpan;
  readonly text: string;
  readonly stands?: CommandPart['stands'];
  readonly prompt?: Prompt;
  /** Of content: its file and its language. */
  readonly path?: string;
  readonly language?: string;
}

/** What stands before a block, if that tells what the block is. */
export interface Lead {
  readonly text: string;
  /** The file that it tells of. */
  readonly path?: string;
}

/** The place from the beginning of a line to the end of a later one; `skip`: columns of the first line before it, such as a prompt. */
export function placeOfLines(first: BlockLine, last: BlockLine, skip = 0): DocumentSpan {
  return {
    line: first.number,
    column: first.column + skip,
    endLine: last.number,
    endColumn: last.column + last.text.trimEnd().length,
  };
}

/** The file that an editor is called for in a command: `vim FILE`, `systemctl edit UNIT`. */
export function editedIn(text: string): string | undefined {
  const words = callsOf(text, undefined).at(-1)?.words ?? [];
  const [program, ...args] = words;
  const names = args.filter((word) => !word.startsWith('-') && !word.startsWith('+'));
  if (/^(?:vi|vim|nano|emacs|joe|mcedit|sudoedit|editor)$/.test(program ?? '')) return names.at(-1);
  if (program !== 'systemctl' || names[0] !== 'edit' || names[1] === undefined) return undefined;
  const unit = /\.[a-z]+$/.test(names[1]) ? names[1] : `${names[1]}.service`;
  return `/etc/systemd/system/${unit}.d/override.conf`;
}

/** The file that a command writes what it reads to: `cat > FILE`, `tee -a FILE`. */
export function writtenBy(text: string): string | undefined {
  const calls = callsOf(text, undefined);
  const redirected = calls.flatMap(({ redirects }) => redirects).find(({ operator }) => operator.startsWith('>'));
  const tee = calls.find(({ words }) => words[0] === 'tee')?.words.findLast((word) => !word.startsWith('-'));
  return redirected?.path ?? (tee === 'tee' ? undefined : tee);
}
