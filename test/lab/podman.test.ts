import { beforeAll, describe, expect, test } from 'vitest';
import podmanContainer from '../../tasks/podman_container.ts';
import podmanContainerInfo from '../../tasks/podman_container_info.ts';
import podmanImage from '../../tasks/podman_image.ts';
import podmanImageInfo from '../../tasks/podman_image_info.ts';
import podmanLoad from '../../tasks/podman_load.ts';
import podmanNetwork from '../../tasks/podman_network.ts';
import podmanNetworkInfo from '../../tasks/podman_network_info.ts';
import podmanPod from '../../tasks/podman_pod.ts';
import podmanPodInfo from '../../tasks/podman_pod_info.ts';
import podmanSave from '../../tasks/podman_save.ts';
import podmanSecret from '../../tasks/podman_secret.ts';
import podmanSecretInfo from '../../tasks/podman_secret_info.ts';
import podmanTag from '../../tasks/podman_tag.ts';
import podmanVolume from '../../tasks/podman_volume.ts';
import podmanVolumeInfo from '../../tasks/podman_volume_info.ts';
import { isThorough } from '../thorough.ts';
import { changing } from './database-host.ts';
import { checkAll, run, said, sh, threeRuns, up } from './podman-host.ts';
import { outcomeOf } from './system-host.ts';

beforeAll(up);

describe('volumes, networks and secrets', () => {
  test('podman_volume creates a volume once, and again if something differs', async () => {
    const args = { name: 'vol', options: ['type=tmpfs', 'device=tmpfs', 'o=nodev'], label: { kind: 'a' } };
    expect(await threeRuns(podmanVolume, args)).toEqual(changing('volume vol: absent → driver local'));
    expect(await run(podmanVolume, args)).toMatchObject({ result: { volume: { Name: 'vol', Labels: { kind: 'a' } } } });
    expect(outcomeOf(await run(podmanVolume, { name: 'vol' }))).toEqual(['ok']);
    expect(await threeRuns(podmanVolume, { ...args, label: { kind: 'b' } })).toEqual(
      changing('labels of volume vol: kind=a → kind=b', 'volume vol: present → created again, empty'),
    );
    expect(await run(podmanVolumeInfo, { name: 'vol' })).toMatchObject({ result: { volumes: [{ Name: 'vol' }] } });
    expect(outcomeOf(await run(podmanVolumeInfo, { name: 'none' })).at(-1)).toContain('there is no such volume');
    expect(await threeRuns(podmanVolume, { name: 'vol', state: 'absent' })).toEqual(
      changing('volume vol: present → absent'),
    );
    expect(await run(podmanVolumeInfo, {})).toMatchObject({ status: 'ok', result: { volumes: [] } });
  });

  test('podman_network compares what is given', async () => {
    const args = {
      name: 'net',
      subnet: '172.31.200.0/24',
      gateway: '172.31.200.254',
      ip_range: '172.31.200.128/25',
      label: { kind: 'a' },
      opt: { mtu: 1400 },
      disable_dns: true,
    };
    expect(await threeRuns(podmanNetwork, args)).toEqual(changing('network net: absent → driver bridge'));
    expect(await run(podmanNetwork, args)).toMatchObject({
      status: 'ok',
      result: { network: { name: 'net', dns_enabled: false } },
    });
    expect(outcomeOf(await run(podmanNetwork, { name: 'net' }))).toEqual(['ok']);
    expect(
      await threeRuns(podmanNetwork, {
        ...args,
        internal: true,
        disable_dns: false,
        ip_range: '172.31.200.0/26',
        opt: { mtu: 1300 },
      }),
    ).toEqual(
      changing(
        'disable_dns of network net: true → false',
        'ranges of network net: 172.31.200.255 → 172.31.200.63',
        'internal of network net: false → true',
        'options of network net: mtu=1400 → mtu=1300',
        'network net: present → created again',
      ),
    );
    expect(await run(podmanNetworkInfo, { name: 'net' })).toMatchObject({
      result: { networks: [{ name: 'net', internal: true }] },
    });
    expect(outcomeOf(await run(podmanNetwork, { name: 'bad', subnet: 'nonsense' })).at(-1)).toContain('nonsense');
    expect(await threeRuns(podmanNetwork, { name: 'net', state: 'absent' })).toEqual(
      changing('network net: present → absent'),
    );
  });

  test('podman_secret compares what the secret contains, and never tells it', async () => {
    const args = { name: 'token', data: `it's "s3cret"\nx` };
    const ended = await run(podmanSecret, args, { check: true });
    expect(JSON.stringify(ended)).not.toContain('"script":"s3cret');
    expect(await threeRuns(podmanSecret, args)).toEqual(changing('secret token: absent → created'));
    await sh(
      'rm -f /root/out; podman rm -f reader; podman run --rm --network=host --secret token box:1 cat /run/secrets/token >/root/out',
    );
    expect((await sh('cat /root/out')).stdout.toString()).toBe(args.data);
    expect(await threeRuns(podmanSecret, { ...args, data: 'other' })).toEqual(
      changing('content of secret token: other → given'),
    );
    await sh('printf "from a file\\n" >/root/secret');
    expect(await threeRuns(podmanSecret, { name: 'token', path: '/root/secret' })).toEqual(
      changing('content of secret token: other → given'),
    );
    expect(outcomeOf(await run(podmanSecret, { name: 'token', path: '/root/none' })).at(-1)).toBe(
      'there is no file /root/none',
    );
    expect(outcomeOf(await run(podmanSecret, { name: 'token', env: 'NO_SUCH' })).at(-1)).toBe(
      'Environment variable NO_SUCH is not set',
    );
    expect(await run(podmanSecretInfo, {})).toMatchObject({ result: { secrets: [{ Spec: { Name: 'token' } }] } });
    if (isThorough) {
      expect(outcomeOf(await run(podmanSecret, { ...args, skip_existing: true }))).toEqual(['ok']);
      expect(outcomeOf(await run(podmanSecret, { name: 'token', path: '/root/secret', force: true }))).toEqual([
        'changed',
        'secret token: present → created again',
      ]);
    }
    expect(await threeRuns(podmanSecret, { name: 'token', state: 'absent' })).toEqual(
      changing('secret token: present → absent'),
    );
  });
});

describe('images', () => {
  test('podman_image builds, pulls from nowhere, and removes', async () => {
    await sh('podman rmi -f made:1');
    const args = {
      name: 'made',
      tag: '1',
      build: { container_file: 'FROM box:1\nLABEL a=b\n', extra_args: '--label c=d' },
    };
    expect(await threeRuns(podmanImage, args)).toEqual(changing('image made:1: absent → built'));
    expect(await said('podman image inspect -f "{{.Labels}}" made:1')).toContain('c:d');
    expect((await run(podmanImage, { ...args, force: true }, { check: true })).status).toBe('unknown');
    expect(await run(podmanImage, { ...args, force: true })).toMatchObject({
      status: 'changed',
      result: { image: [{ Labels: { a: 'b' } }] },
    });
    const wrong = async (more: object) =>
      outcomeOf(await run(podmanImage, { name: 'localhost:1/none', ...more })).at(-1);
    expect(await wrong({})).toContain('Error with image localhost:1/none:latest');
    expect(await wrong({ pull: false })).toContain('it is not to be pulled');
    expect(await wrong({ username: 'ann', password: 's3cret' })).toContain('podman login');
    expect(await wrong({ path: '/srv/none' })).toBe('/srv/none does not exist');
    await sh('rm -rf /srv/pushed; mkdir -p /srv/pushed');
    expect(
      (
        await run(podmanImage, {
          name: 'made:1',
          push: true,
          push_args: { transport: 'dir', dest: '/srv/pushed/made' },
        })
      ).status,
    ).toBe('changed');
    expect(await said('ls /srv/pushed/made/manifest.json')).toBe('/srv/pushed/made/manifest.json');
    expect((await threeRuns(podmanImage, { name: 'made:1', state: 'absent' })).map(([status]) => status)).toEqual([
      'changed',
      'changed',
      'ok',
    ]);
  });

  test('podman_tag, podman_save, podman_load and podman_image_info', async () => {
    await sh('podman rmi -f tag:1 two:1; rm -f /srv/box.tar; podman tag box:1 two:1');
    const id = (await said('podman image inspect -f {{.Id}} box:1')).slice(0, 12);
    expect(await threeRuns(podmanTag, { image: 'box:1', target_names: ['tag:1'] })).toEqual(
      changing(`image tag:1: absent → ${id}`),
    );
    expect(outcomeOf(await run(podmanTag, { image: 'none:1', target_names: ['tag:1'] })).at(-1)).toContain(
      'image not known',
    );
    expect(await threeRuns(podmanSave, { image: ['tag:1'], dest: '/srv/box.tar', force: false })).toEqual(
      changing('/srv/box.tar: absent → image tag:1'),
    );
    expect(outcomeOf(await run(podmanSave, { image: ['tag:1'], dest: '/srv/box.tar' }))).toEqual([
      'changed',
      '/srv/box.tar: present → image tag:1',
    ]);
    expect(await run(podmanLoad, { input: '/srv/box.tar' })).toMatchObject({
      result: { changed: false, image: [{ RepoTags: expect.arrayContaining(['localhost/tag:1']) }] },
    });
    await sh('podman untag tag:1 tag:1');
    expect(await run(podmanLoad, { input: '/srv/box.tar' })).toMatchObject({ result: { changed: true } });
    expect(outcomeOf(await run(podmanLoad, { input: '/srv/none.tar' })).at(-1)).toBe('there is no file /srv/none.tar');
    expect(await run(podmanImageInfo, { name: ['box:1', 'none'] })).toMatchObject({
      result: { images: [{ Id: expect.stringContaining(id) }] },
    });
    expect((await run(podmanImageInfo, {})).status).toBe('ok');
  });
});

describe('containers and pods', () => {
  const args = {
    name: 'web',
    image: 'localhost/box:1',
    network: ['host'],
    command: ['sleep', '900'],
    env: { A: `it's "odd" $x`, PATH: '/bin', B: 'two\nlines' },
    label: { kind: 'test' },
    volume: ['data:/data'],
    // Without it, `sleep` would not end when it is told to.
    init: true,
  };

  test('podman_container runs a container once, and finds what differs', async () => {
    expect(await threeRuns(podmanContainer, args)).toEqual(changing('container web: absent → created, started'));
    // In no particular order.
    const environment = (await sh('podman exec web env')).stdout.toString();
    expect(environment).toContain(`A=it's "odd" $x\n`);
    expect(environment).toContain('B=two\nlines\n');
    expect(await run(podmanContainer, args)).toMatchObject({
      result: { container: { Name: 'web', State: { Status: 'running' } } },
    });
    const differing = { ...args, env: { ...args.env, A: 'other' }, command: 'sleep 901' };
    expect(await threeRuns(podmanContainer, differing)).toEqual(
      changing(
        'arguments of container web: 900 → 901',
        'variable A of container web: other → given',
        'container web: present → created again, started',
      ),
    );
    await sh('podman stop -t 0 web');
    expect(await threeRuns(podmanContainer, differing)).toEqual(changing('container web: exited → started'));
    expect(outcomeOf(await run(podmanContainer, { ...differing, force_restart: true, stop_time: '0' }))).toEqual([
      'changed',
      'container web: running → restarted',
    ]);
    expect(await threeRuns(podmanContainer, { name: 'web', state: 'stopped', stop_time: '0' })).toEqual(
      changing('container web: running → stopped'),
    );
    expect(outcomeOf(await run(podmanContainer, { ...differing, state: 'created' }))).toEqual(['ok']);
    expect(await run(podmanContainerInfo, { name: ['web', 'none'] })).toMatchObject({
      result: { containers: [{ Name: 'web' }] },
    });
    expect(await threeRuns(podmanContainer, { name: 'web', state: 'absent' })).toEqual(
      changing('container web: exited → absent'),
    );
    expect(outcomeOf(await run(podmanContainer, { name: 'web' })).at(-1)).toBe(
      'Cannot start container when image is not specified!',
    );
    expect(outcomeOf(await run(podmanContainer, { ...args, network: ['nosuch'] })).at(-1)).toContain('nosuch');
    expect(
      await run(podmanContainer, { ...args, name: 'once', command: 'sh -c "exit 3"', detach: false }),
    ).toMatchObject({ status: 'failed' });
    await sh('podman rm -f once web; podman volume rm -f data');
  });

  test('podman_pod creates, starts and removes a pod with its containers', async () => {
    const pod = { name: 'shop', network: ['host'], label: { kind: 'a' } };
    expect(await threeRuns(podmanPod, pod)).toEqual(changing('pod shop: absent → created'));
    expect(await threeRuns(podmanPod, { ...pod, state: 'started' })).toEqual(changing('pod shop: created → started'));
    const inPod = { ...args, name: 'inside', pod: 'shop', network: undefined };
    expect(await threeRuns(podmanContainer, inPod)).toEqual(changing('container inside: absent → created, started'));
    expect(await run(podmanPodInfo, { name: 'shop' })).toMatchObject({ result: { pods: [{ Name: 'shop' }] } });
    expect(await threeRuns(podmanPod, { ...pod, state: 'stopped' })).toEqual(changing('pod shop: running → stopped'));
    expect(await threeRuns(podmanPod, { ...pod, label: { kind: 'b' } })).toEqual(
      changing('arguments of pod shop: kind=a → kind=b', 'pod shop: present → created again'),
    );
    expect(await threeRuns(podmanPod, { name: 'shop', state: 'absent' })).toEqual(
      changing('pod shop: created → absent'),
    );
    expect(await said('podman ps -aq; podman volume rm -f data')).toBe('data');
  });

  test('a check predicts what later tasks find', async () => {
    const ended = await checkAll([
      [podmanVolume, { name: 'data' }],
      [podmanNetwork, { name: 'later' }],
      [podmanPod, { name: 'shop', network: ['host'], state: 'started' }],
      [podmanPod, { name: 'shop', network: ['host'], state: 'started' }],
      [podmanContainer, args],
      [podmanContainer, args],
      [podmanContainer, { name: 'web', state: 'absent' }],
    ]);
    expect(ended.map((one) => outcomeOf(one)[0])).toEqual([
      'changed',
      'changed',
      'changed',
      'ok',
      'changed',
      'ok',
      'changed',
    ]);
  });
});
