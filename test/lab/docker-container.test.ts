import { beforeAll, describe, expect, test } from 'vitest';
import dockerContainer from '../../tasks/docker_container.ts';
import dockerNetwork from '../../tasks/docker_network.ts';
import { isThorough } from '../thorough.ts';
import { checkAll, run, said, sh, threeRuns, up } from './container-host.ts';
import { changing } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

beforeAll(up);

const kill = { force_kill: true };

describe('docker_container', () => {
  test('a container with every kind of option is created once, as it was described', async () => {
    await sh(
      `docker network create one; docker network create --subnet 10.79.0.0/24 two; mkdir -p /srv/www; echo "FROM_FILE=a b" >/srv/env`,
    );
    const args = {
      name: 'web',
      image: 'box:1',
      entrypoint: ['httpd', '-f'],
      command: '-p 80 -h "/srv/my www"',
      env: { A: `it's "odd" $x`, B: 'two\nlines', N: 5, DB_PASSWORD: 'hunter2' },
      env_file: '/srv/env',
      labels: { 'org.example/kind': 'a=b,c' },
      published_ports: ['8081:80', '127.0.0.1:8082-8083:81-82/udp', '9000'],
      exposed_ports: ['7000-7001', '7002/udp'],
      volumes: ['/srv/www:/srv/my www:ro', 'data:/data', '/anonymous'],
      mounts: [
        { target: '/m1', source: '/srv', type: 'bind', read_only: true },
        { target: '/m2', type: 'tmpfs', tmpfs_size: '1M', tmpfs_mode: '1770' },
        { target: '/m3', source: 'named', labels: { a: 'b' } },
      ],
      tmpfs: ['/run:size=64k', '/t2'],
      restart_policy: 'on-failure',
      restart_retries: 3,
      networks: [
        { name: 'one', aliases: ['www'] },
        { name: 'two', ipv4_address: '10.79.0.7' },
      ],
      capabilities: ['NET_ADMIN'],
      cap_drop: ['cap_chown'],
      devices: ['/dev/null:/dev/zilch'],
      dns_servers: ['10.0.0.1'],
      dns_search_domains: ['example.org'],
      dns_opts: ['ndots:1'],
      etc_hosts: { other: '10.0.0.9' },
      groups: ['7'],
      healthcheck: {
        test: ['CMD', 'test', '-e', '/srv/my www'],
        interval: '1m30s',
        timeout: '5s',
        retries: 2,
        start_period: '0s',
      },
      hostname: 'www',
      init: true,
      interactive: true,
      tty: true,
      ipc_mode: 'private',
      log_driver: 'json-file',
      log_options: { 'max-size': '1m' },
      mac_address: '02:42:0A:00:00:01',
      oom_score_adj: 100,
      pid_mode: 'host',
      read_only: true,
      security_opts: ['no-new-privileges'],
      shm_size: '1M',
      stop_signal: 'SIGINT',
      stop_timeout: 2,
      ulimits: ['nofile:100:200'],
      user: '0:0',
      working_dir: '/tmp',
      privileged: false,
      comparisons: {
        published_ports: 'strict',
        networks: 'strict',
        env: 'strict',
        labels: 'strict',
        volumes: 'allow_more_present',
        exposed_ports: 'strict',
      },
    };
    expect(await threeRuns(dockerContainer, args)).toEqual(changing('container web: absent → created, started'));
    expect(
      await said('docker exec web printenv A B N DB_PASSWORD FROM_FILE FROM_IMAGE || docker exec web env'),
    ).toContain(`A=it's "odd" $x`);
    expect(await said(`docker inspect web --format '{{.Config.Env}}'`)).toContain(
      'B=two\nlines N=5 DB_PASSWORD=hunter2 FROM_FILE=a b'.split(' N=')[0],
    );
    expect(
      await said(
        'ls /proc/*/cmdline >/dev/null; docker inspect web --format "{{json .Config.Entrypoint}} {{json .Config.Cmd}}"',
      ),
    ).toBe('["httpd"] ["-f","-p","80","-h","/srv/my www"]');
    const differing = {
      ...args,
      env: { ...args.env, DB_PASSWORD: 'hunter3', A: 'b' },
      published_ports: ['8081:80'],
      shm_size: '2M',
    };
    expect(await threeRuns(dockerContainer, { ...differing, ...kill })).toEqual(
      changing(
        `env A of container web: it's "odd" $x → b`,
        'env DB_PASSWORD of container web: (hidden) → (hidden)',
        'exposed_ports of container web: 7000/tcp 7001/tcp 7002/udp 80/tcp 81/udp 82/udp 9000/tcp → 7000/tcp 7001/tcp 7002/udp 80/tcp',
        'published_ports of container web: 0.0.0.0:8081:80/tcp 127.0.0.1:8082:81/udp 127.0.0.1:8083:82/udp 0.0.0.0::9000/tcp → 0.0.0.0:8081:80/tcp',
        'shm_size of container web: 1048576 → 2097152',
        'container web: present → created again, started',
      ),
    );
    expect(await threeRuns(dockerContainer, { name: 'web', state: 'absent', keep_volumes: false, ...kill })).toEqual(
      changing('container web: running → absent'),
    );
  });

  test.runIf(isThorough)('options with which a container cannot run where the tests run', async () => {
    const args = {
      name: 'odd',
      image: 'box:1',
      state: 'present',
      domainname: 'example.org',
      sysctls: { 'net.ipv4.ip_forward': 1 },
      privileged: true,
      userns_mode: 'host',
      uts: 'host',
      publish_all_ports: true,
      volumes_from: ['other'],
      network_mode: 'container:other',
      auto_remove: true,
      cgroupns_mode: 'host',
      device_cgroup_rules: ['c 42:* rwm'],
      runtime: 'runc',
      storage_opts: undefined,
      volume_driver: 'local',
    };
    await sh('docker create --name other -v /x box:1');
    const { uts, network_mode, ...alone } = args;
    expect(await threeRuns(dockerContainer, alone)).toEqual(changing('container odd: absent → created'));
    expect(
      (
        await threeRuns(dockerContainer, {
          name: 'odd2',
          image: 'box:1',
          state: 'present',
          network_mode,
          ipc_mode: network_mode,
        })
      ).at(-1),
    ).toEqual(['ok']);
    expect(
      (
        await threeRuns(dockerContainer, { name: 'odd3', image: 'box:1', state: 'present', uts, links: ['other:o'] })
      ).at(-1),
    ).toEqual(['ok']);
    await sh('docker rm -f odd odd2 odd3 other');
  });

  test('starts, stops, restarts, pauses and updates an existing container', async () => {
    const args = { name: 'one', image: 'box:1', init: true };
    expect(await threeRuns(dockerContainer, { ...args, state: 'present' })).toEqual(
      changing('container one: absent → created'),
    );
    expect(await threeRuns(dockerContainer, args)).toEqual(changing('container one: created → running'));
    expect(await threeRuns(dockerContainer, { ...args, restart_policy: 'always' })).toEqual(
      changing('restart_policy of container one: no → always'),
    );
    expect(outcomeOf(await run(dockerContainer, { ...args, restart: true }))).toEqual([
      'changed',
      'container one: running → restarted',
    ]);
    expect(outcomeOf(await run(dockerContainer, { ...args, recreate: true }))).toEqual([
      'changed',
      'container one: present → created again, started',
    ]);
    expect(
      await threeRuns(dockerContainer, { ...args, state: 'stopped', stop_timeout: 1, comparisons: { '*': 'ignore' } }),
    ).toEqual(changing('container one: running → stopped'));
    expect(await threeRuns(dockerContainer, { name: 'one' })).toEqual(changing('container one: exited → running'));
    await sh('docker rm -f one');
  });

  test.runIf(isThorough)('another image, or the same under another name', async () => {
    await sh(
      `printf 'FROM box:1\\nENV NEW=1\\n' | docker build -qt box:2 -; docker tag box:1 box:same; docker run -d --name one box:1`,
    );
    const id = (await said('docker image inspect -f {{.Id}} box:2')).slice(7, 19);
    const old = (await said('docker image inspect -f {{.Id}} box:1')).slice(7, 19);
    expect(outcomeOf(await run(dockerContainer, { name: 'one', image: 'box:same' }))).toEqual(['ok']);
    expect(
      outcomeOf(await run(dockerContainer, { name: 'one', image: 'box:2', comparisons: { image: 'ignore' } })),
    ).toEqual(['ok']);
    expect(await threeRuns(dockerContainer, { name: 'one', image: 'box:2', ...kill })).toEqual(
      changing(`image of container one: ${old} → ${id}`, 'container one: present → created again, started'),
    );
    const full = await said('docker image inspect -f {{.Id}} box:2');
    expect(outcomeOf(await run(dockerContainer, { name: 'one', image: full }))).toEqual(['ok']);
    expect(outcomeOf(await run(dockerContainer, { name: 'two', image: 'box:none', pull: 'never' }))).toEqual([
      'failed',
      'Cannot find image with name box:none',
    ]);
    await sh('docker rm -f one');
  });

  test.runIf(isThorough)('networks of an existing container change without a new one', async () => {
    await sh('docker network create one; docker network create --subnet 10.79.0.0/24 two; docker network create three');
    const args = { name: 'net', image: 'box:1', networks: [{ name: 'one' }, { name: 'two' }] };
    await run(dockerContainer, args);
    const id = await said('docker inspect -f {{.Id}} net');
    const other = {
      ...args,
      networks: [{ name: 'one' }, { name: 'two', ipv4_address: '10.79.0.9' }, { name: 'three', aliases: ['x'] }],
    };
    expect(await threeRuns(dockerContainer, other)).toEqual(
      changing(
        'network two of container net: connected → address 10.79.0.9',
        'network three of container net: absent → connected',
      ),
    );
    expect(await threeRuns(dockerContainer, { ...args, purge_networks: true })).toEqual(
      changing('network three of container net: connected → absent'),
    );
    expect(await said('docker inspect -f {{.Id}} net')).toBe(id);
    expect(outcomeOf(await run(dockerContainer, { ...args, networks: [{ name: 'none-such' }] }))).toEqual([
      'failed',
      'Parameter error: network named none-such could not be found. Does it exist?',
    ]);
    await sh('docker rm -f net; docker network rm one two three');
  });

  test('a program that runs to its end', async () => {
    const args = { name: 'job', image: 'box:1', command: ['sh', '-c', 'echo done'], detach: false, cleanup: true };
    for (const _ of [1, 2])
      expect(await run(dockerContainer, args)).toMatchObject({
        status: 'changed',
        result: { container: { Output: 'done\n' } },
      });
    expect(await run(dockerContainer, { ...args, command: 'sh -c "echo bad >&2; exit 4"' })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('bad'),
    });
    expect(await said('docker ps -aq --filter name=job')).toBe('');
    expect((await run(dockerContainer, { ...args, cleanup: false })).status).toBe('changed');
    expect((await run(dockerContainer, { ...args, cleanup: false })).status).toBe('changed');
    await sh('docker rm -f job');
  });

  test('a check predicts a network and the containers in it', async () => {
    const web = { name: 'web', image: 'box:1', networks: [{ name: 'fresh' }], env: { TOKEN: 'hunter2' } };
    const ended = await checkAll([
      [dockerNetwork, { name: 'fresh' }],
      [dockerContainer, web],
      [dockerContainer, web],
      [dockerContainer, { ...web, command: 'sleep 5' }],
      [dockerContainer, { name: 'web', state: 'absent' }],
      [dockerContainer, { name: 'web', state: 'absent' }],
    ]);
    expect(ended.map((one) => outcomeOf(one)[0])).toEqual(['changed', 'changed', 'ok', 'unknown', 'changed', 'ok']);
    expect(await said('docker ps -aq --filter name=web')).toBe('');
  });

  test.runIf(isThorough)('waits until a container is healthy', async () => {
    const args = {
      name: 'sound',
      image: 'box:1',
      state: 'healthy',
      healthcheck: { test: 'test -e /tmp', interval: '1s' },
    };
    expect(await threeRuns(dockerContainer, args)).toEqual(changing('container sound: absent → created, started'));
    expect(outcomeOf(await run(dockerContainer, { name: 'other', image: 'box:1', state: 'healthy' })).at(-1)).toBe(
      'Container other has no health check, so it cannot become healthy',
    );
    await sh('docker rm -f sound other');
  });

  test('wrong parameters are told', async () => {
    const wrong = async (args: object) =>
      outcomeOf(await run(dockerContainer, { name: 'x', image: 'box:1', ...args })).at(-1);
    expect(await wrong({ memory: 'lots' })).toBe('Failed to convert memory to bytes: lots');
    expect(await wrong({ published_ports: ['a:b'] })).toContain('Invalid port description "a:b"');
    expect(await wrong({ comparisons: { nope: 'strict' } })).toBe('Unknown module option "nope" in comparisons!');
    expect(await wrong({ comparisons: { env: 'equal' } })).toContain('Unknown comparison mode "equal"');
    expect(await wrong({ image: undefined })).toBe('Cannot create container when image is not specified!');
    expect(await wrong({ healthcheck: { test: 'true', interval: '5 s' } })).toContain('healthcheck.interval');
  });
});
