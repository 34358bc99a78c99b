import { beforeAll, describe, expect, test } from 'vitest';
import pip from '../../tasks/pip.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const env = '/opt/try-pip/env';
const common = {
  virtualenv: env,
  virtualenv_command: 'python3 -m venv',
  extra_args: '--no-index --find-links /opt/try-pip/wheels',
};

// Wheels made by hand, since the lab has no index of packages: `tool` needs `helper`.
const wheels = `import zipfile, sys
def wheel(name, version, needs=''):
    at = f'{name}-{version}.dist-info'
    with zipfile.ZipFile(f'/opt/try-pip/wheels/{name}-{version}-py3-none-any.whl', 'w') as z:
        z.writestr(f'{name}.py', f'version = "{version}"\\n')
        z.writestr(f'{at}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{needs}')
        z.writestr(f'{at}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        z.writestr(f'{at}/RECORD', '')
wheel('tool', '1.0', 'Requires-Dist: helper\\n')
wheel('tool', '1.9', 'Requires-Dist: helper\\n')
wheel('tool', '2.0', 'Requires-Dist: helper\\n')
wheel('helper', '3')
`;

describe('pip', () => {
  beforeAll(async () => {
    await upHost();
    await sh('rm -rf /opt/try-pip; mkdir -p /opt/try-pip/wheels /opt/try-pip/src');
    const ready = 'command -v pip3 && python3 -c "import ensurepip"';
    await sh(
      `{ ${ready}; } || DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install python3-pip python3-venv`,
    );
    await sh('python3 -', wheels);
    await sh(
      'printf "from setuptools import setup\\nsetup(name=\\"local\\", version=\\"0.1\\", py_modules=[])\\n" >/opt/try-pip/src/setup.py; printf "tool<2\\n" >/opt/try-pip/requirements.txt',
    );
  });

  test('an environment is created and packages installed into it, with what they need', async () => {
    const args = { ...common, name: 'tool==1.0' };

    expect(outcomeOf(await runThere(pip, args, { check: true }))).toEqual([
      'changed',
      `virtual environment ${env}: absent → present`,
      'Python package tool: absent → 1.0',
    ]);
    expect(await said(`ls -d ${env}`)).toBe('');
    expect(outcomeOf(await runThere(pip, args))).toEqual([
      'changed',
      `virtual environment ${env}: absent → present`,
      'Python package tool: absent → 1.0',
      'Python package helper: absent → 3',
    ]);
    expect(outcomeOf(await runThere(pip, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(pip, { ...common, name: ['Tool'] }))).toEqual(['ok']);
    expect(await said(`${env}/bin/python -c "import tool, helper; print(tool.version)"`)).toBe('1.0');
  });

  test('pip itself decides about versions; a check predicts the run', async () => {
    const ranges = { ...common, name: ['tool>=1.5', '<2'] };
    const line = 'Python package tool: 1.0 → 1.9';

    expect(outcomeOf(await runThere(pip, ranges, { check: true }))).toEqual(['changed', line]);
    expect(outcomeOf(await runThere(pip, ranges))).toEqual(['changed', line]);
    expect(outcomeOf(await runThere(pip, ranges))).toEqual(['ok']);
    const file = { ...common, requirements: '/opt/try-pip/requirements.txt' };
    expect(outcomeOf(await runThere(pip, file))).toEqual(['ok']);
    const latest = { ...common, name: 'tool', state: 'latest' };
    expect(outcomeOf(await runThere(pip, latest, { check: true }))).toEqual([
      'changed',
      'Python package tool: 1.9 → 2.0',
    ]);
    expect(outcomeOf(await runThere(pip, latest))).toEqual(['changed', 'Python package tool: 1.9 → 2.0']);
    expect(outcomeOf(await runThere(pip, latest))).toEqual(['ok']);
    expect(outcomeOf(await runThere(pip, file, { check: true }))).toEqual([
      'changed',
      'Python package tool: 2.0 → 1.9',
    ]);
  });

  test('packages are removed, drift is found, and forcereinstall acts each time', async () => {
    expect(outcomeOf(await runThere(pip, { ...common, name: 'tool', state: 'forcereinstall' }))[0]).toBe('changed');
    expect(
      outcomeOf(await runThere(pip, { ...common, extra_args: undefined, name: ['tool', 'nothing'], state: 'absent' })),
    ).toEqual(['changed', 'Python package tool: 2.0 → absent']);
    expect(outcomeOf(await runThere(pip, { ...common, extra_args: undefined, name: 'tool', state: 'absent' }))).toEqual(
      ['ok'],
    );
    expect(outcomeOf(await runThere(pip, { ...common, name: 'tool', version: '1.0' }, { check: true }))).toEqual([
      'changed',
      'Python package tool: absent → 1.0',
    ]);
  });

  test('an editable package is installed once', async () => {
    const args = { ...common, extra_args: '--no-index --no-build-isolation', name: '/opt/try-pip/src', editable: true };

    expect(outcomeOf(await runThere(pip, args))).toEqual(['changed', 'Python package local: absent → 0.1']);
    expect(outcomeOf(await runThere(pip, args))).toEqual(['ok']);
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => outcomeOf(await runThere(pip, args))[1];

    expect(await failure({ ...common, name: 'no-such-tool' })).toContain(
      'No matching distribution found for no-such-tool',
    );
    const { virtualenv: _, ...system } = common;
    expect(await failure({ ...system, name: 'tool' })).toContain('externally-managed-environment');
    expect(
      outcomeOf(await runThere(pip, { ...system, name: 'tool', break_system_packages: true }, { check: true })),
    ).toEqual(['changed', 'Python package tool: absent → 2.0', 'Python package helper: absent → 3']);
    expect(await failure({ name: 'x', virtualenv: '/opt/try-pip/none', virtualenv_command: 'no-such-env' })).toBe(
      'no-such-env is missing on the host: install the package virtualenv, or set virtualenv_command: python3 -m venv',
    );
    expect(await failure({ name: 'x', executable: '/opt/no-pip' })).toContain('/opt/no-pip is missing on the host');
    expect(await failure({ name: ['a', 'b'], version: '1' })).toContain("'version' argument is ambiguous");
    expect(await failure({ name: 'a', version: '1', state: 'latest' })).toBe(
      'version is incompatible with state=latest',
    );
  });
});
