import { quote } from '../../command.ts';
import { type Answer, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';

/**
 * A Proxmox container: the lines of its configuration, and its running state. Undefined if there is no container with
 * that number.
 */
export type Container =
  | {
      /** `net0`, `mp1`, `memory`, … → their values as written in the file, without snapshots. */
      readonly config: Readonly<Record<string, string>>;
      readonly running: boolean;
      /** The actual settings of the running container; undefined if it is not running, or cannot be asked. */
      readonly live?: Live;
    }
  | undefined;

/** The settings of a running container: those in its configuration when it was started. */
export interface Live {
  readonly mounts: readonly string[];
  /** Addresses with prefix length, by interface. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** Gateways of the default routes. */
  readonly gateways: readonly string[];
  /**
   * Mount points in the configuration whose directory on the node differs from the one in the container: another one
   * has been mounted there since.
   */
  readonly others: readonly string[];
}

const kind: QuestionKind<string, Container> = {
  name: 'pct',
  scripts: (ids) => ids.map((id) => ({ script: containerScript(id) })),
  read: (replies) => replies.map(readContainer),
  about: (id) => [`ct:${id}`, `path:/etc/pve/lxc/${id}.conf`, `entry:/etc/pve/lxc/${id}.conf`],
};

/** A Proxmox container on the node, by number. */
export const pct = (id: string | number, options: { host?: string } = {}): Question<Container> =>
  question(kind, String(id), options);

// Run inside the container, since the configuration may have been edited after it was started. Its arguments are the
// mount points.
const inside = `cat /proc/self/mountinfo; printf '\\0'; ip -o addr show; printf '\\0'; ip -o route show default; ip -o -6 route show default
printf '\\0'; [ $# = 0 ] || stat -L -c '%d:%i %n' -- "$@" 2>/dev/null`;

// The directories bound into it, as they are on the node now: `SOURCE,mp=POINT` with a path as the source.
const containerScript = (id: string): string => `export LC_ALL=C
command -v pct >/dev/null 2>&1 || exit 127
f=/etc/pve/lxc/${quote(id)}.conf
[ -e "$f" ] || exit 44
cat -- "$f" || exit
printf '\\0'
s=$(pct status ${quote(id)}) || exit
printf '%s\\0' "$s"
case $s in *running*) ;; *) exit 0 ;; esac
set --
while IFS= read -r bound; do set -- "$@" "$bound"; done <<END
$(sed '/^\\[/,$d' "$f" | sed -n 's;^mp[0-9]*: *\\(/[^,]*\\),\\(.*,\\)*mp=\\([^,]*\\).*;\\1,\\3;p')
END
n=$#
for bound do [ -z "$bound" ] || set -- "$@" "\${bound#*,}"; done
shift "$n"
pct exec ${quote(id)} -- sh -c ${quote(inside)} sh "$@" </dev/null 2>/dev/null || :
printf '\\0'
sed '/^\\[/,$d' "$f" | sed -n 's;^mp[0-9]*: *\\(/[^,]*\\),\\(.*,\\)*mp=\\([^,]*\\).*;\\1,\\3;p' | while IFS= read -r bound; do
  stat -L -c "%d:%i \${bound#*,}" -- "\${bound%%,*}" 2>/dev/null
done`;

function readContainer({ code, stdout, stderr }: Reply): Answer<Container> {
  if (code === 44) return { ok: true, value: undefined };
  if (code === 127) return { ok: false, why: 'this host is not a Proxmox node: it does not have pct' };
  if (code !== 0) return { ok: false, why: decodeText(stderr).trim() || `pct: exit code ${code}` };
  const [file = '', status = '', mounts = '', addresses = '', routes, bound = '', sources = ''] =
    decodeText(stdout).split('\0');
  const live =
    routes === undefined || addresses === ''
      ? undefined
      : { ...readLive(mounts, addresses, routes), others: othersOf(bound, sources) };
  return { ok: true, value: { config: readConfig(file), running: status.includes('running'), ...(live && { live }) } };
}

/** The lines before the first section; the sections are snapshots and pending changes. */
function readConfig(file: string): Record<string, string> {
  const config: Record<string, string> = {};
  for (const line of file.split('\n')) {
    if (line.startsWith('[')) break;
    const [, key, value = ''] = /^([a-z][a-z0-9._-]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) config[key] = value;
  }
  return config;
}

/** Mount points whose directory is not the current one on the node; from lines of `DEVICE:INODE POINT`. */
function othersOf(bound: string, sources: string): readonly string[] {
  const has = new Set(bound.split('\n'));
  return sources
    .split('\n')
    .flatMap((line) => (line === '' || has.has(line) ? [] : [line.slice(line.indexOf(' ') + 1)]));
}

function readLive(mounts: string, addresses: string, routes: string): Omit<Live, 'others'> {
  const pairs = [...addresses.matchAll(/^\d+: (\S+)\s+inet6? (\S+)/gm)].map(([, name = '', address = '']) => ({
    name,
    address,
  }));
  return {
    // The kernel writes spaces in paths as octal numbers.
    mounts: mounts
      .split('\n')
      .flatMap(
        (line) =>
          line
            .split(' ')[4]
            ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) ?? [],
      ),
    addresses: Object.fromEntries(
      pairs.map(({ name }) => [name, pairs.filter((one) => one.name === name).map(({ address }) => address)]),
    ),
    gateways: [...routes.matchAll(/^default via (\S+)/gm)].map(([, gateway = '']) => gateway),
  };
}
