import { describe, expect, test } from 'vitest';
import { script } from '../../src/core/command.ts';
import dockerComposeV2 from '../../tasks/docker_compose_v2.ts';
import dockerContainer from '../../tasks/docker_container.ts';
import dockerNetwork from '../../tasks/docker_network.ts';
import { clientEnvironment } from '../../tasks/shared/containers/client-environment.ts';
import { composeWords } from '../../tasks/shared/containers/compose-calls.ts';
import { composeEvents, toldEvents } from '../../tasks/shared/containers/compose-events.ts';
import { portBindings, publishedOptions, wrongPort } from '../../tasks/shared/containers/container-ports.ts';
import { imageReference } from '../../tasks/shared/containers/image-name.ts';
import { networkDifferences, networkOptions } from '../../tasks/shared/containers/network-options.ts';
import { readOffer } from '../../tasks/shared/containers/offered-image.ts';
import { bytesIn, nanosecondsIn } from '../../tasks/shared/containers/sizes.ts';
import { bind, changesOn, commandsOn } from './harness.ts';
import { runScript } from './local-host.ts';

const ports = (published_ports: readonly string[], default_host_ip = '0.0.0.0') => ({
  published_ports,
  exposed_ports: undefined,
  default_host_ip,
});

describe('ports', () => {
  test.each([
    ['80', ['0.0.0.0::80/tcp'], ['--publish', '0.0.0.0::80/tcp']],
    ['8080:80/udp', ['0.0.0.0:8080:80/udp'], ['--publish', '0.0.0.0:8080:80/udp']],
    ['[::1]:8080:80', ['::1:8080:80/tcp'], ['--publish', '[::1]:8080:80/tcp']],
    ['10.0.0.1::80', ['10.0.0.1::80/tcp'], ['--publish', '10.0.0.1::80/tcp']],
    ['8000-8001:80', ['0.0.0.0:8000-8001:80/tcp'], ['--publish', '0.0.0.0:8000-8001:80/tcp']],
    [
      '8000-8001:80-81',
      ['0.0.0.0:8000:80/tcp', '0.0.0.0:8001:81/tcp'],
      ['--publish', '0.0.0.0:8000:80/tcp', '--publish', '0.0.0.0:8001:81/tcp'],
    ],
  ])('%s', (text, bindings, options) => {
    expect(portBindings(ports([text]))).toEqual(bindings);
    expect(publishedOptions(ports([text]))).toEqual(options);
    expect(wrongPort(ports([text]))).toBeUndefined();
  });

  test('without a default address, the engine decides', () => {
    expect(publishedOptions(ports(['80', '81:82'], ''))).toEqual(['--publish', '80/tcp', '--publish', '81:82/tcp']);
  });

  test.each(['a', '1:2:3', '80/http', '1-3:80-81', ':::80'])('%s is wrong', (text) => {
    expect(wrongPort(ports([text]))).toBe(text);
  });
});

test('compose is told to answer yes where it could ask', () => {
  const words = (args: object) =>
    composeWords(bind(dockerComposeV2, { project_src: '/srv/shop', ...args }) as Parameters<typeof composeWords>[0]);
  expect(words({ assume_yes: true })[0]).toContain('--yes');
  expect(words({ assume_yes: true, state: 'absent' })[0]).not.toContain('--yes');
  expect(words({})[0]).not.toContain('--yes');
});

test('whether a network has IPv4 is compared with what the engine tells, which always had it in the past', () => {
  const wanted = (enable_ipv4?: boolean) =>
    bind(dockerNetwork, { name: 'lab', enable_ipv4 }) as Parameters<typeof networkOptions>[0];
  const now = { Driver: 'bridge' };
  expect(networkOptions(wanted())).not.toContainEqual(expect.stringContaining('ipv4'));
  expect(networkOptions(wanted(false))).toContain('--ipv4=false');
  expect(networkDifferences(wanted(true), now)).toEqual([]);
  expect(networkDifferences(wanted(false), now)).toEqual([{ what: 'IPv4', from: 'true', to: 'false' }]);
  expect(networkDifferences(wanted(false), { ...now, EnableIPv4: false })).toEqual([]);
});

test('sizes and durations', () => {
  expect(['1', '512M', '1.5g', '2GiB', '3kb', 'unlimited', 'x', '1 2'].map(bytesIn)).toEqual([
    1,
    536870912,
    1610612736,
    2147483648,
    3072,
    -1,
    undefined,
    undefined,
  ]);
  expect(['5', '1m30s', '100ms', '5 s', ''].map(nanosecondsIn)).toEqual([5e9, 90e9, 1e8, undefined, undefined]);
});

test('names of images', () => {
  expect(
    ['debian', 'debian:12', 'r:5000/a', 'r:5000/a:1', `a@sha256:${'0'.repeat(64)}`].map((name) => imageReference(name)),
  ).toEqual(['debian:latest', 'debian:12', 'r:5000/a:latest', 'r:5000/a:1', `a@sha256:${'0'.repeat(64)}`]);
  expect(imageReference('a', 'sha256:1')).toBe('a@sha256:1');
});

test('the image of several platforms that a registry offers, without buildx', () => {
  const offer = (digest: string) => ({
    code: 0,
    stderr: '',
    timedOut: false,
    stdout: `platform linux/arm64\n\n${JSON.stringify(
      ['amd64', 'arm64'].map((architecture) => ({
        Descriptor: { digest: 'sha256:m', platform: { os: 'linux', architecture } },
        OCIManifest: { config: { digest: architecture === 'arm64' ? digest : 'sha256:other' } },
      })),
    )}`,
  });
  const image = { Id: 'sha256:mine', RepoDigests: ['a@sha256:index'] };
  expect(readOffer(offer('sha256:mine'), image)).toBe('same');
  expect(readOffer(offer('sha256:new'), image)).toBe('other');
  expect(readOffer(offer('sha256:new'), { ...image, Id: 'sha256:other' })).toBe('other');
});

test('what compose tells, in its older and newer words', () => {
  const text = [
    ' DRY-RUN MODE -  Container p-web-1  Running',
    ' DRY-RUN MODE -  Volume "p_data"  Creating',
    ' DRY-RUN MODE -  Container p-db-1  Recreate',
    ' DRY-RUN MODE -  Container 1236a91ecad0_p-db-1  Starting',
    ' Container p-old-1 Stopping ',
    ' Container p-old-1 Removing ',
    'time="2026" level=warning msg="The TOKEN variable is not set"',
    ' app Pulling ',
  ].join('\n');
  expect(toldEvents(composeEvents(text))).toEqual([
    { what: 'volume p_data', from: null, to: 'created' },
    { what: 'container p-db-1', from: 'present', to: 'created again, started' },
    { what: 'container p-old-1', from: 'present', to: null },
    { what: 'service app', from: 'present', to: 'pulled' },
  ]);
});

test('variables reach a program through a pipe or its own environment, and stdin is left to it', async () => {
  const { options, wrap } = clientEnvironment([
    ['A', `it's "odd" $x`],
    ['B', 'two\nlines'],
  ]);
  expect(options).toEqual(['--env-file', '/dev/fd/4', '--env', 'B']);
  const call = wrap(script`cat /dev/fd/4 && printf '%s\n' "$B" && cat`);
  expect((await runScript(call.text, 'input')).stdout.toString()).toBe(`A=it's "odd" $x\ntwo\nlines\ninput`);
});

// The hosts in the lab cannot limit what containers use: this answer has a real engine's format, but was written for the test.
describe('limits of a container', () => {
  const container = {
    Id: 'c1',
    Image: 'sha256:a',
    Name: '/web',
    State: { Running: true, Paused: false, Status: 'running' },
    Config: { Image: 'box:1' },
    HostConfig: {
      Memory: 536870912,
      MemorySwap: 1073741824,
      NanoCpus: 1500000000,
      CpuShares: 512,
      PidsLimit: 100,
      BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1048576 }],
      NetworkMode: 'default',
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    },
  };
  const state = { container, image: { Id: 'sha256:a' }, file: undefined, offer: undefined };
  const args = {
    name: 'web',
    image: 'box:1',
    memory: '512M',
    memory_swap: '1G',
    cpus: 1.5,
    cpu_shares: 512,
    pids_limit: 100,
    device_read_bps: [{ path: '/dev/sda', rate: '1M' }],
    network_mode: 'bridge',
  };

  test('nothing differs', () => {
    expect(changesOn(dockerContainer, state, args)).toEqual([]);
  });

  test('what the engine can update is updated', () => {
    const other = { ...args, memory: '1G', memory_swap: 'unlimited', cpus: 2 };
    expect(changesOn(dockerContainer, state, other)).toEqual([
      'cpus of container web: 1500000000 → 2000000000',
      'memory of container web: 536870912 → 1073741824',
      'memory_swap of container web: 1073741824 → -1',
    ]);
    expect(commandsOn(dockerContainer, state, other)[0]).toContain(
      '_engine update --cpus 2 --memory 1073741824 --memory-swap -1 -- web',
    );
  });

  test('for anything else, it is created again', () => {
    expect(changesOn(dockerContainer, state, { ...args, pids_limit: 7 })).toEqual([
      'pids_limit of container web: 100 → 7',
      'container web: present → created again, started',
    ]);
    expect(changesOn(dockerContainer, state, { ...args, pids_limit: 7, comparisons: { '*': 'ignore' } })).toEqual([]);
  });
});
