import { type Command, type FromHost, joined, reading, type Script, type ShellText, script, sh } from '../command.ts';
import { showMode } from '../mode.ts';
import type { ChecksumAlgorithm } from '../questions/files/checksum.ts';
import { joinPath, nameOf, parentOf } from '../questions/files/paths.ts';
import { splitWords } from '../split-words.ts';

/** A file to write: its whole content, and how it is from the first byte on. */
export interface FileToWrite {
  /** Where it goes. Not followed when it is a link, so give the resolved path to write through one. */
  readonly path: string;
  /** Travels on stdin; or is copied from another file of the host; or is what a script there prints. */
  readonly content: Uint8Array | string | FromHost | { readonly copyOf: string } | Produced;
  /** The checksum that the content must have. */
  readonly expects?: { readonly algorithm: ChecksumAlgorithm; readonly hex: string };
  /** Permission bits. Without them those of the file that is replaced, else 0666 less the umask. */
  readonly mode?: number;
  /** Name or number; without it as the file that is replaced. */
  readonly owner?: string | number;
  readonly group?: string | number;
  /** A command with `%s` for the new file, which must succeed before the file is put in place. */
  readonly validate?: string;
  /** Keep what is replaced beside it, under a name with the time; the name is the command's output. */
  readonly backup?: boolean;
  /** Overwrite in place where the file can not be replaced (a mount point in a container). */
  readonly unsafe?: boolean;
}

/** Content that a script on the host prints, as a download. */
interface Produced {
  readonly script: ShellText;
  readonly stdin?: Uint8Array;
}

/**
 * Write a file so that nobody sees half of it, or may read what he should not: beside its target under umask 077,
 * given owner and mode, validated, synced, renamed.
 */
export function writeFile(file: FileToWrite): Command {
  const { path, content } = file;
  const command = { ...writeScript(file), shown: `write ${path}` };
  if (isCopy(content)) return command;
  if (isProduced(content)) return content.stdin === undefined ? command : reading(command, content.stdin);
  return reading(command, content);
}

const isCopy = (content: FileToWrite['content']): content is { readonly copyOf: string } =>
  typeof content === 'object' && 'copyOf' in content;

const isProduced = (content: FileToWrite['content']): content is Produced =>
  typeof content === 'object' && 'script' in content;

function filling({ content }: FileToWrite): Script {
  if (isCopy(content)) return script`cat -- ${content.copyOf} > "$t"`;
  if (!isProduced(content)) return script`cat > "$t"`;
  return script`{ ${content}
} > "$t"`;
}

const checking = ({ expects, path }: FileToWrite): readonly Script[] =>
  expects === undefined
    ? []
    : [
        script`{ s=$(${`${expects.algorithm}sum`} < "$t") && s=\${s%% *} && { [ "$s" = ${expects.hex} ] || { echo ${`The checksum for ${path} did not match ${expects.hex}; it was `}"$s." >&2; false; }; }; }`,
      ];

/** What the new file is called until it is whole, but for the number of the shell that writes it: one whose shell is gone was left by a run that was killed. */
const beside = ({ path }: FileToWrite): string => joinPath(parentOf(path), `.${nameOf(path).slice(0, 200)}.retrace`);

const writeScript = (file: FileToWrite): Command => sh`p=${file.path}
old=$(umask)
umask 077
for l in ${beside(file)}-*; do q=\${l##*.retrace-}; q=\${q%-*}; case $q in '' | *[!0-9]*) continue ;; esac; [ -d "/proc/$q" ] || [ ! -f "$l" ] || [ ! -O "$l" ] || rm -f -- "$l"; done
t=$(mktemp -- ${beside(file)}-"$$"-XXXXXX) || exit
trap 'rm -f -- "$t"' EXIT
trap 'exit 129' HUP INT TERM
${joined(
  [
    filling(file),
    ...checking(file),
    ...ownership(file),
    permissions(file),
    ...validation(file),
    ...keepBackup(file),
    ...place(file),
  ],
  script` &&
`,
)}`;

function ownership({ owner, group }: FileToWrite): readonly Script[] {
  const given = [owner, group].map((id) => (id === undefined ? '' : String(id)));
  const wanted = given[1] === '' ? (given[0] ?? '') : `${given[0]}:${given[1]}`;
  // What is not given stays as it was; who may not give files away keeps his own, as with any editor.
  const kept =
    owner === undefined || group === undefined
      ? [script`{ [ -h "$p" ] || [ ! -e "$p" ] || chown --reference="$p" -- "$t" 2>/dev/null || :; }`]
      : [];
  return wanted === '' ? kept : [...kept, script`chown -- ${wanted} "$t"`];
}

const permissions = ({ mode }: FileToWrite): Script =>
  mode === undefined
    ? script`if [ -e "$p" ]; then chmod --reference="$p" -- "$t"; else chmod "$(printf %o $((0666 & ~$old)))" -- "$t"; fi`
    : script`chmod ${showMode(mode)} -- "$t"`;

function validation({ validate }: FileToWrite): readonly Script[] {
  if (validate === undefined) return [];
  const words = (splitWords(validate) ?? []).map((word) =>
    joined(
      word.split('%s').map((piece) => (piece === '' ? script`` : script`${piece.replaceAll('%%', '%')}`)),
      script`"$t"`,
    ),
  );
  return [
    script`{ said=$(${words} 2>&1 </dev/null) || { code=$?; printf 'failed to validate: rc:%s error:%s\n' "$code" "$said" >&2; false; }; }`,
  ];
}

const keepBackup = ({ backup }: FileToWrite): readonly Script[] =>
  backup === true
    ? [script`{ [ ! -e "$p" ] || { b="$p.$$.$(date +%Y-%m-%d@%H:%M:%S~)" && cp -p -- "$p" "$b" && printf %s "$b"; }; }`]
    : [];

const place = ({ unsafe }: FileToWrite): readonly Script[] => [
  script`sync -- "$t"`,
  unsafe === true
    ? script`{ mv -fT -- "$t" "$p" 2>/dev/null || { cat "$t" > "$p" && chown --reference="$t" -- "$p" && chmod --reference="$t" -- "$p"; }; }`
    : script`mv -fT -- "$t" "$p"`,
];
