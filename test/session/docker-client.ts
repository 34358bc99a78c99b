import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The parts of Docker's client that a session sees (with the wording and exit codes of 28.2): `exec -i` really runs a shell if the
 * container is running. `box` is running, `stopped` is not, and `bare` has no shell. Its arguments are recorded in a file.
 */
const standIn = (folder: string): string => `#!/bin/sh
printf '%s\\n' "$*" >>${folder}/calls
while :; do
  case $1 in
    --context) shift 2 ;;
    -*) echo "unknown flag: $1" >&2; exit 125 ;;
    *) break ;;
  esac
done
[ "$1" = exec ] || { echo "docker: unknown command: docker $1" >&2; exit 1; }
shift
user= interactive=
while :; do
  case $1 in
    -i) interactive=1; shift ;;
    --user) user=$2; shift 2 ;;
    -*) echo "unknown flag: $1" >&2; exit 125 ;;
    *) break ;;
  esac
done
[ $# -ge 2 ] || { echo "docker: 'docker exec' requires at least 2 arguments" >&2; exit 1; }
[ "$interactive" ] || exec </dev/null
name=$1; shift
case $name in
  box) ;;
  stopped) echo "Error response from daemon: container 4f66ad9a is not running" >&2; exit 1 ;;
  bare)
    echo 'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown'
    exit 127 ;;
  *) echo "Error response from daemon: No such container: $name" >&2; exit 1 ;;
esac
CONTAINER=$name; export CONTAINER
[ "$user" ] || exec "$@"
id -u "$user" >/dev/null 2>&1 || { echo "unable to find user $user: no matching entries in passwd file"; exit 126; }
exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "$@"
`;

/** Puts the client into a directory, and returns a PATH with that directory first. */
export function dockerClient(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'docker'), standIn(bin), { mode: 0o755 });
  return `${bin}:${process.env['PATH']}`;
}
