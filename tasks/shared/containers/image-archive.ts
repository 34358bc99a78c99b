import { type Question, type ShellAnswer, sh, shell, shellAnswer, tidyPath } from '../../../src/sdk.ts';
import { listInside } from '../json.ts';
import { textAt } from './json.ts';

/** An image in an archive: its ID, and its names. */
interface Archived {
  readonly id: string;
  readonly tags: readonly string[];
}

/** Asks which images are in an archive. */
export const askArchivedImages = (path: string): Question<ShellAnswer> =>
  shell({
    ...sh`[ ! -e ${path} ] || tar -xOf ${path} manifest.json 2>/dev/null || :`,
    about: [`path:${tidyPath(path)}`],
    deadlineMs: 300_000,
  });

/** The images in an archive; none if it is not one of images. */
export function archivedImages({ stdout }: ShellAnswer): readonly Archived[] {
  return listInside({ all: parsed(stdout) }, 'all').map((one) => ({
    id: `sha256:${textAt(one, 'Config')
      .replace(/^blobs\/sha256\//, '')
      .replace(/\.json$/, '')}`,
    tags: listInside(one, 'RepoTags').map(String),
  }));
}

/** The answer about an archive of these images. */
export const archiveOf = (images: readonly Archived[]): ShellAnswer =>
  shellAnswer(JSON.stringify(images.map(({ id, tags }) => ({ Config: `${id.slice(7)}.json`, RepoTags: tags }))));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
