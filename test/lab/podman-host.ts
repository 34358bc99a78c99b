import type { Reply } from '../../src/core/session.ts';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import type { Converged } from '../../src/engine/host/converge.ts';
import { labExec, labHost } from '../../src/lab/index.ts';
import { localTarget, runAllHere, runHere } from '../tasks/harness.ts';
import { threeRunsOf } from './database-host.ts';

const host = 'podman';

/** Runs a script as root on the host with Podman. */
export async function sh(script: string, stdin?: Uint8Array | string): Promise<Reply> {
  const { code, stdout, stderr } = await labExec(host, script, stdin);
  return { code: code ?? 255, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}

/** What a script prints. */
export const said = async (script: string): Promise<string> => (await sh(script)).stdout.toString().trim();

/** Runs a task on the host, as the engine does. */
export const run = (type: AnyTaskType, args: object, options: { check?: boolean } = {}): Promise<Converged> =>
  runHere(type, args as Record<string, unknown>, { ...options, sh });

/** A check of several tasks, in which each builds on what is predicted for those before it. */
export const checkAll = (tasks: readonly (readonly [AnyTaskType, Readonly<Record<string, unknown>>])[]) =>
  runAllHere(tasks, { check: true, target: localTarget(sh) });

/** The outcomes of a check, of the run and of a second run. */
export const threeRuns = threeRunsOf(run);

const packages = 'podman crun busybox-static netavark aardvark-dns iptables catatonit';

// The host is itself a container: its file system cannot be a layer of another one, it may not create session keyrings,
// and it cannot limit what containers use.
const setUp = `set -e
dpkg -s ${packages} >/dev/null 2>&1 || {
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install ${packages}
}
mkdir -p /etc/containers
cat >/etc/containers/storage.conf <<'END'
[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
END
cat >/etc/containers/containers.conf <<'END'
[containers]
keyring = false
cgroups = "disabled"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
default_subnet_pools = [{"base" = "172.31.0.0/16", "size" = 24}]
END
podman pod rm -fa >/dev/null
podman rm -fa >/dev/null
podman volume rm -fa >/dev/null
podman network prune -f >/dev/null
podman secret rm -a >/dev/null
podman image inspect box:1 >/dev/null 2>&1 || {
  dir=$(mktemp -d)
  mkdir -p "$dir/bin" "$dir/etc" "$dir/tmp"
  cp /bin/busybox "$dir/bin/busybox"
  for name in sh sleep cat echo id env ls touch true; do ln -s busybox "$dir/bin/$name"; done
  echo 'root:x:0:0::/:/bin/sh' >"$dir/etc/passwd"
  tar -C "$dir" -c . | podman import --change 'CMD ["sleep","1000"]' - box:1
}`;

/** Starts the host, with Podman and the image `box:1`, and removes everything else. */
export async function up(): Promise<void> {
  await labHost(host);
  const { code, stdout, stderr } = await labExec(host, setUp);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}
