import { type Command, joined, reading, type Script, script, sh } from '../command.ts';
import { groupBy } from '../group-by.ts';
import { showMode } from '../mode.ts';
import { joinPath, nameOf, parentOf } from '../questions/files/paths.ts';
import { fitsUstar, ustar } from './ustar.ts';

/** A file of a tree to write: as `FileToWrite`, but with what is not needed for a tree left out. */
export interface TreeFile {
  /** Absolute, in a directory that exists by then. A link there is replaced. */
  readonly path: string;
  readonly content: Uint8Array | { readonly copyOf: string };
  /** Permission bits, without setuid and the like. */
  readonly mode: number;
  /** Whether there is something at the path now, whose access control list is to be kept. */
  readonly replaces: boolean;
}

/** Whether a file can be written together with others; otherwise, use `writeFile`. */
export const fitsTree = ({ path, content, mode }: TreeFile): boolean =>
  (mode & 0o7000) === 0 &&
  !path.includes(PLACEHOLDER) &&
  (content instanceof Uint8Array ? fitsUstar(memberOf(path)) : nameOf(content.copyOf) === nameOf(path));

// The name of the directory for files that are not complete yet: where it stands in the archive, and where it is made.
// It ends in the PID of the shell: one whose shell no longer exists was left by a killed run.
const PLACEHOLDER = '.files.retrace-@';

const memberOf = (path: string): string => joinPath(joinPath(parentOf(path), PLACEHOLDER), nameOf(path)).slice(1);

/**
 * Write several files, with a few processes for all of them instead of some for each. As with `writeFile`, none of them
 * is ever visible half-written or readable by too many users: each is made in a directory next to its place that only
 * its owner may enter, and renamed when all have their owner and mode. All have the same `owner` (`user:group`).
 */
export function writeFiles(files: readonly TreeFile[], owner?: string): Command {
  const folders = [...groupBy(files, ({ path }) => parentOf(path))];
  const stages = folders.map(([folder]) => stageIn(folder));
  const sent = files.flatMap(({ path, content, mode }) =>
    content instanceof Uint8Array ? [{ name: memberOf(path), mode, content }] : [],
  );
  const steps = [
    script`mkdir -- ${stages}`,
    ...(sent.length === 0 ? [] : [unpacked]),
    ...folders.flatMap(([folder, some]) => filled(folder, some, owner)),
    script`sync -f -- ${stages}`,
    ...folders.map(([folder, some]) => script`( cd -- ${stageIn(folder)} && mv -ft .. -- ${names(some)} )`),
  ];
  const command = sh`s=$$
umask 077
for l in ${folders.map(([folder]) => script`${joinPath(folder, '.files.retrace-')}*`)}; do q=\${l##*.retrace-}; case $q in '' | *[!0-9]*) continue ;; esac; [ -d "/proc/$q" ] || [ ! -O "$l" ] || rm -rf -- "$l"; done
gone() { rm -rf -- ${stages}; }
trap gone EXIT
trap 'exit 129' HUP INT TERM
${joined(
  steps,
  script` &&
`,
)}`;
  const shown = {
    ...command,
    shown: `write ${names(files).join(', ')} in ${folders.map(([path]) => path).join(', ')}`,
  };
  return sent.length === 0 ? shown : reading(shown, ustar(sent));
}

const stageIn = (folder: string): Script => script`${joinPath(folder, '.files.retrace-')}"$s"`;

const names = (some: readonly TreeFile[]): readonly string[] => some.map(({ path }) => nameOf(path));

const unpacked = script`tar -C / -xmpf - --no-same-owner --transform "s,/[.]files[.]retrace-@/,/.files.retrace-$s/,"`;

/** Copies what is on the host already, and gives all files of a directory their owner and access control list. */
function filled(folder: string, some: readonly TreeFile[], owner: string | undefined): readonly Script[] {
  const copies = some.flatMap(({ content }) => (content instanceof Uint8Array ? [] : [content.copyOf]));
  const copied = some.filter(({ content }) => !(content instanceof Uint8Array));
  const replaced = names(some.filter(({ replaces }) => replaces));
  const inside = (steps: Script) => script`( cd -- ${stageIn(folder)} && ${steps} )`;
  return [
    ...(copies.length === 0 ? [] : [script`cp -t ${stageIn(folder)} -- ${copies}`]),
    ...(owner === undefined ? [] : [inside(script`chown -- ${owner} ${names(some)}`)]),
    ...[...groupBy(copied, ({ mode }) => mode)].map(([mode, alike]) =>
      inside(script`chmod ${showMode(mode)} -- ${names(alike)}`),
    ),
    ...(replaced.length === 0 ? [] : [keptLists(folder, replaced)]),
  ];
}

// A list changes the mode, which is set again. Until then, the file is where nobody else may enter.
const keptLists = (folder: string, replaced: readonly string[]): Script =>
  script`{ case $(cd -- ${folder} && ls -ld -- ${replaced}) in *??????????+*) for f in ${replaced}; do case $(ls -ld -- ${folder}/"$f") in -?????????+*) m=$(stat -c %a -- ${stageIn(folder)}/"$f") && getfacl -cEp -- ${folder}/"$f" | setfacl --set-file=- -- ${stageIn(folder)}/"$f" && chmod "$m" -- ${stageIn(folder)}/"$f" || exit ;; esac; done ;; esac; }`;
