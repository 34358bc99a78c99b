import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { contentDir, state } from './paths.ts';
import type { Progress } from './progress.ts';
import { type ImageName, imageId, layersOf, recipes } from './recipes.ts';
import { run, runScript } from './run-command.ts';
import { aptProxy, switchNamespace } from './switch.ts';

const building = new Map<string, Promise<void>>();

/** Make sure an image and those below it exist, building what is missing. */
export function ensureImage(name: ImageName, progress: Progress): Promise<void> {
  const id = imageId(name);
  if (existsSync(imageRoot(name))) return Promise.resolve();
  const known = building.get(id);
  if (known) return known;
  const work = build(name, progress).finally(() => building.delete(id));
  building.set(id, work);
  return work;
}

/** The directory with an image's own files. */
export const imageRoot = (name: ImageName): string => state('images', imageId(name));

/** The container template's archive. */
export const templateFile = (): string => `${imageRoot('container')}.tar.zst`;

/** An image's directories, in the form that overlayfs expects for its lower layers. */
export const lowerDirs = (name: ImageName): string => layersOf(name).map(imageRoot).join(':');

/** Delete images that no current recipe produces and no host uses. */
export function removeOldImages(inUse: string): void {
  const wanted = new Set((Object.keys(recipes) as ImageName[]).map(imageId));
  for (const file of readdirSync(state('images'))) {
    const id = file.replace('.tar.zst', '');
    if (!wanted.has(id) && !inUse.includes(id)) rmSync(state('images', file), { recursive: true, force: true });
  }
}

async function build(name: ImageName, progress: Progress): Promise<void> {
  const { on, title, shiftedBy } = recipes[name];
  if (on) await ensureImage(on, progress);
  const scratch = state('images', `.${imageId(name)}`);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o755 });
  await progress.step(`building ${title}`, async () => {
    const above = (base: ImageName) =>
      shiftedBy ? shifted(base, scratch, shiftedBy) : buildLayer(name, base, scratch);
    const made = await (on ? above(on) : buildBase(scratch));
    renameSync(made, imageRoot(name));
    rmSync(scratch, { recursive: true, force: true });
  });
}

async function buildBase(scratch: string): Promise<string> {
  const root = join(scratch, 'root');
  const sources = join(scratch, 'sources.list');
  writeFileSync(sources, mirrors);
  const proxy = `Acquire::http::Proxy "http://${aptProxy.address}:${aptProxy.port}"`;
  const options = [
    ...['--variant=minbase', '--mode=root', '--format=directory', '--skip=cleanup/apt/lists'],
    ...[proxy, 'Acquire::Languages "none"', 'Acquire::Check-Valid-Until "false"', 'Acquire::Retries "5"'].map(
      (line) => `--aptopt=${line}`,
    ),
    ...['force-unsafe-io', 'path-exclude=/usr/share/man/*', 'path-exclude=/usr/share/doc/*'].map(
      (line) => `--dpkgopt=${line}`,
    ),
    `--include=${recipes.base.packages.join(',')}`,
  ];
  await run`ip netns exec ${switchNamespace()} mmdebstrap ${options} bookworm ${root} ${sources}`;
  await run`install -D -m 644 ${state('keys', 'ca.pem')} ${root}/usr/local/share/ca-certificates/retrace-lab.crt`;
  await finish('base', root);
  return root;
}

// Install the packages into an overlay, so that only what they add is stored and 100 MB need not be copied.
async function buildLayer(name: ImageName, on: ImageName, scratch: string): Promise<string> {
  const [upper, work, root] = ['upper', 'work', 'root'].map((part) => join(scratch, part)) as [string, string, string];
  for (const folder of [upper, work, root]) mkdirSync(folder, { mode: 0o755 });
  await run`mount -t overlay overlay -o ${`lowerdir=${lowerDirs(on)},upperdir=${upper},workdir=${work},volatile`} ${root}`;
  try {
    await runScript(installScript, [switchNamespace(), root, ...recipes[name].packages]);
    await finish(name, root);
  } finally {
    await run`umount ${root}`;
  }
  return upper;
}

async function finish(name: ImageName, root: string): Promise<void> {
  const { files, script = ':' } = recipes[name];
  if (files) await run`cp -a --no-preserve=ownership ${join(contentDir(), files)}/. ${root}/`;
  if (files)
    await runScript(
      'cd "$1" && find . | while read -r path; do chown -h 0:0 "$2/$path"; [ -L "$2/$path" ] || chmod go-w "$2/$path"; done',
      [join(contentDir(), files), root],
    );
  await run`chroot ${root} sh -euc ${script}`;
}

// An unprivileged container sees file owners reduced by the shift, so add the shift here, as Proxmox does when unpacking a template.
async function shifted(on: ImageName, scratch: string, by: number): Promise<string> {
  const root = join(scratch, 'root');
  await run`cp -a ${imageRoot(on)} ${root}`;
  shiftOwners(root, by);
  // The template that a playbook names is a real archive, although the stand-in for `pct` does not need to unpack it.
  await run`tar --create --file ${templateFile()} --use-compress-program ${'zstd -1 -T0'} --exclude ./var/lib/apt/lists/* --directory ${imageRoot(on)} .`;
  return root;
}

function shiftOwners(path: string, by: number): void {
  const stat = lstatSync(path);
  lchownSync(path, stat.uid + by, stat.gid + by);
  // The kernel drops set-user-id bits when the owner changes.
  if (!stat.isSymbolicLink() && stat.mode & 0o6000) chmodSync(path, stat.mode & 0o7777);
  if (stat.isDirectory()) for (const name of readdirSync(path)) shiftOwners(join(path, name), by);
}

const mirrors = `deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://security.debian.org/debian-security bookworm-security main
`;

// With separate mount and process namespaces, anything that a maintainer script starts or mounts ends with the build.
const installScript = `
ns=$1 root=$2; shift 2
[ $# -gt 0 ] || exit 0
exec ip netns exec "$ns" unshare --mount --pid --fork --kill-child sh -euc '
  root=$1; shift
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  policy=$root/usr/sbin/policy-rc.d
  printf "#!/bin/sh\\nexit 101\\n" >"$policy"
  chmod 755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  chroot "$root" apt-get -q -y --no-install-recommends install "$@"
  rm "$policy"
  rm -f "$root"/var/cache/apt/archives/*.deb "$root"/var/log/apt/* "$root"/var/log/dpkg.log
' sh "$root" "$@"
`;
