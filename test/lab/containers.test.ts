import { beforeAll, describe, expect, test } from 'vitest';
import dockerContainer from '../../tasks/docker_container.ts';
import dockerContainerExec from '../../tasks/docker_container_exec.ts';
import dockerContainerInfo from '../../tasks/docker_container_info.ts';
import dockerImage from '../../tasks/docker_image.ts';
import dockerImageBuild from '../../tasks/docker_image_build.ts';
import dockerImageInfo from '../../tasks/docker_image_info.ts';
import dockerImagePull from '../../tasks/docker_image_pull.ts';
import dockerLogin from '../../tasks/docker_login.ts';
import dockerNetwork from '../../tasks/docker_network.ts';
import dockerVolume from '../../tasks/docker_volume.ts';
import { checkAll, registry, run, said, sh, threeRuns, up } from './container-host.ts';
import { changing } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

beforeAll(up);

describe('docker_network', () => {
  test('creates a network once, finds what differs, and removes it', async () => {
    const args = {
      name: 'lab',
      driver_options: { 'com.docker.network.bridge.name': 'lab0' },
      ipam_config: [
        { subnet: '10.77.0.0/24', gateway: '10.77.0.9', iprange: '10.77.0.128/25', aux_addresses: { a: '10.77.0.3' } },
      ],
      labels: { kind: 'test' },
    };
    expect(await threeRuns(dockerNetwork, args)).toEqual(changing('network lab: absent → driver bridge'));
    expect(await run(dockerNetwork, args)).toMatchObject({ result: { network: { Name: 'lab', Driver: 'bridge' } } });
    await sh('docker run -d --name one --network lab box:1; docker run -d --name two --network lab box:1');
    const differing = {
      ...args,
      internal: true,
      labels: { kind: 'other' },
      ipam_config: [{ subnet: '10.78.0.0/24' }],
    };
    expect(await threeRuns(dockerNetwork, differing)).toEqual(
      changing(
        'subnet of network lab: 10.77.0.0/24 → 10.78.0.0/24',
        'internal of network lab: false → true',
        'label kind of network lab: test → other',
        'network lab: present → created again',
      ),
    );
    // Containers were connected again.
    expect(await said(`docker network inspect lab --format '{{range .Containers}}{{.Name}} {{end}}'`)).toMatch(
      /one.*two|two.*one/,
    );
    expect(await threeRuns(dockerNetwork, { name: 'lab', state: 'absent' })).toEqual(
      changing('network lab: present → absent'),
    );
  });

  test('connects the named containers, and disconnects others', async () => {
    await run(dockerNetwork, { name: 'lab' });
    await sh('docker rm -f one two; docker run -d --name one --network lab box:1; docker create --name two box:1');
    expect(await threeRuns(dockerNetwork, { name: 'lab', connected: ['two'], appends: true })).toEqual(
      changing('container two in network lab: absent → connected'),
    );
    expect(await threeRuns(dockerNetwork, { name: 'lab', connected: ['two'] })).toEqual(
      changing('container one in network lab: connected → absent'),
    );
    expect(outcomeOf(await run(dockerNetwork, { name: 'lab', connected: ['three'] }))).toEqual([
      'failed',
      'No such container: three',
    ]);
    expect(outcomeOf(await run(dockerNetwork, { name: 'lab', force: true }))).toEqual([
      'changed',
      'network lab: present → created again',
    ]);
    expect(
      outcomeOf(await run(dockerNetwork, { name: 'lab', ipam_config: [{ subnet: 'nonsense' }] })).at(-1),
    ).toContain('nonsense');
    await sh('docker rm -f one two');
  });
});

describe('docker_login', () => {
  const args = { registry_url: `http://${registry}/v2/`, username: 'ann', password: 's3cret' };

  test('logs in once, and logs out', async () => {
    expect(outcomeOf(await run(dockerLogin, { ...args, password: 'wr0ng' })).at(-1)).toContain('401 Unauthorized');
    expect(await threeRuns(dockerLogin, args)).toEqual(changing(`login to ${registry}: absent → ann`));
    expect(await run(dockerLogin, { ...args, reauthorize: true })).toMatchObject({
      status: 'ok',
      result: { login_results: { username: 'ann' } },
    });
    expect(outcomeOf(await run(dockerLogin, { ...args, password: 'wr0ng' }, { check: true }))).toEqual([
      'changed',
      `login to ${registry}: ann, with another password → ann`,
    ]);
    expect(await said(`docker pull ${registry}/nosuch`)).toContain('not found');
    expect(await threeRuns(dockerLogin, { ...args, state: 'absent' })).toEqual(
      changing(`login to ${registry}: ann → absent`),
    );
    expect(await said(`docker pull ${registry}/nosuch`)).toContain('no basic auth credentials');
  });

  test('a check predicts each of several logins, and the password is not in the script', async () => {
    const other = { ...args, registry_url: 'registry.example.org' };
    expect((await checkAll([args, other, args].map((one) => [dockerLogin, one] as const))).map(outcomeOf)).toEqual([
      ['changed', `login to ${registry}: absent → ann`],
      ['changed', 'login to registry.example.org: absent → ann'],
      ['ok'],
    ]);
    const ended = await run(dockerLogin, args, { check: true });
    expect(
      JSON.stringify('changes' in ended && ended.changes.map(({ commands }) => commands.map(({ script }) => script))),
    ).not.toContain('s3cret');
  });

  test('keeps the password in the credential helper', async () => {
    await sh(
      `mkdir -p /root/helped && echo '{"credsStore":"lab"}' >/root/helped/config.json && cat >/usr/local/bin/docker-credential-lab && chmod 755 /usr/local/bin/docker-credential-lab`,
      `#!/bin/sh
case $1 in
  get) [ -e /root/helped/kept ] && cat /root/helped/kept || { echo credentials not found in native keychain; exit 1; } ;;
  store) cat >/root/helped/kept ;;
  erase) rm /root/helped/kept ;;
esac
`,
    );
    const helped = { ...args, config_path: '/root/helped/config.json' };
    expect(await threeRuns(dockerLogin, helped)).toEqual(changing(`login to ${registry}: absent → ann`));
    expect(await said('cat /root/helped/config.json')).not.toContain('auth": "');
    expect(await threeRuns(dockerLogin, { ...helped, state: 'absent' })).toEqual(
      changing(`login to ${registry}: ann → absent`),
    );
    await sh('rm -r /root/helped /usr/local/bin/docker-credential-lab');
  });
});

describe('docker_image_pull', () => {
  const name = `${registry}/app`;

  test('pulls what is missing, or has changed', async () => {
    await run(dockerLogin, { registry_url: registry, username: 'ann', password: 's3cret' });
    const push = (from: string) => sh(`docker tag ${from} ${name}:1 && docker push ${name}:1 && docker rmi ${name}:1`);
    await push('box:1');
    expect(await threeRuns(dockerImagePull, { name, tag: '1', pull: 'not_present' })).toEqual(
      changing(`image ${name}:1: absent → pulled`),
    );
    const args = { name: `${name}:1` };
    expect(outcomeOf(await run(dockerImagePull, args, { check: true }))).toEqual(['ok']);
    expect(await run(dockerImagePull, args)).toMatchObject({
      result: {
        changed: false,
        actions: [`Pulled image ${name}:1`],
        image: { RepoTags: expect.arrayContaining([`${name}:1`]) },
      },
    });
    const old = await said('docker image inspect -f {{.Id}} box:1');
    await sh(`printf 'FROM box:1\\nENV A=%s' "$(date +%N)" | docker build -t new:1 -`);
    await push('new:1');
    await sh(`docker tag box:1 ${name}:1`);
    expect(outcomeOf(await run(dockerImagePull, { name, tag: '1', pull: 'not_present' }))).toEqual(['ok']);
    expect(outcomeOf(await run(dockerImagePull, args, { check: true }))).toEqual([
      'changed',
      `image ${name}:1: ${old.slice(7, 19)} → pulled`,
    ]);
    expect(await run(dockerImagePull, args)).toMatchObject({ status: 'changed', result: { changed: true } });
    expect(outcomeOf(await run(dockerImagePull, args, { check: true }))).toEqual(['ok']);
  });

  test('without buildx, a check asks for the whole manifest', async () => {
    await sh('mv /usr/libexec/docker/cli-plugins/docker-buildx /root/');
    expect(outcomeOf(await run(dockerImagePull, { name, tag: '1' }, { check: true }))).toEqual(['ok']);
    await sh(`docker tag box:1 ${name}:1`);
    expect((await run(dockerImagePull, { name, tag: '1' }, { check: true })).status).toBe('changed');
    await sh('mv /root/docker-buildx /usr/libexec/docker/cli-plugins/');
  });

  test('an image that does not exist is a failure', async () => {
    const missing = { name: `${registry}/nosuch`, pull: 'not_present' };
    expect(await run(dockerImagePull, missing)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(`^Error pulling image ${registry}/nosuch:latest: .*(not found|unknown)`),
    });
    expect(outcomeOf(await run(dockerImagePull, { name: `sha256:${'a'.repeat(64)}` }))).toEqual([
      'failed',
      'Cannot pull an image by ID',
    ]);
  });
});

describe('docker_container_exec', () => {
  test('runs a program every time, with its variables and stdin', async () => {
    await sh('docker rm -f one; docker run -d --name one box:1; docker rm -f two; docker create --name two box:1');
    const args = {
      container: 'one',
      argv: ['sh', '-c', 'pwd; echo "$A"; echo "$B"; cat; echo oops >&2; exit 3'],
      chdir: '/tmp',
      env: { A: `it's; "odd" $x`, B: 'two\nlines' },
      stdin: 'input',
    };
    expect(outcomeOf(await run(dockerContainerExec, args, { check: true }))[0]).toBe('changed');
    expect(await run(dockerContainerExec, args)).toMatchObject({
      status: 'failed',
      result: { rc: 3, stdout: `/tmp\nit's; "odd" $x\ntwo\nlines\ninput`, stderr: 'oops', changed: true },
    });
    expect(await run(dockerContainerExec, { container: 'one', command: 'id -u', user: 'root' })).toMatchObject({
      status: 'changed',
      result: { rc: 0, stdout_lines: ['0'] },
    });
    expect(
      await run(dockerContainerExec, { container: 'one', command: 'touch /tmp/there', detach: true }),
    ).toMatchObject({ status: 'changed' });
    expect(outcomeOf(await run(dockerContainerExec, { container: 'none', command: 'id' }))).toEqual([
      'failed',
      'Could not find container "none"',
    ]);
    expect(outcomeOf(await run(dockerContainerExec, { container: 'two', command: 'id' }, { check: true }))).toEqual([
      'failed',
      'Container "two" is not running: it is created',
    ]);
  });
});

describe('docker_image_build', () => {
  const path = '/srv/build';
  const write = (text: string) => sh(`mkdir -p ${path} && cat >${path}/Dockerfile`, text);

  test('builds an image that is missing, or every time', async () => {
    await write(
      `FROM box:1 AS base\nARG TOKEN\nARG PATH_TO\nRUN --mount=type=secret,id=key printf '%s' "$TOKEN" >/token; cat /run/secrets/key >/key\nFROM base AS other\n`,
    );
    await sh('docker rmi -f built:1');
    const args = {
      name: 'built:1',
      path,
      args: { TOKEN: `it's "x"\n2`, PATH_TO: 5 },
      labels: { kind: 'built' },
      secrets: [{ id: 'key', type: 'value', value: 'hunter2' }],
      target: 'base',
    };
    const ended = await run(dockerImageBuild, args);
    expect(ended).toMatchObject({ status: 'changed', result: { image: { Config: { Labels: { kind: 'built' } } } } });
    expect(await said('docker run --rm built:1 cat /token /key')).toBe(`it's "x"\n2hunter2`);
    expect(JSON.stringify(ended)).not.toContain(`"value":"hunter2"`);
    expect(
      'changes' in ended && ended.changes.flatMap(({ commands }) => commands.map(({ shown }) => shown)).join(),
    ).not.toContain('hunter2');
    expect(outcomeOf(await run(dockerImageBuild, args))).toEqual(['ok']);
    expect((await run(dockerImageBuild, { ...args, rebuild: 'always' }, { check: true })).status).toBe('unknown');
    expect(await run(dockerImageBuild, { ...args, rebuild: 'always' })).toMatchObject({ result: { changed: false } });
    expect(await run(dockerImageBuild, { ...args, rebuild: 'always', labels: { kind: 'other' } })).toMatchObject({
      result: { changed: true },
    });
    await sh('docker rmi -f built:1');
    expect(outcomeOf(await run(dockerImageBuild, args, { check: true }))).toEqual([
      'changed',
      'image built:1: absent → built',
    ]);
  });

  test('what is missing or fails is told', async () => {
    const wrong = async (args: object) =>
      outcomeOf(await run(dockerImageBuild, { name: 'built:none', path, ...args })).at(-1);
    expect(await wrong({ path: '/srv/nowhere' })).toBe('"/srv/nowhere" is not an existing directory');
    expect(await wrong({ dockerfile: 'None' })).toContain('Building built:none failed: ERROR: ');
    await write('FROM box:1\nRUN echo oops >&2; exit 3\n');
    expect(await wrong({})).toMatch(/Building built:none failed: ERROR: .*exit code: 3/);
    await sh('mv /usr/libexec/docker/cli-plugins/docker-buildx /root/');
    expect(await wrong({})).toContain('docker has no buildx plugin on the host');
    await sh('mv /root/docker-buildx /usr/libexec/docker/cli-plugins/');
  });
});

describe('docker_volume', () => {
  test('creates a volume once, and again only where that is wanted', async () => {
    const args = {
      name: 'vol',
      labels: { kind: 'a' },
      driver_options: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' },
    };
    expect(await threeRuns(dockerVolume, args)).toEqual(changing('volume vol: absent → driver local'));
    expect(await run(dockerVolume, args)).toMatchObject({ result: { volume: { Name: 'vol', Labels: { kind: 'a' } } } });
    const other = { ...args, labels: { kind: 'b' } };
    expect(outcomeOf(await run(dockerVolume, other))).toEqual(['ok']);
    expect(await threeRuns(dockerVolume, { ...other, recreate: 'options-changed' })).toEqual(
      changing('label kind of volume vol: a → b', 'volume vol: present → created again, empty'),
    );
    expect(outcomeOf(await run(dockerVolume, { name: 'vol', recreate: 'always' }))[0]).toBe('changed');
    expect(await threeRuns(dockerVolume, { name: 'vol', state: 'absent' })).toEqual(
      changing('volume vol: present → absent'),
    );
  });
});

describe('docker_image', () => {
  test('pulls, tags, pushes and removes', async () => {
    await run(dockerLogin, { registry_url: registry, username: 'ann', password: 's3cret' });
    await sh(
      `docker tag box:1 ${registry}/img:1; docker push ${registry}/img:1; docker rmi ${registry}/img:1 ${registry}/img:2`,
    );
    const args = { name: `${registry}/img:1`, source: 'pull' };
    expect(await threeRuns(dockerImage, args)).toEqual(changing(`image ${registry}/img:1: absent → pulled`));
    expect(await run(dockerImage, { ...args, force_source: true })).toMatchObject({ result: { changed: false } });
    expect((await run(dockerImage, { ...args, force_source: true }, { check: true })).status).toBe('unknown');
    const tagged = { name: `${registry}/img:1`, source: 'local', repository: `${registry}/img:2` };
    expect(await threeRuns(dockerImage, tagged)).toEqual(
      changing(`image ${registry}/img:2: absent → ${registry}/img:1`),
    );
    expect(outcomeOf(await run(dockerImage, { ...tagged, push: true }))).toEqual([
      'changed',
      `registry of ${registry}/img:2:  → pushed`,
    ]);
    expect(await said(`docker manifest inspect --insecure ${registry}/img:2`)).toContain('schemaVersion');
    expect(
      (await threeRuns(dockerImage, { name: `${registry}/img`, tag: '2', state: 'absent' })).map(([status]) => status),
    ).toEqual(['changed', 'changed', 'ok']);
    expect(outcomeOf(await run(dockerImage, { name: 'box:none', source: 'local' }))).toEqual([
      'failed',
      'Cannot find the image box:none locally.',
    ]);
    expect(outcomeOf(await run(dockerImage, { name: `${registry}/none`, source: 'pull' })).at(-1)).toContain(
      'not found',
    );
  });

  test('builds and loads', async () => {
    await sh(`mkdir -p /srv/build && docker rmi -f made:1 saved:1`);
    await sh('cat >/srv/build/Other', 'FROM box:1\nARG A\nRUN echo "$A" >/a\n');
    const args = {
      name: 'made:1',
      source: 'build',
      build: { path: '/srv/build', dockerfile: 'Other', args: { A: 'x y' }, labels: { b: true } },
    };
    expect(await threeRuns(dockerImage, args)).toEqual(changing('image made:1: absent → built'));
    expect(await said('docker run --rm made:1 cat /a; docker image inspect -f "{{.Config.Labels.b}}" made:1')).toBe(
      'x y\nTrue',
    );
    await sh('docker tag box:1 saved:1; docker save -o /srv/saved.tar saved:1; docker rmi saved:1');
    const load = { name: 'saved:1', source: 'load', load_path: '/srv/saved.tar' };
    expect(await threeRuns(dockerImage, load)).toEqual(changing('image saved:1: absent → loaded'));
    expect(outcomeOf(await run(dockerImage, { ...load, name: 'saved:2' })).at(-1)).toContain(
      'does not contain the image saved:2',
    );
    expect(
      outcomeOf(await run(dockerImage, { ...load, name: 'saved:2', load_path: '/srv/none.tar' })).at(-1),
    ).toContain('there is no file');
  });

  test('a check predicts an image, and the container that gets it', async () => {
    await sh(`docker rm -f img; docker rmi -f ${registry}/img:1`);
    const name = `${registry}/img:1`;
    const ended = await checkAll([
      [dockerImage, { name, source: 'pull' }],
      [dockerImage, { name, source: 'pull' }],
      [dockerContainer, { name: 'img', image: name }],
    ]);
    expect(ended.map(outcomeOf)).toEqual([
      ['changed', `image ${name}: absent → pulled`],
      ['ok'],
      ['changed', 'container img: absent → created, started'],
    ]);
  });
});

describe('docker_container_info and docker_image_info', () => {
  test('tell about what exists, and change nothing', async () => {
    await sh('docker rm -f info; docker create --name info box:1');
    for (const check of [false, true]) {
      expect(await run(dockerContainerInfo, { name: 'info' }, { check })).toMatchObject({
        status: 'ok',
        result: { exists: true, container: { Name: '/info' } },
      });
      expect(await run(dockerContainerInfo, { name: 'none' }, { check })).toMatchObject({
        status: 'ok',
        result: { exists: false, container: null },
      });
    }
    const named = await run(dockerImageInfo, { name: ['box:1', 'none'] });
    expect(named).toMatchObject({
      status: 'ok',
      result: { images: [{ RepoTags: expect.arrayContaining(['box:1']) }] },
    });
    const count = Number(await said('docker image ls -q --no-trunc | sort -u | wc -l'));
    const all = await run(dockerImageInfo, {});
    expect('result' in all && (all.result['images'] as readonly unknown[]).length).toBe(count);
  });

  test('a daemon that does not answer is a failure', async () => {
    expect(
      outcomeOf(await run(dockerContainerInfo, { name: 'info', docker_host: 'unix:///run/none.sock' })).at(-1),
    ).toContain('Cannot connect to the Docker daemon');
    expect(outcomeOf(await run(dockerImageInfo, { docker_host: 'unix:///run/none.sock' })).at(-1)).toContain(
      'Cannot connect to the Docker daemon',
    );
  });
});
