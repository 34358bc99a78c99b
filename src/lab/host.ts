import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinGroup, membersOf, removeGroup } from './cgroups.ts';
import { enter } from './enter.ts';
import { addressScript, type LabHost } from './hosts.ts';
import { imageRoot, lowerDirs, templateFile } from './images.ts';
import { forgeSeed, state } from './paths.ts';
import {
  childrenOf,
  daemonPid,
  endDeadlineMs,
  entrantsOf,
  forgetDaemon,
  isAlive,
  isElsewhere,
  startDaemon,
  startOf,
  until,
} from './processes.ts';
import { contentId, imageId } from './recipes.ts';
import { run, runUnjudged } from './run-command.ts';
import { seed } from './seed.ts';
import { inNamespace, namespaceOf, plugIn } from './switch.ts';

const bootDeadlineMs = 90_000;

/** The location of a host's disk: what it has written over its image, and the data bound into it. */
const disk = (host: string, ...parts: readonly string[]): string => state('hosts', host, ...parts);

/** A host's disk as it was after its setup. */
const pristine = (host: string, ...parts: readonly string[]): string => state('pristine', host, ...parts);

/**
 * The process ID, on this machine, of a running host's init. When a host starts booting, it briefly has a child that is
 * still in this machine's own namespaces; a command meant for the host (`systemctl poweroff`) must never run there.
 */
export function initOf(host: string): number | undefined {
  const plug = daemonPid(`host-${host}`);
  return plug === undefined ? undefined : descendantsOf(plug).find(isElsewhere);
}

/** A host's processes on this machine: systemd-nspawn and, while the host runs, its init. */
const descendantsOf = (plug: number): readonly number[] => [
  ...childrenOf(plug),
  ...childrenOf(plug).flatMap(childrenOf),
];

/** Plug a host in and boot it; returns when its systemd reports that it is up. */
export async function boot(host: LabHost): Promise<void> {
  if (initOf(host.name) !== undefined) return;
  await powerOff(host.name); // a crash may have left something running
  await plugIn(host.name, host.links);
  await inNamespace(namespaceOf(host.name), addressScript(host));
  for (const part of ['upper', 'work', 'root', 'data'])
    mkdirSync(disk(host.name, part), { recursive: true, mode: 0o755 });
  await seed(host, disk(host.name, 'upper'));
  await mountRoot(host);
  joinGroup(host.name, startDaemon(`host-${host.name}`, nspawn(host)));
  await until(`the boot of ${host.name}`, bootDeadlineMs, () => hasBooted(host.name));
}

async function hasBooted(host: string): Promise<true | undefined> {
  if (daemonPid(`host-${host}`) === undefined)
    throw new Error(`${host} did not boot: see ${state('run', `host-${host}.log`)}`);
  const init = initOf(host);
  if (init === undefined) return undefined;
  const { stdout } = await enter(init, ['systemctl', 'is-system-running', '--wait']);
  return /^(running|degraded)/.test(stdout) || undefined;
}

/** Switch a host off as if its power plug were pulled; its disk stays. */
export async function powerOff(host: string): Promise<void> {
  const plug = daemonPid(`host-${host}`);
  const inside = membersOf(host).find(isElsewhere);
  const outside = [...(plug === undefined ? [] : [plug]), ...(inside === undefined ? [] : entrantsOf(inside))].map(
    (pid) => ({ pid, start: startOf(pid) }),
  );
  await until(`the power-off of ${host}`, endDeadlineMs, () => {
    // A process that has exited but has not been reaped counts as gone: not every machine's first process reaps its children.
    const alive = outside.filter(({ pid, start }) => isAlive(pid, start)).map(({ pid }) => pid);
    // The group also has processes that were started since, and those whose parents were killed before them.
    const all = [...alive, ...membersOf(host)];
    for (const pid of all) killHard(pid);
    return all.length === 0 || undefined;
  });
  forgetDaemon(`host-${host}`);
  await runUnjudged`umount -l ${disk(host, 'root')}`;
  await removeGroup(host);
}

/** Shut a host down cleanly, so that its file systems are intact; if that takes too long, switch it off. */
export async function shutDown(host: string): Promise<void> {
  const init = initOf(host);
  if (init !== undefined) {
    await enter(init, ['systemctl', 'poweroff', '--no-block']);
    const gone = () => initOf(host) === undefined || undefined;
    await until(`the shutdown of ${host}`, 15_000, gone).catch(() => {}); // `powerOff` follows
  }
  await powerOff(host);
}

/** Save the disk of a stopped host as its pristine state. */
export async function keepPristine(host: LabHost): Promise<void> {
  const scratch = `${pristine(host.name)}.new`;
  for (const folder of [pristine(host.name), scratch]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  await run`mv ${disk(host.name, 'upper')} ${join(scratch, 'layer')}`;
  await run`cp -a --sparse=always --reflink=auto ${disk(host.name, 'data')} ${join(scratch, 'data')}`;
  writeFileSync(join(scratch, 'id'), setupId(host));
  await run`mv ${scratch} ${pristine(host.name)}`;
}

/** Reset the disk of a stopped host to its pristine state, or to its bare image if it has none. */
export async function restorePristine(host: LabHost): Promise<void> {
  throwAway(disk(host.name));
  if (!isSetUp(host)) rmSync(pristine(host.name), { recursive: true, force: true });
  mkdirSync(disk(host.name), { recursive: true });
  const data = pristine(host.name, 'data');
  if (existsSync(data)) await run`cp -a --sparse=always --reflink=auto ${data} ${disk(host.name, 'data')}`;
  writeFileSync(disk(host.name, 'id'), setupId(host));
}

// Deleting a disk takes seconds if a lot was installed on it, so do it in the background.
function throwAway(folder: string): void {
  if (!existsSync(folder)) return;
  mkdirSync(state('trash'), { recursive: true });
  renameSync(folder, state('trash', `${Date.now()}-${process.pid}`));
  startDaemon('trash', ['rm', '-rf', ...readdirSync(state('trash')).map((name) => state('trash', name))]);
}

/** The images and layers that the running hosts were created from. */
export function imagesInUse(): string {
  const running = readdirSync(state('hosts')).filter((host) => initOf(host) !== undefined);
  return running.map((host) => readIfThere(disk(host, 'id')) ?? '').join(' ');
}

/** Whether a host's disk was created from the current image and content. */
export const isCurrent = (host: LabHost): boolean => readIfThere(disk(host.name, 'id')) === setupId(host);

/** Whether a host has a pristine state created from the current image and content. */
export const isSetUp = (host: LabHost): boolean =>
  !host.setup || readIfThere(pristine(host.name, 'id')) === setupId(host);

const setupId = (host: LabHost) =>
  [host.image, ...(host.containers ?? [])].map(imageId).join(' ') +
  (host.setup ? ` ${contentId(host.name === 'services' ? forgeSeed() : undefined)}` : '');

async function mountRoot(host: LabHost): Promise<void> {
  // A volatile overlay skips every fsync and, after a power cut, cannot be mounted until this is removed.
  rmSync(disk(host.name, 'work', 'work'), { recursive: true, force: true });
  const layer = existsSync(pristine(host.name, 'layer')) ? `${pristine(host.name, 'layer')}:` : '';
  const options = `lowerdir=${layer}${lowerDirs(host.image)},upperdir=${disk(host.name, 'upper')},workdir=${disk(host.name, 'work')},volatile`;
  await run`mount -t overlay overlay -o ${options} ${disk(host.name, 'root')}`;
}

// systemd-nspawn exits with 133 if the host restarts itself: with --keep-unit, it leaves the restart to its caller.
const plugged = `while [ ! -e "$0" ]; do sleep 0.02; done; rm "$0"
while :; do "$@"; code=$?; [ "$code" = 133 ] || exit "$code"; done`;

function nspawn(host: LabHost): readonly string[] {
  const images = (host.containers ?? []).map((name) => `--bind-ro=${imageRoot(name)}:/var/lib/lab-images/${name}`);
  if (host.containers?.includes('container'))
    images.push(`--bind-ro=${templateFile()}:/var/lib/lab-images/container.tar.zst`);
  return [
    // Make the kernel parameters of the host's own network writable, as on a real host.
    ...['env', 'SYSTEMD_NSPAWN_API_VFS_WRITABLE=network'],
    ...['sh', '-c', plugged, state('run', `go-${host.name}`)],
    ...['systemd-nspawn', '-q', '-D', disk(host.name, 'root'), '-M', namespaceOf(host.name), `--hostname=${host.name}`],
    ...['--register=no', '--keep-unit', '--link-journal=no', '--resolv-conf=off', '--timezone=off', '--capability=all'],
    ...[
      '--bind=/dev/fuse',
      '--property=DeviceAllow=/dev/fuse rwm',
      `--network-namespace-path=/run/netns/${namespaceOf(host.name)}`,
    ],
    ...[`--bind=${disk(host.name, 'data')}:/var/lib/lab-data`, ...images, '--boot'],
  ];
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
