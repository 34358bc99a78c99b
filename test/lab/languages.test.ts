import { beforeAll, describe, expect, test } from 'vitest';
import pipx from '../../tasks/pipx.ts';
import pipxInfo from '../../tasks/pipx_info.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const install = (program: string, packages: string) =>
  sh(
    `command -v ${program} || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends ${packages}`,
  );

// Wheels made by hand, since the lab has no index of packages: `tool` provides a program and needs `helper`.
const wheels = `import zipfile
def wheel(name, version, needs=''):
    at = f'{name}-{version}.dist-info'
    with zipfile.ZipFile(f'/opt/try-pipx/{name}-{version}-py3-none-any.whl', 'w') as z:
        z.writestr(f'{name}.py', f'def main(): print("{version}")\\n')
        z.writestr(f'{at}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{needs}')
        z.writestr(f'{at}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        z.writestr(f'{at}/entry_points.txt', f'[console_scripts]\\n{name} = {name}:main\\n')
        z.writestr(f'{at}/RECORD', '')
wheel('tool', '1.0', 'Requires-Dist: helper\\n')
wheel('tool', '2.0', 'Requires-Dist: helper\\n')
wheel('helper', '3')
wheel('extra', '1')
`;

describe('pipx, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await install('pipx', 'pipx python3-pip-whl python3-setuptools-whl python3-wheel-whl');
    await sh('rm -rf ~/.local /opt/try-pipx; mkdir -p /opt/try-pipx');
    await sh('python3 -', wheels);
  });

  const common = { pip_args: '--no-index --find-links /opt/try-pipx --find-links /usr/share/python-wheels' };
  const run = (args: object, check = false) => runThere(pipx, { ...common, ...args }, { check });

  test('an application is installed, upgraded and removed once, as a check foretells', async () => {
    const old = { name: 'tool', source: 'tool==1.0' };
    for (const check of [true, false])
      expect(outcomeOf(await run(old, check))).toEqual(['changed', 'Python application tool: absent → 1.0']);
    expect(outcomeOf(await run({ ...old, state: 'present' }))).toEqual(['ok']);
    expect(await said('~/.local/bin/tool')).toBe('1.0');
    const latest = { name: 'tool', state: 'latest' };
    for (const check of [true, false])
      expect(outcomeOf(await run(latest, check))).toEqual(['changed', 'Python application tool: 1.0 → 2.0']);
    expect(await run(latest)).toMatchObject({
      status: 'ok',
      result: { application: { tool: { version: '2.0', injected: {} } } },
    });
    expect(outcomeOf(await run({ name: 'tool', state: 'upgrade' }))).toEqual(['ok']);
  });

  test('packages are injected once, and told', async () => {
    const args = { name: 'tool', state: 'inject', inject_packages: ['extra', 'helper'] };
    for (const check of [true, false])
      expect(outcomeOf(await run(args, check))).toEqual([
        'changed',
        'Python application extra in tool: absent → present',
        'Python application helper in tool: absent → present',
      ]);
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    expect(await runThere(pipxInfo, { include_injected: true, include_deps: true })).toMatchObject({
      status: 'ok',
      result: {
        application: [{ name: 'tool', version: '2.0', injected: { extra: '1', helper: '3' }, dependencies: [] }],
      },
    });
    expect(await runThere(pipxInfo, { name: 'other' })).toMatchObject({ result: { application: [] } });
  });

  test('reinstalling and force act each time; nothing is left in the end', async () => {
    expect(outcomeOf(await run({ name: 'tool', source: 'tool==1.0', force: true }))).toEqual([
      'changed',
      'Python application tool: 2.0 → installed anew',
    ]);
    expect(await said('~/.local/bin/tool')).toBe('1.0');
    for (const check of [true, false])
      expect(outcomeOf(await run({ state: 'uninstall_all' }, check))).toEqual([
        'changed',
        'Python application tool: 1.0 → absent',
      ]);
    expect(outcomeOf(await run({ state: 'absent', name: 'tool' }))).toEqual(['ok']);
    expect(await said('ls ~/.local/bin ~/.local/pipx/venvs')).not.toContain('tool');
  });

  test('says what is wrong', async () => {
    const failure = async (args: object, check = false) => outcomeOf(await run(args, check)).at(-1);

    for (const check of [true, false]) {
      expect(await failure({ name: 'none', state: 'upgrade' }, check)).toBe(
        'Trying to upgrade a non-existent application: none',
      );
      expect(await failure({ name: 'none', state: 'inject', inject_packages: ['x'] }, check)).toBe(
        'Trying to inject packages into a non-existent application: none',
      );
      expect(await failure({ name: 'x', executable: '/opt/no-pipx' }, check)).toBe(
        '/opt/no-pipx is missing on the host: install the pipx package',
      );
    }
    expect(await failure({ name: 'no-such-tool' })).toMatch(/No matching distribution|not find|error/i);
  });
});
