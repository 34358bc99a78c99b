import { posix } from 'node:path';
import { globPattern } from '../../core/text/glob.ts';
import { type Clone, destinationOf, elsewhere, insideOf, textsOf } from '../clone.ts';
import { type CloneRule, finding } from './rule.ts';

/** A command of a document: where it is, and its words. */
interface Said {
  readonly line: number;
  readonly column: number;
  readonly words: readonly string[];
}

/** Links that a document tells people to make to something that the clone does not have. */
export const documentedLinks: CloneRule = (clone) =>
  textsOf(clone).flatMap(({ path: file, text }) => {
    if (!/\.(?:md|markdown|rst)$/i.test(file)) return [];
    const all = commandsIn(text);
    const made = new Set(all.flatMap(({ words }) => madeBy(words)));
    return all.flatMap(({ words, line, column }, index) => {
      const link = linkMadeBy(words);
      const path = link === undefined ? undefined : insideOf(clone, link.source);
      if (link === undefined || path === undefined || hasPath(clone, path)) return [];
      // What the document itself makes, or undoes later, is in order.
      if (made.has(link.source) || all.slice(index + 1).some((later) => removes(later.words, link.at))) return [];
      const now = elsewhere(clone, path);
      return [
        finding(
          'documented-link',
          { file, line, column },
          `this command makes a link to ${link.source}, but there is no ${path}`,
          now === undefined ? 'add the file, or correct the document' : `${now} is there: was that meant?`,
        ),
      ];
    });
  });

const COMMAND =
  /(?<=^[ \t>*+-]*|[`#$;&|(][ \t]*|\bsudo[ \t]+)((?:ln|unlink|rm|mv|cp|touch|mkdir|install|tee)[ \t](?:\\\r?\n|[^`;&|#\n])*)/gm;

/** The commands of a document that begin a line or stand in inline code or after a prompt, as far as they concern links. */
const commandsIn = (text: string): readonly Said[] =>
  [...text.matchAll(COMMAND)].map(({ index, 1: command = '' }) => ({
    line: text.slice(0, index).split('\n').length,
    column: index - text.lastIndexOf('\n', index - 1),
    words: command
      .replaceAll(/\\\r?\n/g, ' ')
      .trim()
      .split(/\s+/)
      .map((word) => word.replace(/^(['"])(.*)\1$/, '$2').replaceAll(/\\(.)/g, '$1')),
  }));

/** `ln -s SOURCE PLACE`: where the link leads to and where it will be. */
function linkMadeBy([program, ...words]: readonly string[]):
  | { readonly source: string; readonly at: string }
  | undefined {
  if (program !== 'ln' || !words.some((word) => /^-[a-zA-Z]*s|^--symbolic$/.test(word))) return undefined;
  const [source = '', place = ''] = words.filter((word) => !word.startsWith('-'));
  // A variable or a command of the shell can be anything.
  if (/[$`<>]/.test(source)) return undefined;
  return { source, at: place.endsWith('/') ? `${place}${posix.basename(source)}` : place };
}

/** What a command leaves at a place. */
function madeBy([program = '', ...words]: readonly string[]): readonly string[] {
  const given = words.filter((word) => !word.startsWith('-'));
  if (program === 'touch' || program === 'mkdir' || program === 'tee') return given;
  const to = given.at(-1);
  if (!['cp', 'mv', 'install'].includes(program) || to === undefined) return [];
  return [to, ...given.slice(0, -1).map((from) => posix.join(to, posix.basename(from)))];
}

const removes = ([program = '', ...words]: readonly string[], place: string): boolean =>
  ['rm', 'unlink', 'mv'].includes(program) && words.includes(place);

/** Whether a path is there, or anything that a pattern of the shell (`sanoid_check.*`) matches. */
function hasPath(clone: Clone, path: string): boolean {
  if (destinationOf(clone, path).kind !== 'missing') return true;
  if (!/[*?[{]/.test(path)) return false;
  const within = destinationOf(clone, posix.dirname(path));
  // A pattern in a directory's name, or braces, are not judged.
  if (within.kind !== 'here' || path.includes('{')) return true;
  const pattern = globPattern(posix.basename(path));
  return [...clone.entries.keys()].some(
    (one) => posix.dirname(one) === (within.path || '.') && pattern.test(posix.basename(one)),
  );
}
