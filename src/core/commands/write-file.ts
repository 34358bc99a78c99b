import { type Command, type FromHost, joined, reading, type Script, type ShellText, script, sh } from '../command.ts';
import type { ChecksumAlgorithm } from '../hash.ts';
import type { Bytes } from '../local-content.ts';
import { showMode } from '../mode.ts';
import { joinPath, nameOf, parentOf } from '../questions/files/paths.ts';
import { splitWords } from '../split-words.ts';

/** A file to write: its complete content, and the attributes it has from the first byte on. */
export interface FileToWrite {
  /** The destination. A link there is replaced, not followed, so pass the resolved path to write through a link. */
  readonly path: string;
  /** Sent on stdin, or copied from another file on the host, or printed by a script there. */
  readonly content: Bytes | string | FromHost | { readonly copyOf: string } | Produced;
  /** The checksum that the content must have. */
  readonly expects?: { readonly algorithm: ChecksumAlgorithm; readonly hex: string };
  /** Permission bits. Default: those of the replaced file, otherwise 0666 minus the umask. */
  readonly mode?: number;
  /** Name or number. Default: that of the replaced file. */
  readonly owner?: string | number;
  readonly group?: string | number;
  /** A command with `%s` for the new file; it must succeed before the file is put in place. */
  readonly validate?: string;
  /** Keep the replaced file next to it, or next to this path, with the time in its name; the command prints that name. */
  readonly backup?: boolean | string;
  /** Overwrite in place if the file cannot be replaced (a mount point in a container). */
  readonly unsafe?: boolean;
}

/** Content that a script on the host prints, such as a download. */
interface Produced {
  readonly script: ShellText;
  readonly stdin?: Uint8Array;
}

/**
 * Write a file so that it is never visible half-written or readable by too many users: create it next to the target
 * under umask 077, set owner and mode, validate, sync, rename.
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

/**
 * The temporary name, followed by the PID of the shell that writes it: a file whose shell no longer exists was left by
 * a killed run.
 */
const beside = ({ path }: FileToWrite): string => joinPath(parentOf(path), `.${nameOf(path).slice(0, 200)}.retrace`);

/** Creates the temporary file; elsewhere if the directory is not writable and the file may be written in place. */
const temporary = (file: FileToWrite): Script =>
  file.unsafe === true
    ? script`t=$(mktemp -- ${beside(file)}-"$$"-XXXXXX 2>/dev/null) || t=$(mktemp) || exit`
    : script`t=$(mktemp -- ${beside(file)}-"$$"-XXXXXX) || exit`;

const writeScript = (file: FileToWrite): Command => sh`p=${file.path}
old=$(umask)
umask 077
for l in ${beside(file)}-*; do q=\${l##*.retrace-}; q=\${q%-*}; case $q in '' | *[!0-9]*) continue ;; esac; [ -d "/proc/$q" ] || [ ! -f "$l" ] || [ ! -O "$l" ] || rm -f -- "$l"; done
${temporary(file)}
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
  // An owner or group that is not given stays as it was. A user who may not give files away becomes the owner, as with
  // any editor.
  const kept =
    owner === undefined || group === undefined
      ? [script`{ [ -h "$p" ] || [ ! -e "$p" ] || chown --reference="$p" -- "$t" 2>/dev/null || :; }`]
      : [];
  return wanted === '' ? kept : [...kept, script`chown -- ${wanted} "$t"`];
}

// An access control list of the replaced file stays. `cp` copies it with the mode, but has to read that file, which its
// own owner may not. With another mode, the list arrives masked, so that the content is never visible to more users.
const permissions = ({ mode }: FileToWrite): Script =>
  mode === undefined
    ? script`if [ -e "$p" ]; then cp --attributes-only --preserve=mode -- "$p" "$t" 2>/dev/null || chmod --reference="$p" -- "$t"; else chmod "$(printf %o $((0666 & ~$old)))" -- "$t"; fi`
    : script`{ case $([ ! -f "$p" ] || ls -ldL -- "$p") in ??????????+*) getfacl -cEp -- "$p" | sed 's/^\(mask\|other\)::.*/\1::---/' | setfacl --set-file=- -- "$t" ;; esac; chmod ${showMode(mode)} -- "$t"; }`;

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

const keepBackup = ({ backup = false, path }: FileToWrite): readonly Script[] =>
  backup === false
    ? []
    : [
        script`{ [ ! -e "$p" ] || { b=${backup === true ? path : backup}".$$.$(date +%Y-%m-%d@%H:%M:%S~)" && cp -p -- "$p" "$b" && printf %s "$b"; }; }`,
      ];

// Another user's file keeps its owner and mode when it is written in place; the next look reports the differences.
const place = ({ unsafe }: FileToWrite): readonly Script[] => [
  script`sync -- "$t"`,
  unsafe === true
    ? script`{ mv -fT -- "$t" "$p" 2>/dev/null || { cat "$t" > "$p" && { { chown --reference="$t" -- "$p" && chmod --reference="$t" -- "$p"; } 2>/dev/null || [ ! -O "$p" ]; }; }; }`
    : script`mv -fT -- "$t" "$p"`,
];
