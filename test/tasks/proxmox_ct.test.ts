import { describe, expect, test } from 'vitest';
import { type Container, type Live, pct } from '../../src/core/questions/storage/pct.ts';
import proxmoxCt from '../../tasks/proxmox_ct.ts';
import { lacks, sameLine } from '../../tasks/shared/storage/ct-config.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const net0 = 'name=eth0,bridge=vmbr1,hwaddr=BC:24:11:00:00:01,ip=10.1.0.100/24,type=veth';
const config = {
  arch: 'amd64',
  cores: '4',
  features: 'nesting=1',
  hostname: 'proxy',
  memory: '2048',
  net0,
  onboot: '1',
  rootfs: 'zfs-hdd:subvol-100-disk-0,size=32G',
  swap: '512',
  unprivileged: '1',
};
const live: Live = {
  mounts: ['/', '/proc'],
  addresses: { lo: ['127.0.0.1/8'], eth0: ['10.1.0.100/24'] },
  gateways: [],
  others: [],
};
const running: Container = { config, running: true, live };
const args = {
  vmid: 100,
  state: 'started',
  ostemplate: 'local:vztmpl/debian-12.tar.zst',
  hostname: 'proxy',
  cores: 4,
  memory: 2048,
  rootfs: 'zfs-hdd:32',
  unprivileged: true,
  features: ['nesting=1'],
  onboot: true,
  netif: { net0: 'name=eth0,ip=10.1.0.100/24,bridge=vmbr1' },
};

describe('proxmox_ct', () => {
  test('a container without differences needs no change', () => {
    expect(changesOn(proxmoxCt, { container: running }, args)).toEqual([]);
  });

  test('creates from the template and starts', () => {
    expect(commandsOn(proxmoxCt, { container: undefined }, args).slice(0, 2)).toEqual([
      "pct create 100 local:vztmpl/debian-12.tar.zst --hostname proxy --cores 4 --memory 2048 --rootfs zfs-hdd:32 --unprivileged 1 --features 'nesting=1' --onboot 1 --net0 'name=eth0,ip=10.1.0.100/24,bridge=vmbr1' ",
      'pct start 100',
    ]);
  });

  test('cannot create without a template', () => {
    expect(planOn(proxmoxCt, { container: undefined }, { vmid: 100 })).toEqual({
      failed: 'there is no container 100, and no `ostemplate` to create it from',
    });
  });

  test.for([
    // what is wanted besides      what changes                                                     restarted
    [{ memory: 4096 }, 'memory of container 100: 2048 → 4096', false],
    [{ onboot: false }, 'onboot of container 100: 1 → 0', false],
    [{ features: ['nesting=1', 'keyctl=1'] }, 'features of container 100: nesting=1 → nesting=1,keyctl=1', true],
    [{ mounts: { mp0: '/zfs/off,mp=/mnt/off' } }, 'mp0 of container 100: absent → /zfs/off,mp=/mnt/off', true],
    [
      { netif: { net0: 'name=eth0,bridge=vmbr2,ip=10.1.0.100/24' } },
      `net0 of container 100: ${net0} → name=eth0,bridge=vmbr2,ip=10.1.0.100/24,hwaddr=BC:24:11:00:00:01,type=veth`,
      true,
    ],
  ] as const)('%j: %s, restarted: %s', ([more, change, restarted]) => {
    const changes = changesOn(proxmoxCt, { container: running }, { ...args, ...more });

    expect(changes[0]).toBe(change);
    expect(changes.slice(1)).toEqual(
      restarted ? ['container 100: running with the old configuration → restarted'] : [],
    );
  });

  test('a changed network card keeps its hardware address', () => {
    expect(
      commandsOn(
        proxmoxCt,
        { container: running },
        { ...args, netif: { net0: 'name=eth0,bridge=vmbr1,ip=10.1.0.101/24' } },
      )[0],
    ).toBe("pct set 100 --net0 'name=eth0,bridge=vmbr1,ip=10.1.0.101/24,hwaddr=BC:24:11:00:00:01,type=veth'");
  });

  test('settings that are not named stay, unless `exact` is set', () => {
    const container = {
      ...running,
      config: { ...config, mp0: '/a,mp=/a', mp1: '/b,mp=/b', net1: 'name=eth1,bridge=vmbr0' },
      live: { ...live, mounts: ['/a', '/b'] },
    };
    const given = { ...args, mounts: { mp0: '/a,mp=/a' } };

    expect(changesOn(proxmoxCt, { container }, given)).toEqual([]);
    expect(changesOn(proxmoxCt, { container }, { ...given, netif: undefined, exact: true }).slice(0, -1)).toEqual([
      'mp1 of container 100: /b,mp=/b → absent',
    ]);
  });

  test('a container that was started before its configuration was changed is restarted', () => {
    const container = { ...running, config: { ...config, mp0: '/zfs/off,mp=/mnt/off' } };

    expect(changesOn(proxmoxCt, { container }, args)).toEqual(['container 100: running without /mnt/off → restarted']);
  });

  test('a stopped container is started, not restarted', () => {
    expect(
      changesOn(proxmoxCt, { container: { config, running: false } }, { ...args, features: ['nesting=0'] }),
    ).toEqual(['features of container 100: nesting=1 → nesting=0', 'container 100: stopped → started']);
  });

  test.for([
    [{ unprivileged: false }, 'container 100 is unprivileged, and that cannot be changed'],
    [{ rootfs: 'zfs-hdd:16' }, 'the disk of container 100 is 32 GiB in size, and cannot be shrunk to 16'],
    [{ rootfs: 'local:32' }, 'the disk of container 100 is on zfs-hdd, and cannot be moved to local'],
  ])('%j fails: %s', ([more, failed]) => {
    expect(planOn(proxmoxCt, { container: running }, { ...args, ...(more as object) })).toEqual({ failed });
  });

  test('foresees an answer that leaves nothing to do', () => {
    const given = { ...args, memory: 4096, mounts: { mp0: '/zfs/off,mp=/mnt/off' } };
    for (const container of [undefined, running, { config, running: false }]) {
      const plan = planOn(proxmoxCt, { container }, given);
      const predicted =
        'changes' in plan
          ? plan.changes
              .flatMap((change) => change.effects ?? [])
              .flatMap((effect) => ('predicts' in effect ? [effect.answer] : []))
          : [];
      expect(predicted.length).toBeGreaterThan(0);
      expect(planOn(proxmoxCt, { container: predicted.at(-1) }, given)).toEqual({ changes: [] });
    }
  });

  test.for([
    ['net0', 'ip=1.2.3.4/8,name=eth0,type=veth', 'name=eth0,ip=1.2.3.4/8', true],
    ['net0', 'ip=1.2.3.4/8,name=eth0,gw=1.0.0.1', 'name=eth0,ip=1.2.3.4/8', false],
    ['mp0', '/a,mp=/a', '/b,mp=/a', false],
    ['onboot', undefined, '0', true],
    ['rootfs', 'zfs-hdd:subvol-100-disk-0,size=1T', 'zfs-hdd:1024', true],
  ] as const)('%s %s is %s: %s', ([key, now, wanted, same]) => {
    expect(sameLine(key, now, wanted)).toBe(same);
  });

  test('reports what a running container lacks', () => {
    const has = {
      mounts: ['/mnt/a', '/mnt/c'],
      addresses: { eth0: ['10.1.0.100/24'] },
      gateways: ['10.0.0.1', '192.0.2.1'],
      others: ['/mnt/c'],
    };
    const lines = {
      net0: 'name=eth0,ip=10.1.0.100/24',
      net1: 'name=eth1,ip=192.0.2.2/24,gw=192.0.2.1',
      mp0: '/a,mp=/mnt/a',
      mp1: '/b,mp=/mnt/b',
      mp2: '/c,mp=/mnt/c',
    };

    expect(lacks(has, lines)).toEqual([
      'without /mnt/b',
      "with a /mnt/c that differs from the node's",
      'without 192.0.2.2/24 on eth1',
    ]);
  });

  describe('M10: restarts only if necessary', () => {
    const net1 = 'name=eth1,bridge=vmbr0,ip=192.0.2.2/24';
    const has: Live = {
      ...live,
      mounts: ['/mnt/a'],
      addresses: { ...live.addresses, eth1: ['192.0.2.2/24'] },
      gateways: ['192.0.2.1'],
    };
    const lines = { ...config, mp0: '/a,mp=/mnt/a', net1: `${net1},gw=192.0.2.1` };
    const netif = { net0: args.netif.net0, net1: `${net1},gw=192.0.2.1` };

    test('a mount line that the running container does not use is just removed', () => {
      const container = { config: { ...lines, mp4: '/x,mp=/mnt/x' }, running: true, live: has };

      expect(
        changesOn(
          proxmoxCt,
          { container },
          { ...args, mounts: { mp0: '/a,mp=/mnt/a' }, netif: undefined, exact: true },
        ),
      ).toEqual(['mp4 of container 100: /x,mp=/mnt/x → absent']);
    });

    test('a gateway missing only in the configuration is restored, unless the task does not name the card', () => {
      const container = { config: { ...lines, net1 }, running: true, live: has };

      expect(changesOn(proxmoxCt, { container }, args)).toEqual([]);
      expect(changesOn(proxmoxCt, { container }, { ...args, netif, exact: true })).toEqual([
        `net1 of container 100: ${net1} → ${net1},gw=192.0.2.1`,
      ]);
    });

    test('an additional default route is removed while the container runs', () => {
      const container = { config: lines, running: true, live: { ...has, gateways: ['192.0.2.1', '10.0.0.9'] } };
      const given = { vmid: 100, state: 'started', netif, exact: true };

      expect(changesOn(proxmoxCt, { container }, given)).toEqual([
        'default route in container 100: via 10.0.0.9 → absent',
      ]);
      expect(commandsOn(proxmoxCt, { container }, given)).toEqual([
        'pct exec 100 -- ip -4 route del default via 10.0.0.9',
      ]);
    });

    test('M9: a mount of a directory that the node has replaced counts as another mount', () => {
      const container = { config: lines, running: true, live: { ...has, others: ['/mnt/a'] } };

      expect(changesOn(proxmoxCt, { container }, args)).toEqual([
        "container 100: running with a /mnt/a that differs from the node's → restarted",
      ]);
    });
  });

  test('reads the lines above snapshots, and the state of the running container', () => {
    const said = [
      'hostname: proxy\nnet0: name=eth0,bridge=vmbr1\n\n[snap]\nhostname: old\n',
      'status: running',
      '25 1 0:22 / / rw - ext4 x rw\n26 25 0:23 / /mnt/a\\040b rw - zfs x rw\n',
      '1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.1.0.100/24 brd 10.1.0.255 scope global eth0\n2: eth0    inet6 fe80::1/64 scope link\n',
      'default via 10.0.0.1 dev eth0 onlink \n',
      '65:2 /mnt/a b\n70:1 /mnt/c\n',
      '65:2 /mnt/a b\n66:9 /mnt/c\n',
    ].join('\0');

    expect(pct(100).kind.read([{ code: 0, stdout: Buffer.from(said), stderr: Buffer.of() }], ['100'])[0]).toEqual({
      ok: true,
      value: {
        config: { hostname: 'proxy', net0: 'name=eth0,bridge=vmbr1' },
        running: true,
        live: {
          mounts: ['/', '/mnt/a b'],
          addresses: { lo: ['127.0.0.1/8'], eth0: ['10.1.0.100/24', 'fe80::1/64'] },
          gateways: ['10.0.0.1'],
          others: ['/mnt/c'],
        },
      },
    });
  });
});
