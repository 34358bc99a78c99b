import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import k8s from '../../tasks/k8s.ts';
import k8sClusterInfo from '../../tasks/k8s_cluster_info.ts';
import k8sExec from '../../tasks/k8s_exec.ts';
import k8sInfo from '../../tasks/k8s_info.ts';
import k8sJsonPatch from '../../tasks/k8s_json_patch.ts';
import k8sLog from '../../tasks/k8s_log.ts';
import k8sScale from '../../tasks/k8s_scale.ts';
import k8sTaint from '../../tasks/k8s_taint.ts';
import { runAllHere, runHere } from './harness.ts';
import { clusterForTests, loginTo, PATIENCE } from './kubernetes/cluster.ts';
import { folder } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const inDefault = (name: string, more: object = {}) => ({ name, namespace: 'default', ...more });
const web = { api_version: 'apps/v1', kind: 'Deployment', ...inDefault('web') };

describe('the other types for Kubernetes', () => {
  const server = clusterForTests();
  const run = (type: Parameters<typeof runHere>[0], args: object, check = false) =>
    runHere(type, { ...loginTo(server()), ...args }, { check });

  const putDeployment = (name: string, labels: object = {}) =>
    server().put('apps/v1', {
      kind: 'Deployment',
      metadata: { ...inDefault(name), labels: { ...labels } },
      spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: {} },
    });

  test('k8s_info tells about objects', { timeout: PATIENCE }, async () => {
    server().put('v1', {
      kind: 'ConfigMap',
      metadata: inDefault('one', { labels: { tier: 'front' } }),
      data: { a: '1' },
    });
    server().put('v1', { kind: 'ConfigMap', metadata: inDefault('two') });
    const names = async (args: object) => {
      const ended = await run(k8sInfo, { kind: 'ConfigMap', ...args });
      expect(outcomeOf(ended)).toEqual(['ok']);
      const { resources } = (ended as unknown as { result: { resources: { metadata: { name: string } }[] } }).result;
      return resources.map(({ metadata }) => metadata.name);
    };
    expect(await names({ namespace: 'default' })).toEqual(['one', 'two']);
    expect(await names({ label_selectors: ['tier=front'] })).toEqual(['one']);
    expect(await names({ field_selectors: ['metadata.name=two'] })).toEqual(['two']);
    expect(await names(inDefault('two'))).toEqual(['two']);
    expect(await names(inDefault('none'))).toEqual([]);
    const hidden = await run(k8sInfo, {
      kind: 'cm',
      ...inDefault('one'),
      hidden_fields: ['metadata.labels', 'data.a'],
    });
    expect(hidden).toMatchObject({ result: { api_found: true, resources: [{ kind: 'ConfigMap' }] } });
    expect(JSON.stringify(hidden)).not.toMatch(/front|"a"/);
    const none = await run(k8sInfo, { api_version: 'v1', kind: 'Nothing' });
    expect(none).toMatchObject({ status: 'ok', result: { api_found: false, resources: [] } });
    expect((await run(k8sInfo, { kind: 'Pod', api_key: 'bad' })).status).toBe('failed');

    const waiting = { kind: 'ConfigMap', ...inDefault('late'), wait: true, wait_sleep: 1 };
    expect(outcomeOf(await run(k8sInfo, { ...waiting, wait_timeout: 1 })).at(-1)).toBe(
      'Failed to gather information about ConfigMap(s) even after waiting for 1 seconds',
    );
    setTimeout(() => server().put('v1', { kind: 'ConfigMap', metadata: inDefault('late') }), 1000);
    expect((await run(k8sInfo, { ...waiting, wait_timeout: 60 })).status).toBe('ok');
  });

  test('k8s_scale changes the number of replicas, as a check foretells', { timeout: PATIENCE }, async () => {
    putDeployment('web', { tier: 'front' });
    const args = { ...web, replicas: 3, wait_sleep: 1 };
    const foretold = outcomeOf(await run(k8sScale, args, true));
    expect(foretold).toEqual(['changed', 'replicas of Deployment default/web: 1 → 3']);
    const ended = await run(k8sScale, args);
    expect(outcomeOf(ended)).toEqual(foretold);
    expect(ended).toMatchObject({ result: { result: { spec: { replicas: 3 } }, duration: expect.any(Number) } });
    expect(server().changes).toEqual(['PUT /apis/apps/v1/namespaces/default/deployments/web/scale']);
    expect(outcomeOf(await run(k8sScale, args))).toEqual(['ok']);

    const other = await run(k8sScale, { ...web, replicas: 1, current_replicas: 2 });
    expect(other).toMatchObject({ status: 'ok', warnings: [expect.stringContaining('does not match with actual 3')] });
    putDeployment('app', { tier: 'front' });
    const { name: _, ...all } = web;
    expect(
      outcomeOf(await run(k8sScale, { ...all, label_selectors: ['tier=front'], replicas: 0, wait_sleep: 1 })),
    ).toEqual(['changed', 'replicas of Deployment default/web: 3 → 0', 'replicas of Deployment default/app: 1 → 0']);
    server().put('batch/v1', { kind: 'Job', metadata: inDefault('job'), spec: { parallelism: 1 } });
    const job = { api_version: 'batch/v1', kind: 'job', ...inDefault('job'), replicas: 2 };
    expect(outcomeOf(await run(k8sScale, job))).toEqual(['changed', 'parallelism of Job default/job: 1 → 2']);
    expect(outcomeOf(await run(k8sScale, { ...web, name: 'none', replicas: 1 })).at(-1)).toBe(
      'Failed to retrieve requested object: Deployment "none" not found',
    );
    server().ready = false;
    const late = await run(k8sScale, { ...web, replicas: 2, wait_sleep: 1, wait_timeout: 1 });
    server().ready = true;
    expect(outcomeOf(late).at(-1)).toBe('Resource scaling timed out');
  });

  test('k8s_json_patch applies a patch, if it changes anything', { timeout: PATIENCE }, async () => {
    server().put('v1', { kind: 'ConfigMap', metadata: inDefault('patched'), data: { a: '1' } });
    const args = {
      kind: 'ConfigMap',
      ...inDefault('patched'),
      patch: [
        { op: 'replace', path: '/data/a', value: '2' },
        { op: 'add', path: '/data/b', value: '3' },
      ],
    };
    const foretold = outcomeOf(await run(k8sJsonPatch, args, true));
    expect(foretold).toEqual([
      'changed',
      'data.a of ConfigMap default/patched: 1 → 2',
      'data.b of ConfigMap default/patched: absent → 3',
    ]);
    const ended = await run(k8sJsonPatch, args);
    expect(outcomeOf(ended)).toEqual(foretold);
    expect(ended).toMatchObject({ result: { result: { data: { a: '2', b: '3' } } } });
    expect(outcomeOf(await run(k8sJsonPatch, args))).toEqual(['ok']);
    for (const check of [true, false]) {
      const removing = { ...args, patch: [{ op: 'remove', path: '/data/c' }] };
      expect(outcomeOf(await run(k8sJsonPatch, removing, check)).at(-1)).toMatch(/^Failed to patch existing object: /);
      expect(outcomeOf(await run(k8sJsonPatch, { ...args, name: 'none' }, check)).at(-1)).toMatch(
        /^ConfigMap none: Failed to retrieve requested object: .*"none" not found/,
      );
    }
  });

  test('k8s_log returns a log', { timeout: PATIENCE }, async () => {
    server().put('v1', {
      kind: 'Pod',
      metadata: inDefault('web-0', { labels: { app: 'web' } }),
      spec: { containers: [{ name: 'web' }] },
    });
    for (const args of [{ name: 'web-0', tail_lines: 2 }, { label_selectors: ['app=web'] }]) {
      const ended = await run(k8sLog, { namespace: 'default', ...args });
      expect(ended).toMatchObject({
        status: 'ok',
        result: { log: 'started\nready\n', log_lines: ['started', 'ready', ''] },
      });
    }
    expect(server().asked.some(({ path }) => path.includes('pods/web-0/log') && path.includes('tailLines=2'))).toBe(
      true,
    );
    const failure = async (args: object) => outcomeOf(await run(k8sLog, { namespace: 'default', ...args })).at(-1);
    expect(await failure({ name: 'none' })).toMatch(/^Unable to retrieve log from Pod due to: .*not found/);
    expect(await failure({ label_selectors: ['app=none'] })).toBe(
      'No pods in namespace default matched selector app=none',
    );
    expect(await failure({ name: 'a', label_selectors: ['b'] })).toBe(
      'Only one of name or label_selectors can be provided',
    );
  });

  test('k8s_exec runs a program, and tells its exit code', { timeout: PATIENCE }, async () => {
    const pod = { namespace: 'default', pod: 'web-0' };
    server().put('v1', { kind: 'Pod', metadata: inDefault('web-0'), spec: { containers: [{ name: 'web' }] } });
    expect(outcomeOf(await run(k8sExec, { ...pod, command: 'id -u' }, true))).toEqual([
      'changed',
      'command in pod default/web-0:  → id -u',
    ]);
    // This server cannot run anything, so kubectl reports that.
    expect(outcomeOf(await run(k8sExec, { ...pod, command: 'id -u' })).at(-1)).toMatch(
      /^Failed to execute on pod web-0/,
    );
    for (const check of [true, false])
      expect(outcomeOf(await run(k8sExec, { ...pod, pod: 'none', command: 'id' }, check)).at(-1)).toMatch(
        /^Failed to execute on pod none due to : .*not found/,
      );
    // A program in the place of kubectl, which prints what that prints.
    using place = folder();
    const stand = `#!/bin/sh
case "$*" in *' get '*) echo pod/web-0; exit ;; esac
while [ "$1" != -- ]; do shift; done
shift
echo 'Defaulted container "web" out of: web, other' >&2
"$@"
code=$?
[ "$code" -eq 0 ] || echo "command terminated with exit code $code" >&2
exit "$code"
`;
    writeFileSync(place.at('kubectl'), stand, { mode: 0o755 });
    const { PATH } = process.env;
    try {
      process.env['PATH'] = `${place.path}:${PATH}`;
      const ended = await run(k8sExec, { ...pod, command: 'sh -c "echo out; echo err >&2; exit 3"' });
      expect(ended).toMatchObject({
        status: 'failed',
        result: { rc: 3, return_code: 3, stdout: 'out\n', stderr: 'err\n', msg: 'non-zero return code' },
      });
      expect(await run(k8sExec, { ...pod, command: "echo 'a  b'" })).toMatchObject({
        status: 'changed',
        result: { rc: 0, stdout: 'a  b\n', stderr: '' },
      });
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  test('k8s_cluster_info tells what the cluster offers', { timeout: PATIENCE }, async () => {
    const ended = await run(k8sClusterInfo, {});
    expect(ended).toMatchObject({
      status: 'ok',
      result: {
        version: { server: { kubernetes: { gitVersion: 'v1.27.3' } }, client: expect.stringMatching(/^v1\./) },
        connection: { host: server().url, verify_ssl: true },
        apis: {
          v1: { ConfigMap: { name: 'configmaps', namespaced: true, preferred: true, short_names: ['cm'] } },
          'apps/v1': { Deployment: { singular_name: 'deployment' } },
        },
      },
    });
    expect((await run(k8sClusterInfo, { api_key: 'bad' })).status).toBe('failed');
  });

  test('k8s_taint manages the taints of a node', { timeout: PATIENCE }, async () => {
    server().put('v1', {
      kind: 'Node',
      metadata: { name: 'n1' },
      spec: { taints: [{ key: 'old', effect: 'NoExecute' }] },
    });
    const taint = { key: 'use', value: 'db', effect: 'NoSchedule' };
    const step = async (args: object) => {
      const foretold = outcomeOf(await run(k8sTaint, { name: 'n1', ...args }, true));
      expect(outcomeOf(await run(k8sTaint, { name: 'n1', ...args }))).toEqual(foretold);
      expect(outcomeOf(await run(k8sTaint, { name: 'n1', ...args }))).toEqual(['ok']);
      return foretold;
    };
    expect(await step({ taints: [taint] })).toEqual(['changed', 'taint use:NoSchedule of node n1: absent → db']);
    expect(await step({ taints: [{ ...taint, value: 'web' }], replace: true })).toEqual([
      'changed',
      'taint use:NoSchedule of node n1: db → web',
      'taint old:NoExecute of node n1: without a value → absent',
    ]);
    expect(await step({ taints: [{ key: 'use' }], state: 'absent' })).toEqual([
      'changed',
      'taint use:NoSchedule of node n1: web → absent',
    ]);
    expect(outcomeOf(await run(k8sTaint, { name: 'n2', taints: [taint] })).at(-1)).toBe(
      "Node 'n2' has not been found.",
    );
    expect(outcomeOf(await run(k8sTaint, { name: 'n1', taints: [{ key: 'a' }] })).at(-1)).toBe(
      'taints: each needs a key and an effect',
    );
  });

  test('a check does not know what an earlier task leaves of an object', { timeout: PATIENCE }, async () => {
    putDeployment('later');
    const steps = [
      [
        k8s,
        { ...loginTo(server()), kind: 'Deployment', api_version: 'apps/v1', ...inDefault('later'), state: 'absent' },
      ],
      [k8sScale, { ...loginTo(server()), ...web, name: 'later', replicas: 2 }],
    ] as const;
    const [, scaled] = await runAllHere(steps, { check: true });
    expect(scaled?.status).toBe('unknown');
  });
});
