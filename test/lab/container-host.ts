import type { Reply } from '../../src/core/session.ts';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import type { Converged } from '../../src/engine/host/converge.ts';
import { labExec, labHost } from '../../src/lab/index.ts';
import { localTarget, runAllHere, runHere } from '../tasks/harness.ts';
import { threeRunsOf } from './database-host.ts';

const host = 'containers';

/** Runs a script as root on the host with Docker. */
export async function sh(script: string, stdin?: Uint8Array | string): Promise<Reply> {
  const { code, stdout, stderr } = await labExec(host, script, stdin);
  return { code: code ?? 255, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}

/** What a script prints. */
export async function said(script: string, stdin?: string): Promise<string> {
  const { stdout, stderr } = await sh(script, stdin);
  return `${stdout}${stderr}`.trim();
}

/** Runs a task on the host, as the engine does. */
export const run = (type: AnyTaskType, args: object, options: { check?: boolean } = {}): Promise<Converged> =>
  runHere(type, args as Record<string, unknown>, { ...options, sh });

/** A check of several tasks, in which each builds on what is predicted for those before it. */
export const checkAll = (tasks: readonly (readonly [AnyTaskType, Readonly<Record<string, unknown>>])[]) =>
  runAllHere(tasks, { check: true, target: localTarget(sh) });

/** The outcomes of a check, of the run and of a second run. */
export const threeRuns = threeRunsOf(run);

/** The registry that runs on the host; `ann` may log in with the password `s3cret`. */
export const registry = '127.0.0.1:5000';

// The host is itself a container: its control groups are read-only, and it may neither create session keyrings nor load
// the filters for devices. So containers are not limited in what they use; everything else is Docker as it is.
const runtime = `#!/bin/sh
before=
for word; do
  shift
  case $word in
    update) exit 0 ;;
    create | run) set -- "$@" "$word" --no-new-keyring ;;
    *) set -- "$@" "$word" ;;
  esac
  [ "$before" != --bundle ] || sed -i 's/"resources":{.*},"cgroupsPath"/"cgroupsPath"/' "$word/config.json"
  before=$word
done
exec crun --cgroup-manager=disabled "$@"
`;

const service = `[Service]
ExecStart=
ExecStart=/usr/bin/unshare -m sh -c 'umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec dockerd -H fd:// --storage-driver vfs'
`;

// Debian 12 has neither the compose plugin nor buildx; those of Debian 13 run there.
const plugins = `cd "$(mktemp -d)" && mkdir -p lists/partial cache/archives/partial && chmod 755 . &&
echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main' >sources.list &&
set -- -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD/cache" &&
apt-get "$@" update && apt-get "$@" download docker-compose docker-buildx && dpkg -i ./*.deb`;

const packages = 'docker.io crun docker-registry apache2-utils busybox-static';

const setUp = `set -e
mkdir -p /etc/systemd/system/docker.service.d
cat >/usr/local/sbin/runc && chmod 755 /usr/local/sbin/runc
cat >/etc/systemd/system/docker.service.d/lab.conf <<'END'
${service}END
systemctl mask --quiet containerd
dpkg-query -W ${packages} >/dev/null 2>&1 || {
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install ${packages}
}
dpkg-query -W docker-compose docker-buildx >/dev/null 2>&1 || (${plugins})
systemctl daemon-reload
[ -e /run/lab-docker ] || systemctl restart docker
touch /run/lab-docker
htpasswd -Bbc /etc/docker/registry/htpasswd ann s3cret
chmod 644 /etc/docker/registry/htpasswd
sed -i 's,path: /etc/docker/registry$,path: /etc/docker/registry/htpasswd,' /etc/docker/registry/config.yml
systemctl restart docker-registry
docker image inspect box:1 >/dev/null 2>&1 || {
  dir=$(mktemp -d)
  mkdir -p "$dir/bin" "$dir/etc" "$dir/tmp"
  cp /bin/busybox "$dir/bin/busybox"
  for name in sh sleep cat echo id env ls touch httpd wget true false printf pwd test; do ln -s busybox "$dir/bin/$name"; done
  echo 'root:x:0:0::/:/bin/sh' >"$dir/etc/passwd"
  tar -C "$dir" -c . | docker import --change 'CMD ["sleep", "1000"]' --change 'ENV FROM_IMAGE=1' --change 'LABEL kind=box' - box:1
}`;

/** Starts the host, with Docker, a registry and the image `box:1`, and removes all containers. */
export async function up(): Promise<void> {
  await labHost(host);
  const { code, stdout, stderr } = await labExec(host, setUp, runtime);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
  await sh(
    'docker rm -fv $(docker ps -aq); docker network prune -f; docker volume prune -f; docker logout 127.0.0.1:5000',
  );
}
