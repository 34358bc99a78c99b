import {
  type Change,
  type Command,
  decodeText,
  exporting,
  type Question,
  type Reply,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  type TaskResult,
} from '../../../src/sdk.ts';

/** How flatpaks are installed: for all users, or for one. */
type Method = 'system' | 'user';

/** The parameters that both flatpak types have. */
export const flatpakParams = {
  method: {
    type: 'str',
    default: 'system',
    choices: ['system', 'user'],
    doc: 'Whether it is for all users, or for the user who runs the task.',
  },
  executable: { type: 'path', default: 'flatpak', doc: 'The flatpak program to use.' },
} as const;

interface FlatpakAsked {
  readonly executable: string;
  readonly method: Method;
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether flatpak is there; without an installation there is nothing to list, and listing would create one. */
const begin = ({
  executable,
  method,
  environment,
}: FlatpakAsked): Script => script`${exporting(environment)}export LC_ALL=C
command -v ${executable} >/dev/null || exit 127
${
  method === 'system'
    ? script`d=\${FLATPAK_SYSTEM_DIR:-/var/lib/flatpak}`
    : script`d=\${FLATPAK_USER_DIR:-\${XDG_DATA_HOME:-$HOME/.local/share}/flatpak}`
}
[ -d "$d/repo" ] || exit 0
`;

/** Asks for the remotes: a line for each, with its name and its options. */
export const askRemotes = (asked: FlatpakAsked): Question<ShellAnswer> =>
  shell({
    ...sh`${begin(asked)}${asked.executable} remote-list ${`--${asked.method}`} --show-disabled --columns=name,options`,
    about: [`flatpak-remotes:${asked.method}`, 'by:package:flatpak'],
  });

/** Asks which of these flatpaks are installed; prints their names. */
export function askInstalled(names: readonly string[], asked: FlatpakAsked): Question<ShellAnswer> {
  return shell({
    ...sh`${begin(asked)}all=$(${asked.executable} list ${`--${asked.method}`} --columns=ref) || exit
set -- ${names.flatMap((name) => [name, refPattern(name)])}
while [ $# -gt 0 ]; do
  if printf '%s\n' "$all" | grep -q -e "$2"; then printf '%s\n' "$1"; fi
  shift 2
done`,
    about: [...names.map((name) => `flatpak:${asked.method}:${flatpakId(name)}`), 'by:package:flatpak'],
  });
}

/** The name of a flatpak without its kind, architecture and branch; of a URL, the name of the file. */
export function flatpakId(name: string): string {
  if (isFlatpakUrl(name)) return name.replace(/^.*\//, '').replace(/\.flatpakref$/, '');
  return refParts(name).id;
}

/** Whether a flatpak is named by the URL of a file that describes it. */
export const isFlatpakUrl = (name: string): boolean => /^(https?|file):\/\//.test(name);

function refParts(name: string) {
  const [id = '', architecture = '', branch = ''] = name.replace(/^(app|runtime)\//, '').split('/');
  return { id, architecture, branch };
}

/** A regular expression for the references `ID/ARCHITECTURE/BRANCH` that a name stands for. */
function refPattern(name: string): string {
  const literal = (text: string): string => text.replace(/[.[\]*^$\\]/g, String.raw`\$&`) || '[^/]*';
  const { architecture, branch } = isFlatpakUrl(name) ? { architecture: '', branch: '' } : refParts(name);
  return `^${literal(flatpakId(name))}/${literal(architecture)}/${literal(branch)}$`;
}

/** The lines of an answer that have text. */
export const toldLines = ({ stdout }: ShellAnswer): readonly string[] =>
  stdout.split('\n').filter((line) => line !== '');

/** A flatpak command that changes something. */
export const flatpakCommand = (executable: string, words: readonly string[]): Command => ({
  ...sh`LC_ALL=C ${executable} ${words} </dev/null`,
  shown: sh`${executable} ${words}`.script,
  long: true,
});

/** The files in which flatpak keeps what it installs. */
export const flatpakFiles = (method: Method): readonly string[] =>
  method === 'system' ? ['path:/var/lib/flatpak'] : ['path:/home', 'path:/root'];

/** Tells the command that ran last. */
export function flatpakResult(changes: readonly Change[], replies: readonly Reply[]): TaskResult {
  const reply = replies.at(-1);
  const command = changes.flatMap((change) => change.commands).at(-1);
  if (reply === undefined || command === undefined) return {};
  const { code, stdout, stderr } = reply;
  return { command: command.shown ?? '', rc: code, stdout: decodeText(stdout), stderr: decodeText(stderr) };
}

/** The return values of both types, from the command that ran last. */
export const flatpakReturns = {
  command: 'The flatpak command that was run.',
  rc: 'Its exit code.',
  stdout: 'Its output.',
  stderr: 'Its messages.',
} as const;
