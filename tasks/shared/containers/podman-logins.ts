import { type Question, type Script, type ShellAnswer, type Subject, script, tidyPath } from '../../../src/sdk.ts';
import { askEngine } from './ask-engine.ts';
import { type Engine, engineComplaint } from './engine.ts';
import { type LoginFile, readLogins } from './logins.ts';

/** Parameters of types about logins to registries. */
export const loginParams = {
  registry: {
    type: 'str',
    doc: 'The registry, for example `registry.example.org` (default: the first in `unqualified-search-registries` of registries.conf).',
  },
  authfile: {
    type: 'path',
    doc: 'The file that keeps the logins (default: `REGISTRY_AUTH_FILE`, or `containers/auth.json` in the directory `XDG_RUNTIME_DIR`, or for root without it `/run/containers/0/auth.json`).',
  },
} as const;

interface Meant {
  readonly registry?: string | undefined;
  readonly authfile?: string | undefined;
}

/** What Podman keeps of logins. */
interface Logins {
  /** The path of the file. */
  readonly path: string;
  /** The key of the registry that is meant; empty if none is. */
  readonly registry: string;
  readonly file: LoginFile;
}

/** The subject for a login; an empty registry is the default one. */
export const loginSubject = (registry: string): Subject => `engine:login/${registry}`;

/** The path of the file with logins, in the way in which Podman finds it. */
const findFile = ({ authfile }: Meant): Script =>
  authfile === undefined
    ? script`_uid=$(id -u)
_dir=\${XDG_RUNTIME_DIR:-}
[ -n "$_dir" ] || [ "$_uid" = 0 ] || [ ! -d "/run/user/$_uid" ] || _dir=/run/user/$_uid
_file=\${REGISTRY_AUTH_FILE:-\${_dir:-/run/containers/$_uid}/\${_dir:+containers/}auth.json}`
    : script`_file=${authfile}`;

/** Asks for the logins that Podman keeps: the file's path, the default registry, and the file's content. */
export const askLogins = (engine: Engine, meant: Meant): Question<ShellAnswer> =>
  askEngine(
    engine,
    script`${findFile(meant)}
printf '%s\n' "$_file"
${meant.registry === undefined ? script`_engine info --format '{{range .Registries.search}}{{println .}}{{end}}' | sed -n 1p | grep . || echo` : script`echo`}
[ ! -e "$_file" ] || cat -- "$_file"`,
    {
      about: [
        'engine:login/*',
        'path:/etc/containers',
        ...(meant.authfile === undefined ? [] : [`path:${tidyPath(meant.authfile)}` as const]),
      ],
    },
  );

/** The logins in an answer; or why nothing can be told of them. */
export function loginsIn(
  { code, stdout, stderr }: ShellAnswer,
  { registry }: Meant,
): Logins | { readonly failed: string } {
  if (code !== 0) return { failed: engineComplaint(stderr, code) };
  const [path = '', first = '', ...lines] = stdout.split('\n');
  const file = readLogins(lines.join('\n'));
  return file === undefined
    ? { failed: `${path}: this is not a JSON object` }
    : { path, registry: registry === undefined ? first : keyOf(registry), file };
}

/** What stands before the content of the file in the answer about it. */
export const headOf = ({ stdout }: ShellAnswer): string => stdout.split('\n').slice(0, 2).join('\n');

/** The key under which Podman keeps a login: of a URL only the host. */
const keyOf = (registry: string): string => /^https?:\/\/([^/]*)/.exec(registry)?.[1] ?? registry;

/** The option for another file than the default one. */
export const authfileWords = ({ authfile }: Meant): readonly string[] =>
  authfile === undefined ? [] : ['--authfile', authfile];

/** Asks which user is logged in to a registry. */
export const askUser = (engine: Engine, registry: string, meant: Meant): Question<ShellAnswer> =>
  askEngine(engine, script`_engine login ${authfileWords(meant)} --get-login -- ${registry}`, {
    about: [
      loginSubject(keyOf(registry)),
      'path:/etc/containers',
      ...(meant.authfile === undefined ? [] : [`path:${tidyPath(meant.authfile)}` as const]),
    ],
  });
