import { NotForeseen } from '../../picture/picture.ts';
import { type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import { self } from '../accounts/self.ts';
import { type ShellAnswer, type ShellQuestion, shell, shellAnswer, shellKind } from '../shell.ts';
import { isEmptied } from './foreseen-tree.ts';
import { foreseenListing } from './listing.ts';
import { endAt, stat } from './stat.ts';

/**
 * A script that examines a clone. Without a clone, its first line is `absent`, `empty` or `other`, followed by what
 * cloning would fetch; otherwise it prints what only git knows.
 */
interface CloneQuestion extends ShellQuestion {
  /** The directory of the clone. */
  readonly dest: string;
  /** Whether it is a bare repository, without a working tree. */
  readonly bare: boolean;
  /** Reports what cloning would fetch, if that can be determined. */
  readonly brings?: ShellQuestion;
}

const kind: QuestionKind<CloneQuestion, ShellAnswer> = {
  name: 'clone',
  scripts: shellKind.scripts,
  read: shellKind.read,
  about: ({ about }) => about ?? 'everything',
  foretell: foretold,
  alongside: ({ dest }) => [stat(dest) as Question<unknown>],
};

/** Ask about a clone. */
export const clone = (arg: CloneQuestion): Question<ShellAnswer> => question(kind, arg);

function foretold(arg: CloneQuestion, picture: Picture): ShellAnswer {
  const { files } = picture;
  const root = endAt(picture, arg.dest);
  if (root?.entry === undefined) return told('absent', arg, picture);
  if (root.entry.kind !== 'directory') return told('other', arg, picture);
  const { place, foreseen } = root;
  const last = files.below(place).at(-1)?.[1].task ?? foreseen?.task;
  const unknown = files.blurredBelow(place, isEmptied(root) ? (foreseen?.at ?? 0) : 0);
  if (unknown !== undefined) throw new NotForeseen(unknown);
  // Nothing is predicted here, so the host's answer holds.
  if (last === undefined) return picture.now(clone(arg));
  const names = (foreseenListing(place, picture) ?? []).map(({ name }) => name);
  if (names.length === 0) {
    if (root.entry.uid !== picture.now(self()).uid) throw new NotForeseen(last);
    return told('empty', arg, picture);
  }
  if (arg.bare || names.includes('.git')) throw new NotForeseen(last);
  return told('other', arg, picture);
}

function told(first: string, { brings }: CloneQuestion, picture: Picture): ShellAnswer {
  const more = first === 'other' || brings === undefined ? '' : picture.now(shell(brings)).stdout;
  return shellAnswer(`${first}\n${more}`);
}
