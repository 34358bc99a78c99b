import { mkdirSync } from 'node:fs';
import { containers } from './containers.ts';
import { labExec } from './exec.ts';
import {
  boot,
  imagesInUse,
  initOf,
  isCurrent,
  isSetUp,
  keepPristine,
  powerOff,
  restorePristine,
  shutDown,
} from './host.ts';
import { documentHosts, hostNamed, knownAs, type LabHost } from './hosts.ts';
import { ensureImage, removeOldImages } from './images.ts';
import { certificates, hostKey, keyPair, writeKnownHosts } from './keys.ts';
import { raiseLimits } from './limits.ts';
import { withLock } from './lock.ts';
import { obstacle, prepareMachine } from './machine.ts';
import { state } from './paths.ts';
import { type Progress, silent } from './progress.ts';
import { setUp } from './set-up.ts';
import { settleAll, slotsOf } from './slots.ts';
import { startSwitch, unplug } from './switch.ts';

/** How many hosts boot at the same time: more would only take turns on two cores. */
const bootsAtOnce = 2;
const buildsAtOnce = 3;

/**
 * Make sure lab hosts are running: those in the install document, unless others are named. Running hosts are left
 * alone.
 */
export async function labUp(names: readonly string[] = documentHosts, progress: Progress = silent): Promise<void> {
  const why = obstacle();
  if (why) throw new Error(why);
  const hosts = withNeeds(names.map(hostNamed));
  if (hosts.every(isUp)) return;
  await withLock(progress, async () => {
    await prepareMachine(progress);
    for (const folder of ['run', 'images', 'hosts', 'pristine'])
      mkdirSync(state(folder), { recursive: true, mode: 0o755 });
    raiseLimits();
    await startSwitch();
    await prepareKeys(hosts);
    const builds = slotsOf(buildsAtOnce);
    await settleAll(imagesOf(hosts).map((name) => builds(() => ensureImage(name, progress))));
    removeOldImages(imagesInUse());
    const started = new Map<string, Promise<void>>();
    const slots = slotsOf(bootsAtOnce);
    const start = (host: LabHost): Promise<void> => {
      const known = started.get(host.name);
      if (known) return known;
      const work = Promise.all((host.needs ?? []).map((name) => start(hostNamed(name)))).then(() =>
        slots(() => bring(host, progress)),
      );
      started.set(host.name, work);
      return work;
    };
    await settleAll(hosts.map(start));
  });
}

/** Reset a lab host, or all those in the install document, to its pristine state, and leave it running. */
export async function labReset(name?: string, progress: Progress = silent): Promise<void> {
  const why = obstacle();
  if (why) throw new Error(why);
  const hosts = (name ? [name] : documentHosts).map(hostNamed);
  await withLock(progress, async () => {
    for (const host of hosts) {
      await powerOff(host.name);
      await unplug(host.name);
      await restorePristine(host);
    }
  });
  await labUp(
    hosts.map((host) => host.name),
    progress,
  );
}

// A host that was never set up boots twice: its first state is saved in between, so that no reset has to set it up again.
async function bring(host: LabHost, progress: Progress): Promise<void> {
  if (isUp(host)) return;
  await powerOff(host.name); // a setup that was killed leaves a running host in an undefined state
  if (!isCurrent(host)) await restorePristine(host);
  if (!isSetUp(host)) {
    await progress.step(`setting up ${host.name}`, () => firstSetUp(host));
  }
  await progress.step(`booting ${host.name}`, () => boot(host));
  if (host.name === 'services') await forgetAcmeAccounts();
}

async function firstSetUp(host: LabHost): Promise<void> {
  await restorePristine(host);
  try {
    await boot(host);
    await setUp(host);
    await shutDown(host.name);
    await keepPristine(host);
  } finally {
    await powerOff(host.name);
  }
  await restorePristine(host);
}

async function forgetAcmeAccounts(): Promise<void> {
  for (const node of new Set(containers.map((container) => container.node))) {
    if (initOf(node) !== undefined) await labExec(node, '/usr/lib/lab/forget-acme-accounts / /zfs-hdd/pve/*');
  }
}

const isUp = (host: LabHost) => initOf(host.name) !== undefined && isSetUp(host);

async function prepareKeys(hosts: readonly LabHost[]): Promise<void> {
  await keyPair('operator', 'operator@retrace-lab');
  await certificates();
  for (const host of hosts) await hostKey(host.name, knownAs(host));
  for (const { name, addresses } of containers) await hostKey(name, addresses);
  writeKnownHosts();
}

const imagesOf = (hosts: readonly LabHost[]) => [
  ...new Set(hosts.flatMap(({ image, containers = [] }) => [image, ...containers])),
];

// Sort so that the hosts needed by others come first.
function withNeeds(hosts: readonly LabHost[]): readonly LabHost[] {
  const byName = new Map<string, LabHost>();
  const add = (host: LabHost) => {
    for (const name of host.needs ?? []) add(hostNamed(name));
    byName.set(host.name, host);
  };
  for (const host of hosts) add(host);
  return [...byName.values()];
}
