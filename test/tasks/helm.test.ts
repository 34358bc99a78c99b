import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import helm from '../../tasks/helm.ts';
import helmInfo from '../../tasks/helm_info.ts';
import helmRepository from '../../tasks/helm_repository.ts';
import { runAllHere, runHere } from './harness.ts';
import { PATIENCE } from './kubernetes/cluster.ts';
import { HelmStandIn } from './kubernetes/helm-stand-in.ts';
import { runScript } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

// The stand-in in the place of helm prints what that prints.
describe('helm', () => {
  let standIn: HelmStandIn;
  let place = '';
  const { PATH } = process.env;
  const at = (...names: string[]) => join(place, ...names);
  beforeEach(async () => {
    standIn = new HelmStandIn();
    place = standIn.place;
    process.env['PATH'] = `${standIn.bin}:${PATH}`;
    standIn.chart('web', '1.0.0');
    await standIn.start();
  });
  afterEach(() => {
    process.env['PATH'] = PATH;
    standIn.stop();
  });

  const web = () => ({ name: 'web', namespace: 'shop', chart_ref: at('charts', 'web') });

  /** What a check foretells, what the run does, and that there is nothing to do afterwards. */
  async function changed(type: Parameters<typeof runHere>[0], args: object): Promise<readonly string[]> {
    const { repositories, releases } = standIn;
    const foretold = outcomeOf(await runHere(type, { ...args }, { check: true }));
    expect(standIn).toMatchObject({ repositories, releases });
    expect(outcomeOf(await runHere(type, { ...args }))).toEqual(foretold);
    expect(outcomeOf(await runHere(type, { ...args }))).toEqual(['ok']);
    return foretold;
  }

  test('repositories are added and removed', { timeout: PATIENCE }, async () => {
    const stable = { name: 'stable', repo_url: 'https://charts.example.org/stable/' };
    expect(await changed(helmRepository, stable)).toEqual([
      'changed',
      'chart repository stable: absent → https://charts.example.org/stable',
    ]);
    const other = { ...stable, repo_url: 'https://charts.example.org/other' };
    expect(outcomeOf(await runHere(helmRepository, other)).at(-1)).toBe(
      'Repository already have a repository named stable',
    );
    expect(outcomeOf(await runHere(helmRepository, { ...other, force_update: true }))).toEqual([
      'changed',
      'chart repository stable: https://charts.example.org/stable → https://charts.example.org/other',
    ]);
    expect(await changed(helmRepository, { name: 'stable', state: 'absent' })).toEqual([
      'changed',
      'chart repository stable: https://charts.example.org/other → absent',
    ]);
    const secret = { ...stable, repo_username: 'bob', repo_password: 'open-sesame' };
    expect((await runHere(helmRepository, secret)).status).toBe('changed');
    expect(standIn.repositories).toMatchObject([{ user: 'bob', password: 'open-sesame' }]);
    expect(JSON.stringify(standIn.calls.map(({ args }) => args))).not.toContain('sesame');
  });

  test('a release is installed, upgraded and removed, as a check foretells', { timeout: PATIENCE }, async () => {
    expect(await changed(helm, { ...web(), values: { color: 'red' } })).toEqual([
      'changed',
      'release web: absent → web-1.0.0',
    ]);
    expect(await changed(helm, { ...web(), values: { color: 'blue', size: 3 } })).toEqual([
      'changed',
      'value color of release web: (a value) → (another value)',
      'value size of release web: absent → (a value)',
    ]);
    standIn.chart('web', '1.1.0');
    const ended = await changed(helm, { ...web(), values: { color: 'blue', size: 3 } });
    expect(ended).toEqual(['changed', 'chart of release web: web-1.0.0 → web-1.1.0']);
    standIn.releases = standIn.releases.map((one) => ({ ...one, status: 'failed' }));
    expect(await changed(helm, { ...web(), values: { color: 'blue', size: 3 } })).toEqual([
      'changed',
      'status of release web: failed → deployed',
    ]);
    expect(await runHere(helm, { ...web(), values: { color: 'blue', size: 3 } })).toMatchObject({
      status: 'ok',
      result: { status: { chart: 'web-1.1.0', revision: '4', app_version: '9.1.1.0', values: { size: 3 } } },
    });
    expect(await changed(helm, { name: 'web', namespace: 'shop', state: 'absent' })).toEqual([
      'changed',
      'release web: web-1.1.0 → absent',
    ]);
  });

  test('values come from files, and from the command line', { timeout: PATIENCE }, async () => {
    writeFileSync(at('values.yaml'), '{"color": "red", "size": 1}');
    const args = {
      ...web(),
      values_files: [at('values.yaml')],
      values: { size: 2 },
      set_values: [{ value: 'count=5' }, { value: 'text=5', value_type: 'string' }],
    };
    expect((await changed(helm, args)).at(0)).toBe('changed');
    expect(standIn.releases).toMatchObject([{ values: { color: 'red', size: 2, count: 5, text: '5' } }]);
    expect(await changed(helm, { ...web(), values: { size: 7 }, reuse_values: true, reset_values: false })).toEqual([
      'changed',
      'value size of release web: (a value) → (another value)',
    ]);
    for (const check of [true, false])
      expect(outcomeOf(await runHere(helm, { ...web(), values_files: [at('none')] }, { check })).at(-1)).toBe(
        `cannot read the values file ${at('none')} on the host`,
      );
  });

  test('options reach helm', { timeout: PATIENCE }, async () => {
    const args = {
      ...web(),
      wait: true,
      timeout: '2m',
      atomic: true,
      create_namespace: true,
      skip_crds: true,
      update_repo_cache: true,
    };
    expect(outcomeOf(await runHere(helm, args))).toEqual(['changed', 'release web: absent → web-1.0.0']);
    const calls = standIn.calls.map((call) => call.args.join(' '));
    expect(calls).toContain('repo update');
    expect(calls).toContain(
      `upgrade --install --reset-values --wait --timeout=2m --atomic --create-namespace --skip-crds -- web ${web().chart_ref}`,
    );
    expect(outcomeOf(await runHere(helm, { ...args, force: true }))).toEqual([
      'changed',
      'release web: web-1.0.0 → upgraded again',
    ]);
  });

  test('the plugin tells what changes, if it is there', { timeout: PATIENCE }, async () => {
    standIn.plugins = ['diff'];
    expect(await changed(helm, web())).toEqual(['changed', 'release web: absent → web-1.0.0']);
    expect(await changed(helm, { ...web(), values: { a: 1 } })).toEqual([
      'changed',
      'value a of release web: absent → (a value)',
    ]);
    // What this chart makes differs each time.
    standIn.chart('web', '1.0.0', 'random: yes\n');
    for (const check of [true, false])
      expect(outcomeOf(await runHere(helm, { ...web(), values: { a: 1 } }, { check }))).toEqual([
        'changed',
        'objects of release web: as they are → as the chart has them now',
      ]);
  });

  test('a chart may be in a repository that an earlier task adds', { timeout: PATIENCE }, async () => {
    const steps = [
      [helmRepository, { name: 'stable', repo_url: 'https://charts.example.org' }],
      [helm, { ...web(), chart_ref: 'stable/web' }],
    ] as const;
    const foretold = (await runAllHere(steps, { check: true })).map(outcomeOf);
    expect(foretold).toEqual([
      ['changed', 'chart repository stable: absent → https://charts.example.org'],
      ['changed', 'release web: absent → stable/web'],
    ]);
    expect((await runAllHere(steps)).map(({ status }) => status)).toEqual(['changed', 'changed']);
    expect(standIn.releases).toMatchObject([{ chart: 'web-1.0.0' }]);
    for (const check of [true, false]) {
      const failure = async (chart_ref: string) =>
        outcomeOf(await runHere(helm, { ...web(), chart_ref }, { check })).at(-1);
      expect(await failure('stable/none')).toContain('no chart name found');
      expect(await failure('other/web')).toBe('repo other not found');
    }
  });

  test('secrets are not among arguments, and a configuration is sent through a pipe', {
    timeout: PATIENCE,
  }, async () => {
    const scripts: string[] = [];
    const sh: typeof runScript = (script, stdin) => {
      scripts.push(script);
      return runScript(script, stdin);
    };
    const kubeconfig = { apiVersion: 'v1', kind: 'Config', users: [{ name: 'u', user: { token: 'open-sesame' } }] };
    const args = { ...web(), kubeconfig, api_key: 'sesame-too', values: { password: 'sesame-three' } };
    expect((await runHere(helm, args, { sh })).status).toBe('changed');
    expect(scripts.join('\n')).not.toContain('sesame');
    const { calls, releases } = standIn;
    expect(JSON.stringify(calls.map((call) => call.args))).not.toContain('sesame');
    expect(calls.every(({ token }) => token === 'sesame-too')).toBe(true);
    expect(calls.every((call) => call.kubeconfig === JSON.stringify(kubeconfig))).toBe(true);
    expect(releases).toMatchObject([{ values: { password: 'sesame-three' } }]);
  });

  test('helm_info tells about a release', { timeout: PATIENCE }, async () => {
    const info = { name: 'web', namespace: 'shop' };
    expect(await runHere(helmInfo, info)).toMatchObject({ status: 'ok', result: {} });
    await runHere(helm, { ...web(), values: { a: 1 } });
    expect(await runHere(helmInfo, info)).toMatchObject({
      status: 'ok',
      result: {
        status: {
          name: 'web',
          chart: 'web-1.0.0',
          values: { a: 1 },
          manifest: [{ kind: 'Service' }],
          hooks: [{ kind: 'Job' }],
          notes: 'NOTES:\nhave fun\n',
        },
      },
    });
    expect(await runHere(helmInfo, { ...info, release_state: ['failed'] })).not.toHaveProperty('result.status');
  });

  test('says that helm is missing', { timeout: PATIENCE }, async () => {
    const args = { binary_path: '/opt/no-helm', ...web() };
    for (const check of [true, false])
      expect(outcomeOf(await runHere(helm, args, { check })).at(-1)).toBe(
        '/opt/no-helm is missing on the host: Debian has no package of it; see https://helm.sh/docs/intro/install for how to install it',
      );
  });
});
