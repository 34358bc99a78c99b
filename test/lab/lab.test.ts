import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { imageRoot } from '../../src/lab/images.ts';
import { labExec, labHost, labReset, labUp } from '../../src/lab/index.ts';
import { labTag, stateDir } from '../../src/lab/paths.ts';
import zfsFacts from '../../tasks/zfs_facts.ts';
import { runHere } from '../tasks/harness.ts';
import { outcomeOf } from '../tasks/outcome.ts';
import { isThorough } from '../thorough.ts';
import { inLab, lab, on } from './in-lab.ts';

beforeAll(async () => {
  await labUp();
  // These tests do not expect what an earlier run left behind, above all the DNS records of the document.
  await labReset();
});

describe('the hosts', () => {
  test.for(['services', 'off1', 'off2', 'proxy', 'backend'])(
    '%s responds, and no unit in it has failed',
    async (host) => {
      expect(await on(host, 'systemctl is-system-running --wait')).toBe('running\n');
    },
  );

  test.for(['off1', 'off2', 'backend'])('%s has no Python', async (host) => {
    expect(await on(host, 'ls /usr/bin /usr/local/bin | grep -i python || echo none')).toBe('none\n');
  });

  test('off2 has the images of all flavors, with snapshots', async () => {
    const datasets = await on('off2', 'zfs list -H -o name -t filesystem');
    const snapshots = await on('off2', 'zfs list -H -o name -t snapshot -r zfs-hdd/opf/images');

    expect(datasets.split('\n')).toEqual(
      expect.arrayContaining(['off', 'obf', 'opf', 'opff'].map((name) => `zfs-hdd/${name}/images`)),
    );
    expect(snapshots).toMatch(/@autosnap_\S+_hourly\n.*@autosnap_\S+_hourly\n/);
  });

  test('off1 has all of them except opf, at the newest snapshot', async () => {
    const newest = 'zfs list -H -o name -t snapshot -s creation -r zfs-hdd/off/images | tail -n 1';

    expect(await on('off1', 'ls /zfs-hdd')).toBe('obf\noff\nopff\npve\n');
    expect(await on('off1', newest)).toBe(await on('off2', newest));
  });

  test('zfs_facts tells about datasets', async () => {
    const sh = async (script: string) => {
      const { code, stdout, stderr } = await labExec('off1', script);
      return { code: code ?? 255, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
    };
    const facts = (args: Record<string, unknown>) => runHere(zfsFacts, args, { sh });
    const query = { name: 'zfs-hdd', recurse: true, type: 'filesystem', properties: 'type,mountpoint' };
    expect(await facts(query)).toMatchObject({
      status: 'ok',
      result: {
        name: 'zfs-hdd',
        recurse: true,
        ansible_facts: {
          ansible_zfs_datasets: expect.arrayContaining([
            { name: 'zfs-hdd/off', type: 'filesystem', mountpoint: '/zfs-hdd/off' },
            { name: 'zfs-hdd/off/images', type: 'filesystem', mountpoint: '/zfs-hdd/off/images' },
          ]),
        },
      },
    });
    const exact = await facts({ dataset: 'zfs-hdd', parsable: true, properties: 'used' });
    expect(exact).toMatchObject({
      result: { ansible_facts: { ansible_zfs_datasets: [{ name: 'zfs-hdd', used: expect.stringMatching(/^\d+$/) }] } },
    });
    expect(outcomeOf(await facts({ name: 'nosuch' }))).toEqual(['failed', 'ZFS dataset nosuch does not exist!']);
    expect(outcomeOf(await facts({ name: 'zfs-hdd', type: ['all', 'volume'] }))[1]).toMatch(/mutually exclusive/);
  });

  test('a plain host with any name exists, and accepts ssh logins', async () => {
    const login = await labHost('labtest');

    const options = ['-F', '/dev/null', '-i', login.privateKeyFile, '-o', `UserKnownHostsFile=${login.knownHostsFile}`];
    const who = inLab(['ssh', ...options, `root@${login.address}`, 'id -un; hostname']);

    expect(who).toBe('root\nlabtest\n');
  });
});

describe('the services', () => {
  test.for(['198.51.100.53', '198.51.100.54', '198.51.100.55'])(
    '%s resolves the names of openfoodfacts.org',
    (server) => {
      const script = `const { Resolver } = require('node:dns').promises; const r = new Resolver(); r.setServers(['${server}']);
      r.resolve4('proxy2.openfoodfacts.org').then((found) => console.log(found.join()))`;

      expect(inLab([process.execPath, '-e', script])).toBe('198.51.100.208\n');
    },
  );

  test('the ACME server has a directory, under a name that hosts trust', async () => {
    expect(await on('proxy', 'curl -sS https://acme.lab:14000/dir')).toContain('newOrder');
  });

  test('the forge grants access only with a deploy key', async () => {
    const forge = readFileSync(`${stateDir()}/keys/host-services.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const look = `mkdir -p -m 700 /root/.ssh; echo 'forge.lab ${forge}' >/root/.ssh/known_hosts
      GIT_SSH_COMMAND='ssh -o BatchMode=yes' git ls-remote git@forge.lab:openfoodfacts/openfoodfacts-infrastructure.git 2>&1 || true`;
    await on('services', 'lab-deploy-key clear');

    expect(await on('off1', look)).toContain('Permission denied');
    await on(
      'services',
      'lab-deploy-key add openfoodfacts-infrastructure',
      await on('off1', 'cat /root/.ssh/id_ed25519.pub'),
    );
    expect(await on('off1', look)).toContain('refs/heads/develop');
    await on('services', 'lab-deploy-key clear');
  });

  test('M4: the forge rejects keys for other repositories, and writes with a read-only key', async () => {
    const ask = (service: string, repository: string) =>
      on(
        'off1',
        `printf 0000 | ssh -o BatchMode=yes git@forge.lab "${service} 'openfoodfacts/${repository}.git'" 2>&1 | tr -d '\\0' | grep -a -o -e 'ERROR.*' -e 'refs/heads/.*' | head -n 1`,
      );
    const key = await on('off1', 'cat /root/.ssh/id_ed25519.pub');
    await on('services', 'lab-deploy-key clear; lab-deploy-key add openfoodfacts-infrastructure', key);

    expect(await ask('git-receive-pack', 'openfoodfacts-infrastructure')).toContain('refs/heads/develop');
    expect(await ask('git-upload-pack', 'openfoodfacts-monitoring')).toBe('ERROR: Repository not found.\n');
    expect(await on('services', 'lab-deploy-key add openfoodfacts-monitoring 2>&1 || true', key)).toBe(
      'Key is already in use\n',
    );

    await on('services', 'lab-deploy-key clear; lab-deploy-key add openfoodfacts-infrastructure --read-only', key);
    expect(await ask('git-upload-pack', 'openfoodfacts-infrastructure')).toContain('refs/heads/develop');
    expect(await ask('git-receive-pack', 'openfoodfacts-infrastructure')).toContain('marked as read only');
    await on('services', 'lab-deploy-key clear');
  });

  test('the relay keeps the mail that it receives', async () => {
    const subject = `letter ${Date.now()}`;
    const letter = [
      'HELO lab',
      'MAIL FROM:<root@lab>',
      'RCPT TO:<tech@openfoodfacts.org>',
      'DATA',
      `Subject: ${subject}`,
      '',
      'text',
      '.',
      'QUIT',
    ];
    const script = `const [host, ...lines] = process.argv.slice(1); const s = require('node:net').connect(25, host);
      s.on('data', () => s.write((lines.shift() ?? '') + '\\r\\n')); s.on('close', () => {});`;

    // One line per answer, except that the text of the letter is sent in one piece.
    inLab([
      process.execPath,
      '-e',
      script,
      '10.1.0.102',
      ...letter.slice(0, 4),
      letter.slice(4, 8).join('\r\n'),
      'QUIT',
    ]);

    expect(await on('services', `grep -l '${subject}' /var/lib/lab-mail/* | wc -l`)).toBe('1\n');
  });

  test('the backend has the image that is missing on disk, and the exporters require a password', async () => {
    const image = '/images/products/560/247/784/2456/only-on-backend.jpg';
    const code = (options: string) => on('proxy', `curl -s -o /dev/null -w '%{http_code} %{content_type}' ${options}`);

    expect(await code(`http://10.1.0.113${image}`)).toBe('200 image/jpeg');
    expect(await code('https://free-exporters.openfoodfacts.org/off/nginx/metrics')).toMatch(/^401 /);
  });

  test('the certificate for images has been issued, and a dry run of its renewal works', async () => {
    const dryRun =
      'certbot renew --dry-run --no-random-sleep-on-renew --server https://acme-staging.lab:14000/dir 2>&1';

    expect(await on('proxy', dryRun)).toContain('all simulated renewals succeeded');
  });

  test('apt can install packages, and nothing else reaches the internet', async () => {
    const script = `apt-get install -q -y tree >/dev/null && tree --version; getent hosts example.com || echo no name`;
    const away = `timeout 3 sh -c 'exec 3<>/dev/tcp/192.0.2.2/22' 2>&1; echo >/dev/null`;
    await labHost('labtest');

    expect(await on('labtest', script)).toMatch(/^tree v[\s\S]*no name\n$/);
    expect(
      await on('labtest', `bash -c "${away.replace(/"/g, '\\"')}"; ip route get 192.0.2.2 | head -n 1`),
    ).not.toContain('SSH-2.0');
  });
});

describe('the stand-in for pct', () => {
  const create =
    `pct create 199 local:vztmpl/debian-12-standard_12.2-1_amd64.tar.zst --hostname probe --cores 4 --memory 2048 --swap 0
    --rootfs zfs-hdd:32 --unprivileged 1 --features nesting=1 --onboot 1
    --net0 name=eth0,bridge=vmbr1,ip=10.1.0.199/24,gw=10.0.0.1,hwaddr=BC:24:11:00:00:99`.replace(/\n\s*/g, ' ');
  const started = `timeout 60 sh -c 'until pct exec 199 -- systemctl is-system-running --wait 2>/dev/null; do sleep 0.1; done'`;

  test("creates an unprivileged container with a configuration in Proxmox's format", async () => {
    await on('off1', create);

    expect(await on('off1', 'pct config 199; pct status 199')).toBe(
      `arch: amd64\ncores: 4\nfeatures: nesting=1\nhostname: probe\nmemory: 2048
net0: name=eth0,bridge=vmbr1,gw=10.0.0.1,hwaddr=BC:24:11:00:00:99,ip=10.1.0.199/24,type=veth
onboot: 1\nostype: debian\nrootfs: zfs-hdd:subvol-199-disk-0,size=32G\nswap: 0\nunprivileged: 1\nstatus: stopped\n`,
    );
  });

  test('starts it with its own users, network and systemd', async () => {
    expect(await on('off1', `pct start 199; pct status 199; ${started}`)).toBe('status: running\nrunning\n');
    expect(await on('off1', 'pct exec 199 -- hostname')).toBe('probe\n');
    expect(await on('off1', "pct exec 199 -- awk '{ print $2 }' /proc/self/uid_map")).toBe('100000\n');
    expect(await on('off1', "pct exec 199 -- ip -o -4 addr show eth0 | awk '{ print $4 }'")).toBe('10.1.0.199/24\n');
  });

  test('passes bytes and exit codes through', async () => {
    const echo = `printf 'a\\0b\\377' | pct exec 199 -- sh -c 'cat; exit 7' | od -An -tx1; pct exec 199 -- sh -c 'exit 7' || echo $?`;

    expect(await on('off1', echo)).toBe(' 61 00 62 ff\n7\n');
  });

  test("applies mounts at the next start, and does not start if a mount's source is missing", async () => {
    await on('off1', 'pct set 199 --mp0 /zfs-hdd/off/images,mp=/mnt/off/images');
    expect(await on('off1', 'pct exec 199 -- ls /mnt')).toBe('');

    await on('off1', `pct reboot 199; ${started}`);
    expect(await on('off1', 'pct exec 199 -- ls /mnt/off/images')).toBe('products\n');

    const missing =
      'pct shutdown 199; pct set 199 --mp0 /zfs-hdd/none,mp=/mnt/none; pct start 199 2>&1; echo "code $?"; pct status 199';
    expect(await on('off1', missing)).toMatch(/none does not exist[\s\S]*code 255\nstatus: stopped\n/);
  });

  test('destroys it', async () => {
    expect(await on('off1', 'pct destroy 199; pct list; pct status 199 2>&1; echo $?')).toMatch(
      /^Configuration file .* does not exist\n2\n$/,
    );
  });
});

describe('reset', () => {
  test('M minor: leaves no firewall rule behind', async () => {
    await on('off1', 'nft add table inet kept');
    await labReset('off1');

    expect(await on('off1', 'nft list ruleset')).toBe('');
  });

  test("restores a host's initial state", async () => {
    await on(
      'off1',
      'echo spoilt >/etc/sanoid/syncoid-args.conf; zfs destroy -r zfs-hdd/obf; touch /root/mine; rm /usr/bin/less',
    );

    await labReset('off1');

    expect(await on('off1', 'cat /etc/sanoid/syncoid-args.conf')).toContain('zfs-hddd/opf');
    expect(await on('off1', 'ls /root /zfs-hdd; test -x /usr/bin/less && echo less')).toBe(
      '/root:\n\n/zfs-hdd:\nobf\noff\nopff\npve\nless\n',
    );
  });
});

describe("a program in the lab's network", () => {
  test('resets hosts with mounts that are visible outside', async () => {
    await on('labtest', 'touch /root/mine');

    await lab(['exec', process.execPath, ...lab.command, 'reset', 'labtest']);

    expect(await on('labtest', 'ls /root; stat -c %a /root')).toBe('700\n');
    expect(await lab(['ssh', 'labtest', 'hostname'])).toBe('labtest\n');
  });
});

describe('a separate lab', () => {
  const folder = '/var/tmp/retrace-lab-test';
  const tag = labTag(folder);
  const own = (...argv: string[]) => lab(argv, { RETRACE_LAB_DIR: folder });

  /** Everything of that lab that exists on this machine. */
  function remains(): readonly string[] {
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(folder));
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
          return text.includes(folder) ? [text] : [];
        } catch {
          return []; // already gone
        }
      });
    const groups = execFileSync('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', `retrace-lab${tag}`], {
      encoding: 'utf8',
    });
    const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
    return [
      ...mounts,
      ...processes,
      ...names.filter((name) => name.startsWith(`rt${tag}-`) || name === `rtlab${tag}`),
      ...groups.split('\n').filter(Boolean),
    ];
  }

  async function prepare(): Promise<void> {
    // A run killed in the middle of these tests leaves its hosts mounted.
    await own('down');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(`${folder}/images`, { recursive: true });
    // Link the images of the other lab, because rebuilding them would show nothing here.
    execFileSync('cp', ['-al', imageRoot('base'), imageRoot('services'), `${folder}/images`]);
  }

  test('leaves only its disks when it is stopped', async () => {
    await prepare();
    await own('up', 'debian1');
    expect(remains()).not.toEqual([]);
    const before = await own('status');

    await own('down');

    expect(before).toContain('debian1    running');
    expect(remains()).toEqual([]);
    expect(await own('status')).toContain('debian1    stopped');
  });

  test('also leaves nothing of a host whose systemd-nspawn was killed', async () => {
    await prepare();
    await own('up', 'debian1');
    const [plug] = readFileSync(`${folder}/run/host-debian1.pid`, 'utf8').split(' ');
    execFileSync('pkill', ['-KILL', '-P', `${plug}`]);
    execFileSync('sh', ['-c', `kill -KILL ${plug} 2>/dev/null || :`]);

    await own('down');

    expect(remains()).toEqual([]);
  });

  test.for(isThorough ? [200, 900, 2000, 3500] : [900, 3500])(
    'also leaves nothing when up was killed after %i ms, and can be started again',
    async (ms) => {
      await prepare();
      const up = spawn(process.execPath, [...lab.command, 'up', 'services'], {
        env: { ...process.env, RETRACE_LAB_DIR: folder },
        stdio: 'ignore',
      });
      await sleep(ms);
      up.kill('SIGKILL');

      await own('down');
      expect(remains()).toEqual([]);

      await own('up', 'services');
      expect(await own('ssh', 'services', 'lab-dns show')).toContain('images A 198.51.100.208');
      await own('down');
      expect(remains()).toEqual([]);
      rmSync(folder, { recursive: true, force: true });
    },
  );
});
