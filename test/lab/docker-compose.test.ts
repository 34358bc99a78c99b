import { beforeAll, describe, expect, test } from 'vitest';
import copy from '../../tasks/copy.ts';
import dockerComposeV2 from '../../tasks/docker_compose_v2.ts';
import { isThorough } from '../thorough.ts';
import { checkAll, run, said, sh, threeRuns, up } from './container-host.ts';
import { changing } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const project_src = '/srv/shop';

const write = (web: string, more = '') =>
  sh(
    `mkdir -p ${project_src} && cat >${project_src}/compose.yaml`,
    `services:
  web:
    image: box:1
    init: true
    command: ${web}
    volumes: ["/srv/written:/written"]
  db:
    image: box:1
    init: true
    depends_on: [web]
${more}`,
  );

beforeAll(async () => {
  await up();
  await sh(`rm -rf ${project_src}`);
});

describe('docker_compose_v2', () => {
  test('runs a project once, changes what differs, and removes it', async () => {
    await write('sleep 1000');
    expect(await threeRuns(dockerComposeV2, { project_src })).toEqual(
      changing(
        'network shop_default: absent → created',
        'container shop-web-1: absent → created, started',
        'container shop-db-1: absent → created, started',
      ),
    );
    expect(await run(dockerComposeV2, { project_src })).toMatchObject({
      result: {
        actions: [],
        containers: expect.arrayContaining([expect.objectContaining({ Name: 'shop-web-1', State: 'running' })]),
        images: expect.arrayContaining([expect.objectContaining({ ContainerName: 'shop-db-1' })]),
      },
    });
    await write('sleep 1001');
    const changed = await run(dockerComposeV2, { project_src, services: ['web'] });
    expect(outcomeOf(changed)).toEqual(['changed', 'container shop-web-1: present → created again, started']);
    expect(changed).toMatchObject({
      result: {
        changed: true,
        actions: [
          { what: 'container', id: 'shop-web-1', status: 'Recreate' },
          { what: 'container', id: 'shop-web-1', status: 'Starting' },
        ],
      },
    });
    await sh('docker stop -t 1 shop-db-1');
    expect(outcomeOf(await run(dockerComposeV2, { project_src }))).toEqual([
      'changed',
      'container shop-db-1: present → started',
    ]);
    expect(
      (await threeRuns(dockerComposeV2, { project_src, state: 'absent', timeout: 1 })).map(([status]) => status),
    ).toEqual(['changed', 'changed', 'ok']);
    expect(await said('docker ps -aq')).toBe('');
  });

  test.runIf(isThorough)('runs as many as are wanted, stops them and starts them again', async () => {
    await run(dockerComposeV2, { project_src });
    expect(outcomeOf(await run(dockerComposeV2, { project_src, scale: { web: 2 } }))).toEqual([
      'changed',
      'container shop-web-2: absent → created, started',
    ]);
    expect(await threeRuns(dockerComposeV2, { project_src, state: 'stopped', timeout: 1, scale: { web: 2 } })).toEqual(
      changing(
        'container shop-db-1: present → stopped',
        'container shop-web-1: present → stopped',
        'container shop-web-2: present → stopped',
      ),
    );
    expect(
      outcomeOf(await run(dockerComposeV2, { project_src, state: 'restarted', services: ['db'], timeout: 1 })),
    ).toEqual(['changed', 'container shop-db-1: present → restarted']);
    await run(dockerComposeV2, { project_src, state: 'absent', timeout: 1 });
  });

  test('a definition is sent on stdin, and may have secrets', async () => {
    const definition = { services: { app: { image: 'box:1', init: true, environment: { TOKEN: 'hunter2' } } } };
    const args = { project_name: 'given', definition };
    const ended = await run(dockerComposeV2, args, { check: true });
    expect(
      JSON.stringify('changes' in ended && ended.changes.map(({ commands }) => commands.map(({ script }) => script))),
    ).not.toContain('hunter2');
    expect((await run(dockerComposeV2, args)).status).toBe('changed');
    expect((await run(dockerComposeV2, args)).status).toBe('ok');
    expect(await said('docker exec given-app-1 env')).toContain('TOKEN=hunter2');
    expect((await run(dockerComposeV2, { ...args, state: 'absent', timeout: 1 })).status).toBe('changed');
  });

  test.runIf(isThorough)('images are built; a check says that it does not know what building gives', async () => {
    await write('sleep 1000', '  own:\n    image: own:1\n    build: .\n    init: true\n');
    await sh(`printf 'FROM box:1\\nENV A=1\\n' >${project_src}/Dockerfile; docker rmi own:1`);
    const args = { project_src, build: 'always', services: ['own'] };
    expect((await run(dockerComposeV2, { project_src, pull: 'never' }, { check: true })).status).toBe('changed');
    expect((await run(dockerComposeV2, args, { check: true })).status).toBe('changed');
    expect(await run(dockerComposeV2, args)).toMatchObject({ status: 'changed', result: { changed: true } });
    expect((await run(dockerComposeV2, args, { check: true })).status).toBe('unknown');
    expect(await run(dockerComposeV2, args)).toMatchObject({ result: { changed: false } });
    await sh(`printf 'FROM box:1\\nENV A=2\\n' >${project_src}/Dockerfile`);
    expect(await run(dockerComposeV2, args)).toMatchObject({ result: { changed: true } });
    await run(dockerComposeV2, { project_src, state: 'absent', timeout: 1 });
  });

  test('what is missing or wrong is told', async () => {
    const wrong = async (args: object) => outcomeOf(await run(dockerComposeV2, args)).at(-1);
    expect(await wrong({ project_src: '/srv/none' })).toBe('"/srv/none" is not a directory');
    expect(await wrong({ project_src: '/etc' })).toContain('"/etc" does not contain compose.yaml');
    expect(await wrong({ project_src: '/etc', files: ['x.yaml'] })).toBe(
      'Cannot find Compose file "x.yaml" relative to project directory "/etc"',
    );
    await sh('mkdir -p /srv/bad && echo "services: {a: {image: box:none, pull_policy: never}}" >/srv/bad/compose.yaml');
    expect(await wrong({ project_src: '/srv/bad' })).toContain('box:none');
    await sh('echo "bad: [" >/srv/bad/compose.yaml');
    expect(await wrong({ project_src: '/srv/bad' })).toContain('yaml: line 1');
    await sh('mv /usr/libexec/docker/cli-plugins/docker-compose /root/');
    expect(await wrong({ project_src })).toContain('docker has no compose plugin on the host');
    await sh('mv /root/docker-compose /usr/libexec/docker/cli-plugins/');
  });

  test('in a check, a project whose file an earlier task would write is unknown', async () => {
    await write('sleep 1000');
    const ended = await checkAll([
      [copy, { dest: `${project_src}/compose.yaml`, content: 'services: {}\n' }],
      [dockerComposeV2, { project_src }],
    ]);
    expect(ended.map(({ status }) => status)).toEqual(['changed', 'unknown']);
  });
});
