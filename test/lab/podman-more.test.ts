import { beforeAll, describe, expect, test } from 'vitest';
import podmanExport from '../../tasks/podman_export.ts';
import podmanImport from '../../tasks/podman_import.ts';
import podmanLogin from '../../tasks/podman_login.ts';
import podmanLoginInfo from '../../tasks/podman_login_info.ts';
import podmanLogout from '../../tasks/podman_logout.ts';
import podmanPrune from '../../tasks/podman_prune.ts';
import { isThorough } from '../thorough.ts';
import { changing } from './database-host.ts';
import { checkAll, run, said, sh, threeRuns, up } from './podman-host.ts';
import { outcomeOf } from './system-host.ts';

const registry = '127.0.0.1:5001';

beforeAll(async () => {
  await up();
  // Something that asks for a password, as a registry does.
  await sh(`mkdir -p /srv/registry/v2 && touch /srv/registry/v2/index.html && echo '/v2:ann:s3cret' >/srv/registry.conf
busybox httpd -p ${registry} -h /srv/registry -c /srv/registry.conf -r registry
podman logout --all`);
});

describe('podman_login, podman_logout and podman_login_info', () => {
  const args = { registry, username: 'ann', password: 's3cret', tlsverify: false };

  test('log in once, tell who is, and log out', async () => {
    expect(outcomeOf(await run(podmanLogin, { ...args, password: 'wr0ng' })).at(-1)).toContain(
      'invalid username/password',
    );
    expect(await threeRuns(podmanLogin, args)).toEqual(changing(`login to ${registry}: absent → ann`));
    expect(outcomeOf(await run(podmanLogin, { registry: `http://${registry}/v2/` }))).toEqual(['ok']);
    expect(outcomeOf(await run(podmanLogin, { ...args, password: 'wr0ng' }, { check: true }))).toEqual([
      'changed',
      `login to ${registry}: ann, with another password → ann`,
    ]);
    const info = { status: 'ok', result: { login: { logged_in: true, registry, username: 'ann' } } };
    expect(await run(podmanLoginInfo, { registry })).toMatchObject(info);
    expect(await threeRuns(podmanLogout, { registry })).toEqual(changing(`login to ${registry}: ann → absent`));
    expect(await run(podmanLoginInfo, { registry })).toMatchObject({
      status: 'ok',
      result: { login: { logged_in: false, registry, username: '' } },
    });
  });

  test('a secret of Podman is a password, too, and another file can keep the login', async () => {
    const withSecret = { registry, username: 'ann', tlsverify: false, secret: 'pass', authfile: '/root/auth.json' };
    await sh('rm -f /root/auth.json; printf s3cret | podman secret create pass -');
    expect(await threeRuns(podmanLogin, withSecret)).toEqual(changing(`login to ${registry}: absent → ann`));
    await sh('podman secret rm pass; printf wr0ng | podman secret create pass -');
    expect(outcomeOf(await run(podmanLogin, withSecret, { check: true })).at(-1)).toContain('with another password');
    expect(outcomeOf(await run(podmanLogin, { ...withSecret, secret: 'none' })).at(-1)).toContain(
      'no secret with name',
    );
    expect(await threeRuns(podmanLogout, { all: true, authfile: '/root/auth.json' })).toEqual(
      changing(`logins: ${registry} → absent`),
    );
  });

  test('a check predicts a login and what depends on it, and the password is not in the script', async () => {
    const ended = await checkAll([
      [podmanLogin, args],
      [podmanLogin, args],
      [podmanLoginInfo, { registry }],
      [podmanLogout, { registry }],
    ]);
    expect(ended.map(outcomeOf)).toEqual([
      ['changed', `login to ${registry}: absent → ann`],
      ['ok'],
      ['ok'],
      ['changed', `login to ${registry}: ann → absent`],
    ]);
    expect(ended[2]).toMatchObject({ result: { login: { username: 'ann' } } });
    const [first] = ended;
    expect(
      JSON.stringify(
        first && 'changes' in first && first.changes.map(({ commands }) => commands.map((one) => one.script)),
      ),
    ).not.toContain('s3cret');
  });

  test('without a registry, the first one in registries.conf is meant', async () => {
    expect(outcomeOf(await run(podmanLogin, { ...args, registry: undefined })).at(-1)).toContain('one must be given');
    await sh(`mkdir -p /etc/containers/registries.conf.d
echo 'unqualified-search-registries = ["${registry}"]' >/etc/containers/registries.conf.d/lab.conf`);
    expect(await threeRuns(podmanLogin, { ...args, registry: undefined })).toEqual(
      changing(`login to ${registry}: absent → ann`),
    );
    expect(await threeRuns(podmanLogout, {})).toEqual(changing(`login to ${registry}: ann → absent`));
    await sh('rm /etc/containers/registries.conf.d/lab.conf');
  });

  test('a login of docker is not removed', async () => {
    await sh(
      `mkdir -p /root/.docker; echo '{"auths":{"${registry}":{"auth":"YW5uOnMzY3JldA=="}}}' >/root/.docker/config.json`,
    );
    expect(outcomeOf(await run(podmanLogout, { registry })).at(-1)).toContain('is one of docker');
    expect(outcomeOf(await run(podmanLogout, { registry, ignore_docker_credentials: true }))).toEqual(['ok']);
    await sh('rm -r /root/.docker');
  });
});

describe('podman_export and podman_import', () => {
  test('a container and a volume go into archives, and come back', async () => {
    await sh(`rm -f /srv/c.tar /srv/v.tar; podman create --name plain box:1; podman volume create full; podman volume create empty
echo hello >"$(podman volume inspect -f '{{.Mountpoint}}' full)/file"`);
    expect(await threeRuns(podmanExport, { container: 'plain', dest: '/srv/c.tar', force: false })).toEqual(
      changing('/srv/c.tar: absent → container plain'),
    );
    expect(await said('tar -tf /srv/c.tar bin/busybox')).toBe('bin/busybox');
    expect(outcomeOf(await run(podmanExport, { container: 'plain', dest: '/srv/c.tar' }))).toEqual([
      'changed',
      '/srv/c.tar: present → container plain',
    ]);
    expect(outcomeOf(await run(podmanExport, { volume: 'full', dest: '/srv/v.tar' }))[0]).toBe('changed');
    expect(outcomeOf(await run(podmanExport, { volume: 'none', dest: '/srv/n.tar' }))).toEqual([
      'failed',
      'there is no volume none',
    ]);
    expect(outcomeOf(await run(podmanImport, { src: '/srv/v.tar', volume: 'empty' }))[0]).toBe('changed');
    expect(await said(`cat "$(podman volume inspect -f '{{.Mountpoint}}' empty)/file"`)).toBe('hello');
    const image = {
      src: '/srv/c.tar',
      commit_message: `it's "one"`,
      change: [{ CMD: '/bin/sh' }, { USER: 'www-data' }],
    };
    expect(outcomeOf(await run(podmanImport, image, { check: true }))).toEqual([
      'changed',
      'image: absent → files in /srv/c.tar',
    ]);
    expect(await run(podmanImport, image)).toMatchObject({
      status: 'changed',
      result: { image: { Comment: image.commit_message, User: 'www-data' } },
    });
    expect(outcomeOf(await run(podmanImport, { src: '/srv/none.tar' })).at(-1)).toBe('there is no file /srv/none.tar');
    expect(outcomeOf(await run(podmanImport, { src: '/srv/c.tar', volume: 'none' })).at(-1)).toBe(
      'there is no volume none',
    );
  });
});

describe('podman_prune', () => {
  const idsOf = async (kind: string) =>
    (await said(`podman ${kind} ls -a -q --no-trunc`)).replaceAll('sha256:', '').split('\n');

  test('a check tells what the run removes, and nothing is left for a second run', async () => {
    await sh(`podman rm -fa; podman volume rm -fa; podman network prune -f; podman image prune -f
podman run -d --name on --network=host -v kept:/data box:1 sleep 900
podman create --name off -v freed:/data box:1
podman import --quiet /srv/c.tar
podman network create lone`);
    const args = { container: true, image: true, network: true, volume: true };
    const [id] = await idsOf('container --filter name=off');
    expect(id).toBeDefined();
    const [, ...told] = outcomeOf(await run(podmanPrune, args, { check: true }));
    const ended = await run(podmanPrune, args);
    expect(outcomeOf(ended).slice(1)).toEqual(told);
    expect(told.map((line) => line.split(':')[0])).toEqual(['containers', 'images', 'networks', 'volumes']);
    expect(ended).toMatchObject({
      result: {
        changed: true,
        containers: [expect.any(String)],
        images: [expect.any(String)],
        networks: ['lone'],
        volumes: ['freed'],
      },
    });
    expect(await said('podman ps -a --format {{.Names}}; podman volume ls -q')).toBe('on\nkept');
    expect(outcomeOf(await run(podmanPrune, args))).toEqual(['ok']);
  });

  test('filters hold in a check if the engine can apply them there', async () => {
    await sh('podman volume create --label old=1 labelled; podman volume create plain');
    const of = async (volume_filters: object) =>
      outcomeOf(await run(podmanPrune, { volume: true, volume_filters }, { check: true }));
    expect(await of({ label: 'old=1' })).toEqual(['changed', 'volumes: labelled → absent']);
    expect((await of({ 'label!': 'old=1' }))[0]).toBe('unknown');
    expect(await of({ until: '24h' })).toEqual(['ok']);
    expect(outcomeOf(await run(podmanPrune, { volume: true, volume_filters: { label: 'old=1' } }))[0]).toBe('changed');
    expect(await said('podman volume ls -q')).toBe('kept\nplain');
  });

  test.runIf(isThorough)(
    'system: everything that is not used goes, images with a name only with system_all',
    async () => {
      await sh(
        'podman create --name off box:1; podman tag box:1 keep:1; podman pod create --name idle --network host; podman pod start idle; podman pod stop -t 0 idle',
      );
      expect((await run(podmanPrune, { system: true }, { check: true })).status).toBe('unknown');
      expect(await run(podmanPrune, { system: true })).toMatchObject({ status: 'changed', result: { changed: true } });
      expect(
        await said('podman ps -a --format {{.Names}}; podman pod ls -q; podman image exists keep:1 && echo there'),
      ).toBe('on\nthere');
      expect(outcomeOf(await run(podmanPrune, { system: true }))).toEqual(['ok']);
      await sh('podman untag box:1 keep:1; podman rm -f on');
    },
  );
});
