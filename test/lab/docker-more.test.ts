import { beforeAll, describe, expect, test } from 'vitest';
import dockerComposeV2Exec from '../../tasks/docker_compose_v2_exec.ts';
import dockerComposeV2Pull from '../../tasks/docker_compose_v2_pull.ts';
import dockerComposeV2Run from '../../tasks/docker_compose_v2_run.ts';
import dockerContainerCopyInto from '../../tasks/docker_container_copy_into.ts';
import dockerHostInfo from '../../tasks/docker_host_info.ts';
import dockerImageExport from '../../tasks/docker_image_export.ts';
import dockerImageLoad from '../../tasks/docker_image_load.ts';
import dockerImagePush from '../../tasks/docker_image_push.ts';
import dockerImageRemove from '../../tasks/docker_image_remove.ts';
import dockerImageTag from '../../tasks/docker_image_tag.ts';
import dockerNetworkInfo from '../../tasks/docker_network_info.ts';
import dockerPrune from '../../tasks/docker_prune.ts';
import dockerVolumeInfo from '../../tasks/docker_volume_info.ts';
import { isThorough } from '../thorough.ts';
import { checkAll, registry, run, said, sh, threeRuns, up } from './container-host.ts';
import { changing } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

beforeAll(up);

const idOf = (name: string) => said(`docker image inspect -f '{{slice .Id 7 19}}' ${name}`);

describe('images', () => {
  test('docker_image_tag gives names once, and overwrites or keeps those of other images', async () => {
    await sh(
      'docker rmi -f tag:1 tag:2 other:1; echo FROM box:1 >/tmp/d; echo LABEL a=b >>/tmp/d; docker build -t other:1 - </tmp/d',
    );
    const [box, other] = [await idOf('box:1'), await idOf('other:1')];
    expect(await threeRuns(dockerImageTag, { name: 'box', tag: '1', repository: ['tag', 'tag:2'] })).toEqual(
      changing(`image tag:1: absent → ${box}`, `image tag:2: absent → ${box}`),
    );
    const args = { name: 'other:1', repository: ['tag:1'] };
    expect(outcomeOf(await run(dockerImageTag, { ...args, existing_images: 'keep' }))).toEqual(['ok']);
    expect(await threeRuns(dockerImageTag, args)).toEqual(changing(`image tag:1: ${box} → ${other}`));
    expect(outcomeOf(await run(dockerImageTag, { name: 'none', repository: ['tag:1'] }))).toEqual([
      'failed',
      'Cannot find image none:latest',
    ]);
  });

  test('docker_image_remove removes a name, or the image with its last one', async () => {
    await sh(
      'docker tag box:1 gone:1; docker rmi -f own:1; echo FROM box:1 >/tmp/d; echo LABEL own=1 >>/tmp/d; docker build -t own:1 - </tmp/d',
    );
    const box = await idOf('box:1');
    expect(await threeRuns(dockerImageRemove, { name: 'gone', tag: '1' })).toEqual(
      changing(`image gone:1: ${box} → absent`),
    );
    const own = await said('docker image inspect -f {{.Id}} own:1');
    const told = await run(dockerImageRemove, { name: 'own:1' }, { check: true });
    expect(told).toMatchObject({ result: { untagged: ['own:1'], deleted: [own] } });
    expect(await run(dockerImageRemove, { name: 'own:1' })).toMatchObject({
      result: { untagged: ['own:1'], deleted: expect.arrayContaining([own]), image: { Id: own } },
    });
    await sh('docker tag box:1 used:1; docker create --name user used:1; docker rmi -f used:1; docker rm -f user');
  });

  test('docker_image_push reports a change if something was sent', async () => {
    const name = `${registry}/pushed:1`;
    await sh(
      `echo s3cret | docker login -u ann --password-stdin ${registry}; date +%N >/tmp/n; { echo FROM box:1; echo "ENV N=$(cat /tmp/n)"; echo RUN touch /n; } >/tmp/d; docker build -t ${name} - </tmp/d`,
    );
    expect(outcomeOf(await run(dockerImagePush, { name }, { check: true }))).toEqual([
      'changed',
      `registry of ${name}:  → pushed`,
    ]);
    expect(await run(dockerImagePush, { name })).toMatchObject({ status: 'changed', result: { changed: true } });
    expect(outcomeOf(await run(dockerImagePush, { name }, { check: true }))).toEqual(['ok']);
    expect(await run(dockerImagePush, { name })).toMatchObject({ result: { changed: false } });
    if (!isThorough) return;
    await sh(
      `docker logout ${registry}; date +%N >/tmp/n; { echo FROM box:1; echo RUN touch /m; } >/tmp/d; docker build -t ${registry}/pushed:2 - </tmp/d`,
    );
    expect(outcomeOf(await run(dockerImagePush, { name: `${registry}/pushed`, tag: '2' })).at(-1)).toMatch(
      /Error pushing image .*(?:unauthorized|no basic auth)/,
    );
    expect(outcomeOf(await run(dockerImagePush, { name: `sha256:${'a'.repeat(64)}` }))).toEqual([
      'failed',
      'Cannot push an image by ID',
    ]);
  });

  test('docker_image_export and docker_image_load', async () => {
    await sh('rm -f /srv/ex.tar; docker tag box:1 ex:1; docker tag box:1 ex:2');
    const args = { names: ['ex:1', 'ex:2'], path: '/srv/ex.tar' };
    expect(await threeRuns(dockerImageExport, args)).toEqual(changing('/srv/ex.tar: absent → images ex:1, ex:2'));
    expect(await threeRuns(dockerImageExport, { ...args, names: ['ex:1'] })).toEqual(
      changing('/srv/ex.tar: other images → image ex:1'),
    );
    expect(outcomeOf(await run(dockerImageExport, { ...args, names: ['ex:1'], force: true }))[0]).toBe('changed');
    expect(outcomeOf(await run(dockerImageExport, { ...args, names: ['none'] }))).toEqual([
      'failed',
      'Image none:latest not found',
    ]);
    expect(outcomeOf(await run(dockerImageLoad, { path: '/srv/ex.tar' }))).toEqual(['ok']);
    await sh('docker rmi ex:1');
    expect(await threeRuns(dockerImageLoad, { path: '/srv/ex.tar' })).toEqual(changing('images ex:1: absent → loaded'));
    await sh('docker rmi ex:1');
    expect(await run(dockerImageLoad, { path: '/srv/ex.tar' })).toMatchObject({
      result: { image_names: ['ex:1'], images: [{ RepoTags: expect.arrayContaining(['ex:1']) }] },
    });
    const ended = await checkAll([
      [dockerImageRemove, { name: 'ex:1' }],
      [dockerImageLoad, { path: '/srv/ex.tar' }],
      [dockerImageLoad, { path: '/srv/ex.tar' }],
    ]);
    expect(ended.map((one) => outcomeOf(one)[0])).toEqual(['changed', 'changed', 'ok']);
    await sh('echo nonsense >/srv/bad.tar');
    expect(outcomeOf(await run(dockerImageLoad, { path: '/srv/bad.tar' })).at(-1)).toContain('Error loading archive');
    expect(outcomeOf(await run(dockerImageLoad, { path: '/srv/none.tar' })).at(-1)).toContain('no such file');
  });
});

describe('docker_prune and information', () => {
  test('removes what nothing uses, and nothing else', async () => {
    await sh(
      `docker rm -fv $(docker ps -aq); docker network prune -f; docker volume rm $(docker volume ls -q)
docker run -d --name runs -v used:/data box:1
docker create --name idle --label keep=1 box:1; docker create --name old -v free:/data box:1
docker network create unused; docker volume create alone`,
    );
    const old = (await said('docker inspect -f {{.Id}} old')).slice(0, 12);
    const args = { containers: true, containers_filters: { 'label!': ['keep=1'] }, networks: true, volumes: true };
    const changes = [`containers: ${old} → absent`, 'networks: unused → absent', 'volumes: alone, free → absent'];
    expect(outcomeOf(await run(dockerPrune, args, { check: true }))).toEqual(['changed', ...changes]);
    expect(
      (await run(dockerPrune, { containers: true, containers_filters: { until: '1h' } }, { check: true })).status,
    ).toBe('unknown');
    const ended = await run(dockerPrune, args);
    expect(outcomeOf(ended)).toEqual(['changed', ...changes]);
    expect(ended).toMatchObject({ result: { networks: ['unused'], containers_space_reclaimed: 0, changed: true } });
    expect('result' in ended && [...(ended.result['volumes'] as string[])].sort()).toEqual(['alone', 'free']);
    expect(await said('docker ps -a --format {{.Names}}; docker volume ls -q')).toBe('idle\nruns\nused');
    expect(outcomeOf(await run(dockerPrune, args))).toEqual(['ok']);
    expect(outcomeOf(await run(dockerPrune, args, { check: true }))).toEqual(['ok']);
  });

  test.runIf(isThorough)('images', async () => {
    await sh(
      `docker image prune -f; for n in 1 2; do { echo FROM box:1; echo LABEL n=$(date +%N); } >/tmp/d; docker build -t pruned:1 - </tmp/d; done`,
    );
    const check = await run(dockerPrune, { images: true }, { check: true });
    expect(check).toMatchObject({ status: 'changed', result: { images: [expect.stringMatching(/^sha256:/)] } });
    expect(await run(dockerPrune, { images: true })).toMatchObject({
      result: {
        changed: true,
        images: expect.arrayContaining('result' in check ? (check.result['images'] as string[]) : []),
      },
    });
    expect(outcomeOf(await run(dockerPrune, { images: true, builder_cache: true }, { check: true }))[0]).toBe(
      'unknown',
    );
    expect((await run(dockerPrune, { images: true, builder_cache: true })).status).not.toBe('failed');
  });

  test('docker_network_info, docker_volume_info and docker_host_info', async () => {
    await sh(
      'docker rm -f idle runs; docker run -d --name runs -p 8080:80 --label a=b box:1; docker volume create told',
    );
    expect(await run(dockerNetworkInfo, { name: 'bridge' })).toMatchObject({
      status: 'ok',
      result: { exists: true, network: { Driver: 'bridge' } },
    });
    expect(await run(dockerNetworkInfo, { name: 'none-such' })).toMatchObject({
      result: { exists: false, network: null },
    });
    expect(await run(dockerVolumeInfo, { name: 'told' })).toMatchObject({
      result: { exists: true, volume: { Name: 'told' } },
    });
    expect(await run(dockerVolumeInfo, { name: 'none-such' })).toMatchObject({
      result: { exists: false, volume: null },
    });
    const all = { containers: true, images: true, networks: true, volumes: true, disk_usage: true };
    expect(await run(dockerHostInfo, { ...all, containers_filters: { label: 'a=b' } })).toMatchObject({
      status: 'ok',
      result: {
        can_talk_to_docker: true,
        host_info: { Driver: 'vfs' },
        containers: [
          {
            Names: ['/runs'],
            Image: 'box:1',
            Command: 'sleep 1000',
            Status: expect.stringMatching(/^Up/),
            Ports: expect.arrayContaining([{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }]),
          },
        ],
        networks: expect.arrayContaining([expect.objectContaining({ Name: 'bridge', Scope: 'local' })]),
        volumes: expect.arrayContaining([{ Driver: 'local', Name: 'told' }]),
        images: expect.arrayContaining([expect.objectContaining({ RepoTags: expect.arrayContaining(['box:1']) })]),
        disk_usage: { LayersSize: expect.any(Number) },
      },
    });
    expect(await run(dockerHostInfo, { containers: true, verbose_output: true, disk_usage: true })).toMatchObject({
      result: { containers: [{ Config: { Image: 'box:1' } }] },
    });
    expect(await run(dockerHostInfo, { docker_host: 'unix:///run/none.sock' })).toMatchObject({
      status: 'failed',
      result: { can_talk_to_docker: false },
    });
  });
});

describe('docker_container_copy_into', () => {
  test('writes a file with its owner and mode, once', async () => {
    await sh(
      'docker rm -f into; docker run -d --name into box:1; echo hello >/srv/in.txt; chmod 640 /srv/in.txt; ln -sf in.txt /srv/in.link',
    );
    const args = { container: 'into', path: '/srv/in.txt', container_path: '/tmp/there' };
    expect((await threeRuns(dockerContainerCopyInto, args)).map(([status]) => status)).toEqual([
      'changed',
      'changed',
      'ok',
    ]);
    expect(await said('docker exec into ls -ln /tmp/there; docker exec into cat /tmp/there')).toMatch(
      /^-rw-r----- .* 0 +0 +6 .*\nhello$/,
    );
    expect(
      await threeRuns(dockerContainerCopyInto, {
        ...args,
        path: '/srv/in.link',
        owner_id: 7,
        group_id: 8,
        mode: 0o4755,
      }),
    ).toEqual(
      changing(
        'mode of /tmp/there in container into: rw-r----- → rwsr-xr-x',
        'owner and group of /tmp/there in container into: 0/0 → 7/8',
      ),
    );
    await sh('docker exec into sh -c "echo drift >/tmp/there"');
    const drifted = outcomeOf(
      await run(dockerContainerCopyInto, { ...args, owner_id: 7, group_id: 8, mode: '0755', mode_parse: 'modern' }),
    );
    expect(drifted[1]).toMatch(/^content of \/tmp\/there in container into: \w{12} → \w{12}$/);
    expect(outcomeOf(await run(dockerContainerCopyInto, { ...args, force: false }))).toEqual(['ok']);
    expect(outcomeOf(await run(dockerContainerCopyInto, { ...args, force: true }))[0]).toBe('changed');
  });

  test.runIf(isThorough)('content, links and containers that do not run', async () => {
    await sh('docker exec into busybox ln -sf /tmp/target /tmp/link; docker stop -t 0 into');
    const args = { container: 'into', content: 'hunter2', container_path: '/tmp/link', mode: 0o600 };
    expect(outcomeOf(await run(dockerContainerCopyInto, args)).at(-1)).toContain('give owner_id and group_id');
    const owned = { ...args, owner_id: 0, group_id: 0 };
    expect(await run(dockerContainerCopyInto, { ...owned, follow: true })).toMatchObject({
      status: 'changed',
      result: { container_path: '/tmp/target' },
    });
    expect(await threeRuns(dockerContainerCopyInto, owned)).toEqual(
      changing('/tmp/link in container into: link → given content, 0600, 0/0'),
    );
    expect(await said('docker start into >/dev/null; docker exec into cat /tmp/target /tmp/link')).toBe(
      'hunter2hunter2',
    );
    const wrong = async (more: object) => outcomeOf(await run(dockerContainerCopyInto, { ...owned, ...more })).at(-1);
    expect(await wrong({ container: 'none-such' })).toBe('Could not find container "none-such"');
    expect(await wrong({ container_path: '/none/such' })).toContain('Cannot find directory /none');
    expect(await wrong({ container_path: '/tmp' })).toContain('is a directory');
    expect(await wrong({ content: undefined, path: '/srv/none' })).toContain('Cannot find local file');
  });
});

describe('compose', () => {
  const project_src = '/srv/more';
  const env = { A: `it's "odd" $x`, B: 'two\nlines' };

  beforeAll(async () => {
    await sh(
      `echo s3cret | docker login -u ann --password-stdin ${registry}; docker tag box:1 ${registry}/more:1; docker push ${registry}/more:1`,
    );
    await sh(
      `mkdir -p ${project_src} && cat >${project_src}/compose.yaml`,
      `services:\n  web:\n    image: ${registry}/more:1\n    init: true\n  built:\n    image: more-built\n    build: .\n    profiles: [no]\n`,
    );
    await sh(`cd ${project_src} && docker compose up -d --scale web=2`);
  });

  test('docker_compose_v2_exec runs a program in a running container', async () => {
    const args = {
      project_src,
      service: 'web',
      argv: ['sh', '-c', 'pwd; echo "$A"; echo "$B"; cat; exit 3'],
      chdir: '/tmp',
      env,
      stdin: 'input',
    };
    expect(outcomeOf(await run(dockerComposeV2Exec, args, { check: true }))[0]).toBe('changed');
    expect(await run(dockerComposeV2Exec, args)).toMatchObject({
      status: 'failed',
      result: { rc: 3, stdout: `/tmp\nit's "odd" $x\ntwo\nlines\ninput` },
    });
    const second = await said('docker inspect -f "{{slice .Id 0 12}}" more-web-2');
    expect(
      await run(dockerComposeV2Exec, { project_src, service: 'web', index: 2, command: 'cat /etc/hostname' }),
    ).toMatchObject({
      result: { stdout: second },
    });
    const wrong = async (more: object) =>
      outcomeOf(await run(dockerComposeV2Exec, { project_src, service: 'web', command: 'id', ...more })).at(-1);
    expect(await wrong({ service: 'nosuch' })).toBe('no such service: nosuch');
    expect(await wrong({ index: 9 })).toBe('service "web" has no container #9');
    expect(await wrong({ project_src: '/srv/nosuch' })).toContain('is not a directory');
    await sh('docker stop -t 0 more-web-2');
    expect(await wrong({ index: 2 })).toBe('Container "more-web-2" is not running: it is exited');
  });

  test('docker_compose_v2_run runs a program in a container of its own', async () => {
    const args = {
      project_src,
      service: 'web',
      argv: ['sh', '-c', 'echo "$A"; echo "$B"; cat'],
      env,
      stdin: 'input',
      cleanup: true,
    };
    expect(outcomeOf(await run(dockerComposeV2Run, args, { check: true }))[0]).toBe('changed');
    expect(await run(dockerComposeV2Run, args)).toMatchObject({
      status: 'changed',
      result: { rc: 0, stdout: `it's "odd" $x\ntwo\nlines\ninput` },
    });
  });

  test.runIf(isThorough)('docker_compose_v2_run also leaves a program to itself, and takes a definition', async () => {
    expect(
      await run(dockerComposeV2Run, {
        project_src,
        service: 'web',
        command: 'sleep 100',
        name: 'more-job',
        detach: true,
      }),
    ).toMatchObject({
      result: { changed: true, container_id: expect.stringMatching(/^(?:[0-9a-f]{64}|more-job)$/) },
    });
    expect(await said('docker inspect -f {{.State.Status}} more-job; docker rm -f more-job')).toContain('running');
    const definition = { services: { one: { image: 'box:1' } } };
    expect(
      await run(dockerComposeV2Run, {
        project_name: 'def',
        definition,
        service: 'one',
        command: 'echo hi',
        cleanup: true,
      }),
    ).toMatchObject({
      result: { stdout: 'hi' },
    });
  });

  test('docker_compose_v2_pull reports a change if an image is another one', async () => {
    const name = `${registry}/more:1`;
    expect(outcomeOf(await run(dockerComposeV2Pull, { project_src }, { check: true }))).toEqual(['ok']);
    expect(await run(dockerComposeV2Pull, { project_src })).toMatchObject({ result: { changed: false } });
    await sh(
      `{ echo FROM box:1; echo RUN date +%N '>/new'; } >/tmp/d; docker build --no-cache -t ${name} - </tmp/d; docker push ${name}; docker tag box:1 ${name}`,
    );
    const box = await idOf('box:1');
    expect(outcomeOf(await run(dockerComposeV2Pull, { project_src }, { check: true }))).toEqual([
      'changed',
      `image ${name}: ${box} → pulled`,
    ]);
    expect(await run(dockerComposeV2Pull, { project_src })).toMatchObject({
      result: { changed: true, actions: [{ what: 'image', id: name, status: 'Pulling' }] },
    });
    expect(outcomeOf(await run(dockerComposeV2Pull, { project_src, policy: 'missing' }))).toEqual(['ok']);
    expect(outcomeOf(await run(dockerComposeV2Pull, { project_src, services: ['nosuch'] }))).toEqual([
      'failed',
      'no such service: nosuch',
    ]);
    await sh(`cd ${project_src} && docker compose down -t 0`);
  });
});
