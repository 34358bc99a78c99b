import { basename, dirname, join, resolve } from 'node:path';
import type { ReportedChange } from '../../core/event.ts';
import { hash } from '../../core/hash.ts';
import { statOf } from '../../core/local-file.ts';
import { isEnvelope } from '../../language/vault/envelope.ts';
import { type Candidate, candidateOf, isPlainText } from './candidate.ts';
import { plainText } from './line-ends.ts';
import type { Declared } from './look.ts';
import type { Param } from './params.ts';
import { type SourceTexts, writtenText } from './pieces.ts';
import { templateFix } from './template-lines.ts';

/** The types that bring a file of the controller to a host, and where it is looked for. */
const FILE_KINDS: Readonly<Record<string, 'files' | 'templates'>> = { copy: 'files', template: 'templates' };

/** Where the content that a change would replace is to be read on the host, if the change does not tell it. */
export function contentToRead({ type, outcome }: Declared, change: ReportedChange): string | undefined {
  const { dest } = outcome.result;
  const isTold = change.diff !== undefined && toldContent(change) !== undefined;
  if (kindOfFile(type) === undefined || !/^content( of |$)/.test(change.what) || isTold || typeof dest !== 'string')
    return undefined;
  return join(dest, change.what.slice('content of '.length));
}

/** The content on the host, if a change tells it. */
function toldContent({ diff, from }: ReportedChange): string | undefined {
  // The change has a digest of the content if it has seen it.
  const [, digest] = /^([0-9a-f]{12}) \(/.exec(from ?? '') ?? [];
  return digest !== undefined && diff !== undefined && hash('sha1', diff.before).startsWith(digest)
    ? diff.before
    : undefined;
}

const kindOfFile = (type: Declared['type']): 'files' | 'templates' | undefined =>
  FILE_KINDS[type?.name.replace(/^.*\./, '') ?? ''];

/** The file that is copied, or the template. */
export function fileWays(
  { task, type }: Declared,
  params: readonly Param[],
  change: ReportedChange,
  sources: SourceTexts,
  read: string | undefined,
): readonly (Candidate | string)[] {
  const { diff, from, to, what } = change;
  const kind = kindOfFile(type);
  const src = params.find(({ name }) => name === 'src');
  if (kind === undefined || src === undefined || from === null || !/^content( of |$)/.test(what)) return [];
  const found = toldContent(change) ?? read;
  if (found === undefined || !isPlainText(found))
    return ['the content on the host is not text, cannot be read, or is too large'];
  if (params.some(({ name }) => name.endsWith('_string'))) return ['the template has marks of its own for expressions'];
  const barred = src.pieces.flatMap((piece) => (piece.kind === 'computed' ? [`src: ${piece.why}`] : []));
  if (barred.length > 0) return barred;
  const name = writtenText(src.pieces);
  const part = what.startsWith('content of ') ? what.slice('content of '.length) : undefined;
  const path = localFile(task?.searchPath ?? [], kind, name, part);
  const raw = path === undefined ? undefined : sources.rawOf(path);
  if (path === undefined || raw === undefined) return [`${part ?? name} was not found here, or is not text`];
  if (isEnvelope(raw)) return [`${path} is encrypted with vault`];
  if (kind === 'files')
    return to?.startsWith(hash('sha1', raw).slice(0, 12)) === true
      ? [{ files: new Map([[path, found]]), exact: true, variables: new Map(), about: basename(path) }]
      : [`${path} is not what the task copies`];
  if (diff === undefined || !isWhole(diff.after)) return ['what the template renders to is not told'];
  const fix = templateFix(plainText(raw), path, { declared: diff.after, found }, sources);
  if (typeof fix === 'string') return [fix];
  return [candidateOf(fix.fixes, sources, fix.text === undefined ? new Map() : new Map([[path, fix.text]]))];
}

/** Whether the text of a diff is the content itself and not a description. */
export const isWhole = (text: string): boolean => !/^\((?:binary|large), \d+ bytes, sha1 [0-9a-f]{40}\)\n$/.test(text);

function localFile(
  searchPath: readonly string[],
  kind: string,
  name: string,
  part: string | undefined,
): string | undefined {
  const folders = searchPath.flatMap((folder) => [
    resolve(folder, kind, name),
    resolve(folder, '..', kind, name),
    resolve(folder, name),
  ]);
  const found = folders.find((path) => statOf(path) !== undefined);
  if (found === undefined || part === undefined) return found;
  // The content of a directory is copied, or the directory itself.
  return [join(found, part), join(dirname(found), part)].find((path) => statOf(path)?.isFile() === true);
}
