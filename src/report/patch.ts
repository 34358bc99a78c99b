import { createTwoFilesPatch } from 'diff';

/** A file of a patch. `before` is undefined for a file that is new. */
export interface PatchedFile {
  /** Its path from where the patch is applied. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** A unified diff that `git apply` and `patch -p1` accept. */
export const patchText = (files: readonly PatchedFile[]): string => files.map(filePatch).join('');

function filePatch({ path, before, after }: PatchedFile): string {
  const name = (side: string): string => quoted(`${side}/${path}`);
  const patch = createTwoFilesPatch(
    before === undefined ? '/dev/null' : name('a'),
    name('b'),
    before ?? '',
    after,
    undefined,
    undefined,
    { context: 3 },
  );
  return patch.slice(patch.indexOf('--- '));
}

/** A name as Git has it in a patch: one with a blank ends with a tab, one with quotes or control characters is in quotes. */
function quoted(name: string): string {
  if (/["\\\x00-\x1f\x7f]/.test(name)) return JSON.stringify(name);
  return name.includes(' ') ? `${name}\t` : name;
}
