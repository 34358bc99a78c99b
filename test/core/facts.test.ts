import { hostname, networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { readFacts } from '../../src/core/facts/read-facts.ts';
import { facts } from '../../src/core/questions/facts.ts';
import { ask, runScript } from '../tasks/local-host.ts';

const printed = (parts: Record<string, string>): string =>
  Object.entries(parts)
    .map(([name, text]) => `\x1e${name}\n${text}\n`)
    .join('');

describe('facts of this machine', () => {
  test('agree with other system tools', async () => {
    const told = await ask(facts());
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);

    expect(told).toMatchObject({
      ansible_nodename: hostname(),
      ansible_system: 'Linux',
      ansible_user_uid: process.getuid?.(),
      ansible_pkg_mgr: 'apt',
    });
    expect(told['ansible_all_ipv4_addresses']).toEqual(
      addresses.filter((one) => one.family === 'IPv4' && !one.internal).map((one) => one.address),
    );
    expect(told['ansible_env']).toMatchObject({ PATH: process.env['PATH'] });
    expect(Math.abs(Number((told['ansible_date_time'] as { epoch: string }).epoch) - Date.now() / 1000)).toBeLessThan(
      10,
    );
  });

  test('are the same without `ip`', async () => {
    const [part] = facts().kind.scripts([{}]);
    const network = async (script: string) => {
      const told = readFacts((await runScript(script)).stdout.toString());
      const {
        ansible_default_ipv4: four,
        ansible_all_ipv4_addresses: all,
        ansible_all_ipv6_addresses: six,
        ansible_lo: lo,
      } = told;
      return {
        four,
        all: [...(all as string[])].sort(),
        six: [...(six as string[])].sort(),
        lo: { ...(lo as object), ipv4: { ...(lo as { ipv4: object }).ipv4, broadcast: '' } },
      };
    };

    expect(await network(part!.script.replace('if command -v ip', 'if false'))).toEqual(await network(part!.script));
  });
});

describe('facts', () => {
  test.for([
    [
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm',
      '12.11',
      {
        ansible_distribution: 'Debian',
        ansible_distribution_version: '12.11',
        ansible_distribution_major_version: '12',
        ansible_distribution_release: 'bookworm',
        ansible_os_family: 'Debian',
      },
    ],
    [
      'ID=debian\nVERSION_CODENAME=trixie',
      'trixie/sid',
      { ansible_distribution: 'Debian', ansible_distribution_version: '', ansible_distribution_release: 'trixie' },
    ],
    [
      'ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy',
      'bookworm/sid',
      {
        ansible_distribution: 'Ubuntu',
        ansible_distribution_version: '22.04',
        ansible_distribution_major_version: '22',
        ansible_os_family: 'Debian',
      },
    ],
    [
      'NAME="Rocky Linux"\nID="rocky"\nVERSION="9.3 (Blue Onyx)"\nVERSION_ID="9.3"',
      '',
      { ansible_distribution: 'Rocky', ansible_distribution_release: 'Blue Onyx', ansible_os_family: 'RedHat' },
    ],
    [
      'ID=alpine\nVERSION_ID=3.19.1',
      '',
      { ansible_distribution: 'Alpine', ansible_distribution_version: '3.19.1', ansible_os_family: 'Alpine' },
    ],
  ] as const)('recognize the distribution of %j', ([release, debian, expected]) => {
    expect(readFacts(printed({ 'os-release': release, debian_version: debian }))).toMatchObject(expected);
  });

  test.for([
    ['1.example.org', '', { ansible_hostname: '1', ansible_fqdn: '1.example.org', ansible_domain: 'example.org' }],
    [
      'off1',
      '10.0.0.1 off1.example.org off1',
      { ansible_hostname: 'off1', ansible_fqdn: 'off1.example.org', ansible_domain: 'example.org' },
    ],
    ['off1', '', { ansible_hostname: 'off1', ansible_fqdn: 'off1', ansible_domain: '' }],
  ] as const)('contain the names of %s (%s)', ([name, names, expected]) => {
    expect(readFacts(printed({ hostname: name, names }))).toMatchObject(expected);
  });

  test('contain addresses, including secondary ones, and the default route', () => {
    const told = readFacts(
      printed({
        interfaces:
          'eth0.5|02:00:00:00:00:01|1500|1|0x1003|up|1000||\nvmbr0|02:00:00:00:00:02|1400|1|0x1103|down||bridge|tap1 tap2',
        addresses:
          '2: eth0.5    inet 10.1.2.3/20 brd 10.1.15.255 scope global eth0.5\\       valid_lft forever\n2: eth0.5    inet 10.9.9.9/32 scope global eth0:1\\ valid\n2: eth0.5    inet6 fe80::1/64 scope link \\ valid',
        route4: '8.8.8.8 via 10.1.0.1 dev eth0.5 src 10.1.2.3 uid 0',
        route6: '',
      }),
    );

    expect(told).toMatchObject({
      ansible_interfaces: ['eth0.5', 'vmbr0'],
      ansible_eth0_5: {
        device: 'eth0.5',
        active: true,
        promisc: false,
        ipv4: {
          address: '10.1.2.3',
          netmask: '255.255.240.0',
          network: '10.1.0.0',
          prefix: '20',
          broadcast: '10.1.15.255',
        },
        ipv4_secondaries: [{ address: '10.9.9.9', netmask: '255.255.255.255' }],
        ipv6: [{ address: 'fe80::1', prefix: '64', scope: 'link' }],
      },
      ansible_vmbr0: { active: false, promisc: true, type: 'bridge', interfaces: ['tap1', 'tap2'] },
      ansible_default_ipv4: {
        address: '10.1.2.3',
        gateway: '10.1.0.1',
        interface: 'eth0.5',
        alias: 'eth0.5',
        mtu: 1500,
      },
      ansible_default_ipv6: {},
      ansible_all_ipv4_addresses: ['10.1.2.3', '10.9.9.9'],
    });
  });

  test.for([
    [{ 'init-environment': 'PATH=/bin\0container=lxc\0' }, 'lxc', 'guest'],
    [{ 'init-environment': 'container=systemd-nspawn' }, 'container', 'guest'],
    [{ there: '/.dockerenv' }, 'docker', 'guest'],
    [{ dmi: 'sys_vendor:QEMU\nproduct_name:Standard PC' }, 'kvm', 'guest'],
    [{ dmi: 'sys_vendor:VMware, Inc.' }, 'VMware', 'guest'],
    [{ dmi: 'sys_vendor:Dell Inc.', there: '/dev/kvm' }, 'kvm', 'host'],
    [{ dmi: 'sys_vendor:Dell Inc.' }, 'NA', 'NA'],
  ] as const)('with %j show virtualization %s, %s', ([parts, type, role]) => {
    expect(readFacts(printed(parts as Record<string, string>))).toMatchObject({
      ansible_virtualization_type: type,
      ansible_virtualization_role: role,
    });
  });

  test('include local facts in JSON and INI', () => {
    expect(
      readFacts(
        printed({
          'local a.fact': '{"x": [1]}',
          'local b.fact': '# c\n[main]\nKey = v=1\n',
          'local-folder': '/facts\n',
          'local c.fact': 'nonsense',
          'local d.fact': 'said',
          'local-failed d.fact': 'rc: 3, err: why',
          'local-missing e.fact': '',
        }),
      ).ansible_local,
    ).toMatchObject({
      a: { x: [1] },
      b: { main: { key: 'v=1' } },
      c: 'error loading facts as JSON or ini - please check content: /facts/c.fact',
      d: 'Failure executing fact script (/facts/d.fact), rc: 3, err: why\n',
      e: "Could not stat fact (/facts/e.fact): [Errno 2] No such file or directory: '/facts/e.fact'",
    });
  });

  test('include mounts with spaces in their paths', () => {
    expect(
      readFacts(
        printed({ mounts: '/dev/sda1 /a\\040b ext4 rw 0 0\nproc /proc proc rw 0 0', space: '4096 100 40 10 4 /a b' }),
      ).ansible_mounts,
    ).toMatchObject([{ mount: '/a b', size_total: 409600, size_available: 163840, inode_used: 6 }]);
  });

  test('include disks with their partitions, links and holders, and what storage networks know the host by', () => {
    const told = readFacts(
      printed({
        devices: '../devices/pci0000:00/0000:00:1f.2/ata1/block/sda\n../devices/virtual/block/dm-0',
        'device-files': [
          'sda/device/model:DISK 1   ',
          'sda/size:2048',
          'sda/removable:0',
          'sda/queue/rotational:1',
          'sda/queue/scheduler:none [mq-deadline]',
          'sda/queue/logical_block_size:4096',
          'sda/queue/discard_granularity:4096',
          'sda/queue/discard_max_hw_bytes:0',
          'sda/sda1/start:256',
          'sda/sda1/size:1024',
          'sda/sda1/holders/dm-0/dm/name:vg-root',
          'dm-0/size:8',
        ].join('\n'),
        links:
          '/dev/disk/by-id/wwn-0x5 ../../sda\n/dev/disk/by-uuid/abc ../../sda1\n/dev/disk/by-label/boot ../../sda1',
        slaves: 'dm-0/slaves/sda1',
        pci: '0000:00:1f.2 SATA controller: Some',
        dmi: 'chassis_type:23',
        iscsi: '# a comment\nInitiatorName=iqn.1993-08.org.debian:01:x',
        'fibre-channel': '0x21000014ff52a9bb',
        systemd: 'systemd 252 (252.1-1)\n+PAM -SELINUX',
      }),
    );
    expect(told).toMatchObject({
      ansible_devices: {
        sda: {
          vendor: null,
          model: 'DISK 1',
          sectors: 256,
          sectorsize: '4096',
          size: '1.00 MB',
          scheduler_mode: 'mq-deadline',
          support_discard: '0',
          wwn: '0x5',
          host: 'SATA controller: Some',
          holders: [],
          partitions: {
            sda1: {
              start: '256',
              sectors: 1024,
              size: '512.00 KB',
              uuid: 'abc',
              holders: ['vg-root'],
              links: { ids: [], uuids: ['abc'], labels: ['boot'], masters: ['dm-0'] },
            },
          },
        },
        'dm-0': { partitions: {}, size: '4.00 KB', host: '' },
      },
      ansible_device_links: { ids: { sda: ['wwn-0x5'] }, masters: { sda1: ['dm-0'] } },
      ansible_form_factor: 'Rack Mount Chassis',
      ansible_iscsi_iqn: 'iqn.1993-08.org.debian:01:x',
      ansible_hostnqn: '',
      ansible_fibre_channel_wwn: ['21000014ff52a9bb'],
      ansible_systemd: { version: 252, features: '+PAM -SELINUX' },
    });
  });
});
