import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import k8s from '../../tasks/k8s.ts';
import { isThorough } from '../thorough.ts';
import { runAllHere, runHere } from './harness.ts';
import { clusterForTests, loginTo, PATIENCE, TOKEN } from './kubernetes/cluster.ts';
import { folder, runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const settings = (data: object, name = 'settings') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

const deployment = (more: object = {}, image = 'nginx:1.25') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image, env: [{ name: 'COLOR', value: 'red' }] }] },
    },
    ...more,
  },
});

describe('k8s', () => {
  const server = clusterForTests();
  const run = (args: object, check = false) => runHere(k8s, { ...loginTo(server()), ...args }, { check });

  /** What a check foretells, what the run does, and that there is nothing to do afterwards. */
  async function changed(args: object): Promise<readonly string[]> {
    const before = server().changes.length;
    const foretold = outcomeOf(await run(args, true));
    expect(server().changes.length).toBe(before);
    expect(outcomeOf(await run(args))).toEqual(foretold);
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    return foretold;
  }

  test('an object is created, changed and removed, as a check foretells', { timeout: PATIENCE }, async () => {
    expect(await changed({ definition: settings({ color: 'red' }) })).toEqual([
      'changed',
      'ConfigMap default/settings: absent → created',
    ]);
    expect(await changed({ definition: settings({ color: 'blue', size: '3' }) })).toEqual([
      'changed',
      'data.color of ConfigMap default/settings: red → blue',
      'data.size of ConfigMap default/settings: absent → 3',
    ]);
    expect(server().get('/api/v1/namespaces/default/configmaps/settings')?.['data']).toEqual({
      color: 'blue',
      size: '3',
    });
    const gone = { kind: 'configmap', name: 'settings', namespace: 'default', state: 'absent' };
    expect(await changed(gone)).toEqual(['changed', 'ConfigMap default/settings: present → absent']);
    expect(server().changes).toEqual([
      'POST /api/v1/namespaces/default/configmaps',
      'PATCH /api/v1/namespaces/default/configmaps/settings',
      'DELETE /api/v1/namespaces/default/configmaps/settings',
    ]);
  });

  test('lists are merged by their keys, and defaults of the server are no differences', {
    timeout: PATIENCE,
  }, async () => {
    expect(await changed({ definition: deployment() })).toEqual([
      'changed',
      'Deployment default/web: absent → created',
    ]);
    expect(await changed({ definition: deployment({ replicas: 3 }, 'nginx:1.26') })).toEqual([
      'changed',
      'spec.replicas of Deployment default/web: 1 → 3',
      'spec.template.spec.containers[web].image of Deployment default/web: nginx:1.25 → nginx:1.26',
    ]);
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    const drifted = { ...server().get(path), spec: { ...deployment({ replicas: 2 }, 'nginx:1.26').spec } };
    server().put('apps/v1', drifted);
    expect(await changed({ definition: deployment({ replicas: 3 }, 'nginx:1.26') })).toEqual([
      'changed',
      'spec.replicas of Deployment default/web: 2 → 3',
    ]);
    server().remove(path);
  });

  test('a manifest with a namespace and what belongs into it', { timeout: PATIENCE }, async () => {
    const text = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: clerk, namespace: shop}}
`;
    expect(await changed({ definition: text })).toEqual([
      'changed',
      'Namespace shop: absent → created',
      'ServiceAccount shop/clerk: absent → created',
    ]);
    const steps = [
      { kind: 'namespace', name: 'depot' },
      { definition: { ...settings({ a: '1' }), metadata: { name: 'settings' } }, namespace: 'depot' },
    ].map((args) => [k8s, { ...loginTo(server()), ...args }] as const);
    const foretold = (await runAllHere(steps, { check: true })).map(outcomeOf);
    expect(foretold).toEqual([
      ['changed', 'Namespace depot: absent → created'],
      ['changed', 'ConfigMap depot/settings: absent → created'],
    ]);
    expect((await runAllHere(steps)).map(outcomeOf)).toEqual(foretold);
  });

  test.runIf(isThorough)(
    'own kinds: they are defined and used, and patched as the server can',
    { timeout: PATIENCE },
    async () => {
      const names = { kind: 'Backup', plural: 'backups' };
      const definition = [
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'backups.example.org' },
          spec: { group: 'example.org', names, scope: 'Namespaced' },
        },
        {
          apiVersion: 'example.org/v1',
          kind: 'Backup',
          metadata: { name: 'b', namespace: 'default' },
          spec: { days: [1] },
        },
      ];
      expect(await changed({ definition })).toEqual([
        'changed',
        'CustomResourceDefinition backups.example.org: absent → created',
        'Backup default/b: absent → created',
      ]);
      expect(await changed({ definition: { ...definition[1], spec: { days: [1, 2] } } })).toEqual([
        'changed',
        'spec.days of Backup default/b: [1] → [1,2]',
      ]);
      const refused = outcomeOf(
        await run({ definition: { ...definition[1], spec: {} }, merge_type: 'strategic-merge' }),
      );
      expect(refused.at(-1)).toContain('unknown format');
    },
  );

  test('a secret is told nowhere, and no secret is among arguments', { timeout: PATIENCE }, async () => {
    const scripts: string[] = [];
    const sh: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const secret = (password: string, apply = false) =>
      runHere(
        k8s,
        {
          ...loginTo(server()),
          definition: { kind: 'Secret', metadata: { name: 'db', namespace: 'default' }, stringData: { password } },
          apply,
        },
        { sh },
      );
    expect(outcomeOf(await secret('open-sesame'))).toEqual(['changed', 'Secret default/db: absent → created']);
    for (const apply of [false, true]) {
      const ended = await secret(`other-sesame${apply}`, apply);
      expect(outcomeOf(ended)).toContain('data.password of Secret default/db: (secret) → (another secret)');
      const told = JSON.stringify(
        'changes' in ended ? ended.changes.map(({ commands: _, effects: __, ...rest }) => rest) : '',
      );
      expect(told).not.toMatch(/sesame|c2VzYW1l|b3RoZXI/);
    }
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.join('\n')).not.toMatch(/sesame|a-token/);
    expect(server().asked.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
  });

  test('apply removes what was applied before; force replaces', { timeout: PATIENCE }, async () => {
    const applied = (data: object) => ({ definition: settings(data, 'applied'), apply: true });
    expect(await changed(applied({ a: '1', b: '2' }))).toEqual([
      'changed',
      'ConfigMap default/applied: absent → created',
    ]);
    const fewer = await changed(applied({ a: '1' }));
    expect(fewer).toContain('data.b of ConfigMap default/applied: 2 → absent');
    await run({ definition: settings({ a: '1', b: '2' }, 'forced') });
    expect(await changed({ definition: settings({ a: '1' }, 'forced'), force: true })).toEqual([
      'changed',
      'data.b of ConfigMap default/forced: 2 → absent',
    ]);
  });

  test.runIf(isThorough)('waits until a deployment is ready and an object is gone', { timeout: PATIENCE }, async () => {
    server().ready = false;
    const waiting = { definition: deployment(), wait: true, wait_sleep: 1, wait_timeout: 1 };
    expect(outcomeOf(await run(waiting)).at(-1)).toBe('"Deployment" "web": Timed out waiting on resource');
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    setTimeout(() => {
      server().ready = true;
      server().put('apps/v1', { ...server().get(path) });
    }, 1500);
    const ended = await run({ ...waiting, wait_timeout: 60 });
    expect(ended).toMatchObject({ status: 'ok', result: { method: 'update', duration: expect.any(Number) } });
    const conditions = (type: string) => run({ ...waiting, wait_condition: { type } });
    expect(outcomeOf(await conditions('Available'))).toEqual(['ok']);
    expect((await conditions('Progressing')).status).toBe('failed');

    const kept = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: 'default', finalizers: ['x'] },
    };
    server().put('v1', kept);
    const gone = { kind: 'ConfigMap', name: 'kept', namespace: 'default', state: 'absent' };
    expect((await run(gone)).status).toBe('changed');
    expect(outcomeOf(await run(gone))).toEqual(['ok']);
    const stays = await run({ ...gone, wait: true, wait_sleep: 1, wait_timeout: 1 });
    expect(outcomeOf(stays).at(-1)).toBe('"ConfigMap" "kept": Timed out waiting on resource');
    setTimeout(() => server().remove('/api/v1/namespaces/default/configmaps/kept'), 1000);
    expect((await run({ ...gone, wait: true, wait_sleep: 1, wait_timeout: 60 })).status).toBe('ok');
  });

  test.runIf(isThorough)('objects are chosen by labels', { timeout: PATIENCE }, async () => {
    const labelled = (name: string, tier: string) => ({
      ...settings({}, name),
      metadata: { name, namespace: 'default', labels: { tier } },
    });
    const both = [labelled('one', 'front'), labelled('two', 'back')];
    expect(await changed({ definition: both, label_selectors: ['tier in (front, side)'] })).toEqual([
      'changed',
      'ConfigMap default/one: absent → created',
    ]);
    await run({ definition: both });
    const front = { kind: 'ConfigMap', namespace: 'default', state: 'absent', label_selectors: ['tier=front'] };
    expect(await changed(front)).toEqual(['changed', 'ConfigMap default/one: present → absent']);
    const { label_selectors: _, ...all } = front;
    expect(await changed({ ...all, delete_all: true })).toContain('ConfigMap default/two: present → absent');
  });

  test('results', { timeout: PATIENCE }, async () => {
    const args = { definition: settings({ a: '1' }, 'told'), hidden_fields: ['metadata.uid', 'data'] };
    const told = await run(args);
    expect(told).toMatchObject({
      result: { method: 'create', result: { kind: 'ConfigMap', metadata: { name: 'told' } } },
    });
    expect(told).not.toHaveProperty('result.result.data');
    expect(told).not.toHaveProperty('result.result.metadata.uid');
    const two = await run({ definition: [settings({}, 'told'), settings({}, 'new')] });
    expect(two).toMatchObject({
      result: {
        result: {
          results: [
            { changed: false, method: 'update' },
            { changed: true, method: 'create' },
          ],
        },
      },
    });
    const generated = { generate_name: 'job-', definition: { kind: 'ConfigMap', metadata: { namespace: 'default' } } };
    expect((await run(generated, true)).status).toBe('changed');
    const [one, other] = [await run(generated), await run(generated)];
    expect(one).toMatchObject({ status: 'changed', result: { method: 'create' } });
    const nameOf = (ended: unknown) => JSON.stringify(ended).match(/job-x\d+/)?.[0];
    expect(nameOf(one)).toBeDefined();
    expect(nameOf(one)).not.toBe(nameOf(other));
    const hashed = await run({ definition: settings({ a: '1' }, 'hashed'), append_hash: true });
    expect(hashed).toMatchObject({ result: { result: { metadata: { name: 'hashed-tt42b4m6hd' } } } });
    const missing = await run({ state: 'patched', definition: settings({}, 'nowhere') });
    expect(missing).toMatchObject({ status: 'ok', warnings: [expect.stringContaining('was not found')] });
  });

  test.runIf(isThorough)('other ways to reach a cluster', { timeout: PATIENCE }, async () => {
    using place = folder();
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: server().url, 'certificate-authority': server().authority } }],
      users: [
        { name: 'u', user: { token: TOKEN } },
        { name: 'bad', user: { token: 'bad' } },
      ],
      contexts: [
        { name: 'good', context: { cluster: 'c', user: 'u', namespace: 'default' } },
        { name: 'bad', context: { cluster: 'c', user: 'bad' } },
      ],
      'current-context': 'bad',
    };
    writeFileSync(place.at('config'), JSON.stringify(config));
    const args = { definition: { kind: 'ConfigMap', metadata: { name: 'reached' } } };
    const reach = (more: object) => runHere(k8s, { ...args, ...more }, { check: true });

    for (const kubeconfig of [place.at('config'), config]) {
      expect((await reach({ kubeconfig, context: 'good' })).status).toBe('changed');
      expect(outcomeOf(await reach({ kubeconfig })).at(-1)).toMatch(/Unauthorized|logged in/);
      expect((await reach({ kubeconfig, api_key: TOKEN, context: 'bad', namespace: 'default' })).status).toBe(
        'changed',
      );
    }
    await reach({ kubeconfig: place.at('config'), context: 'good', impersonate_user: 'bob' });
    expect(server().asked.at(-1)?.user).toBe('bob');
    expect(outcomeOf(await reach({ kubeconfig: place.at('none') })).at(-1)).toBe(
      `Failed to load kubeconfig: cannot read ${place.at('none')} on the host`,
    );
  });

  test('definitions in a file on the host', { timeout: PATIENCE }, async () => {
    using place = folder();
    writeFileSync(place.at('one.yaml'), JSON.stringify(settings({ a: '1' }, 'filed')));
    expect(await changed({ src: place.at('one.yaml') })).toEqual([
      'changed',
      'ConfigMap default/filed: absent → created',
    ]);
    expect(outcomeOf(await run({ src: place.at('none.yaml') })).at(-1)).toBe(
      `Failed to load resource definition: cannot read the file '${place.at('none.yaml')}' on the host`,
    );
  });

  test('says what is wrong', { timeout: PATIENCE }, async () => {
    const failure = async (args: object) => {
      const outcomes = [outcomeOf(await run(args, true)), outcomeOf(await run(args))];
      expect(outcomes[0]).toEqual(outcomes[1]);
      return outcomes[0]?.at(-1);
    };
    const { selector: _, ...rest } = deployment().spec;
    expect(
      await failure({ definition: { ...deployment(), spec: rest, metadata: { name: 'x', namespace: 'default' } } }),
    ).toBe('Failed to create object: The Deployment "x" is invalid: spec.selector: Required value');
    expect(await failure({ definition: { apiVersion: 'v1', kind: 'Nothing', metadata: { name: 'x' } } })).toBe(
      'Failed to find exact match for v1.Nothing by [kind, name, singularName, shortNames]',
    );
    expect(await failure({ definition: { ...settings({}), metadata: { name: 'x', namespace: 'nowhere' } } })).toBe(
      'Failed to create object: namespaces "nowhere" not found',
    );
    expect(await failure({ api_key: 'bad', definition: settings({}) })).toMatch(/Unauthorized|logged in/);
    expect(await failure({ definition: '{' })).toMatch(/^Failed to load resource definition: /);
    expect(await failure({})).toBe("'kind' option is required to specify the resource type.");
    const two = [
      { ...deployment(), spec: rest, metadata: { name: 'y', namespace: 'default' } },
      settings({ a: '9' }, 'goes-on'),
    ];
    const ended = await run({ definition: two, continue_on_error: true });
    expect(outcomeOf(ended)).toEqual(['changed', 'ConfigMap default/goes-on: absent → created']);
    expect(ended).toMatchObject({
      result: { result: { results: [{ error: { msg: expect.any(String) } }, { changed: true }] } },
    });

    const { PATH } = process.env;
    try {
      process.env['PATH'] = '/nowhere';
      expect(await failure({ definition: settings({}) })).toMatch(
        /^kubectl is missing on the host: install the package/,
      );
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});
