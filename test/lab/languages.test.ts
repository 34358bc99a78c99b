import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import composer from '../../tasks/composer.ts';
import gem from '../../tasks/gem.ts';
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
    // pipx upgrades its own pip without the arguments that a task gives.
    await sh(
      'printf "[global]\\nno-index = true\\nfind-links = /opt/try-pipx /usr/share/python-wheels\\n" >/etc/pip.conf',
    );
  });
  afterAll(() => sh('rm -rf /etc/pip.conf ~/.local'));

  const run = (args: object, check = false) => runThere(pipx, { pip_args: '--no-cache-dir', ...args }, { check });

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
        application: [
          { name: 'tool', version: '2.0', injected: { extra: '1', helper: '3' }, dependencies: ['helper'] },
        ],
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

describe('gem, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await install('gem', 'ruby');
    // A repository in files, since the lab has none: `goods` in three versions.
    await sh(`rm -rf /opt/try-gem; mkdir -p /opt/try-gem/gems; cd /opt/try-gem
for v in 1.0 1.5 2.0; do printf 'Gem::Specification.new do |s| s.name="goods"; s.version="%s"; s.summary="x"; s.authors=["x"]; s.files=[] end' "$v" >g.gemspec; gem build -q g.gemspec; done
mv *.gem gems; gem generate_index --directory .; gem uninstall --all goods`);
  });

  const run = (args: object, check = false) =>
    runThere(gem, { name: 'goods', source: 'file:///opt/try-gem', user_install: false, ...args }, { check });

  test('a gem is installed, updated and removed once, as a check foretells', async () => {
    const ends = async (args: object, ...expected: readonly string[]) => {
      for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
      expect(outcomeOf(await run(args))).toEqual(['ok']);
    };
    await ends({ version: '~> 1.0' }, 'gem goods: absent → 1.5');
    expect(outcomeOf(await run({}))).toEqual(['ok']);
    await ends({ state: 'latest' }, 'gem goods: 1.5 → 2.0');
    await ends({ version: '1.5', state: 'absent' }, 'gem goods: 1.5 → absent');
    expect(await said('gem list --local "^goods$"')).toMatch(/^goods \(2\.0\)$/m);
    await ends({ state: 'absent' }, 'gem goods: 2.0 → absent');
    const file = { source: undefined, gem_source: '/opt/try-gem/gems/goods-1.0.gem' };
    expect(outcomeOf(await run(file))).toEqual(['changed', 'gem goods: absent → present']);
    const apart = { version: '1.0', install_dir: '/opt/try-gem/own' };
    expect(outcomeOf(await run(apart))).toEqual(['changed', 'gem goods: absent → 1.0']);
    expect(outcomeOf(await run(apart, true))).toEqual(['ok']);
    expect(await said('ls /opt/try-gem/own/gems')).toBe('goods-1.0');
  });

  test('says what is wrong', async () => {
    const failure = async (args: object, check = false) => outcomeOf(await run(args, check)).at(-1);
    expect(await failure({ name: 'x', executable: '/opt/no-gem' })).toBe(
      '/opt/no-gem is missing on the host: install the ruby package',
    );
    expect(await failure({ install_dir: '/x', user_install: true })).toBe('install_dir requires user_install=false');
    expect(await failure({ version: '1', state: 'latest' })).toBe('Cannot specify version when state=latest');
    for (const check of [true, false])
      expect(await failure({ name: 'nothing' }, check)).toMatch(/No gem matching 'nothing/);
  });
});

describe('composer, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await install('composer', 'composer');
    // A repository in files, since the lab has none: `lab/goods` in two versions.
    await sh(`rm -rf /opt/try-composer; mkdir -p /opt/try-composer/shop /opt/try-composer/repo/a /opt/try-composer/repo/b; cd /opt/try-composer
echo '{"name":"lab/goods","version":"1.0.0"}' >repo/a/composer.json
echo '{"name":"lab/goods","version":"1.1.0"}' >repo/b/composer.json
echo '{"repositories":[{"type":"path","url":"../repo/*"},{"packagist.org":false}],"require":{"lab/goods":"1.0.0"}}' >shop/composer.json`);
  });

  const run = (args: object, check = false) =>
    runThere(composer, { working_dir: '/opt/try-composer/shop', ...args }, { check });

  test('packages are installed, required and updated once, as a check foretells', async () => {
    const ends = async (args: object, ...expected: readonly string[]) => {
      for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
      expect(outcomeOf(await run(args))).toEqual(['ok']);
    };
    await ends({}, 'PHP package lab/goods: absent → 1.0.0');
    await ends(
      { command: 'require', arguments: 'lab/goods:^1.0' },
      'lab/goods in composer.json: 1.0.0 → ^1.0',
      'PHP package lab/goods: 1.0.0 → 1.1.0',
    );
    await sh('rm -r /opt/try-composer/shop/vendor');
    await ends({}, 'PHP package lab/goods: absent → 1.1.0');
    expect(outcomeOf(await run({ command: 'update' }))).toEqual(['ok']);
    await ends({ command: 'remove', arguments: 'lab/goods' }, 'PHP package lab/goods: 1.1.0 → absent');
  });

  test('create-project is run only if there is no project', async () => {
    const args = { command: 'create-project', arguments: 'lab/goods .' };
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    expect(outcomeOf(await run({ ...args, force: true }, true))).toEqual([
      'changed',
      'composer:  → create-project lab/goods .',
    ]);
  });

  test('a command that composer cannot try runs each time', async () => {
    for (const check of [true, false, false])
      expect(outcomeOf(await run({ command: 'dump-autoload' }, check))).toEqual([
        'changed',
        'composer:  → dump-autoload',
      ]);
  });

  test('says what is wrong', async () => {
    const failure = async (args: object, check = false) => outcomeOf(await run(args, check)).at(-1);
    expect(await failure({ command: 'require x' })).toBe(
      "Use the 'arguments' param for passing arguments with the 'command'",
    );
    expect(await failure({ working_dir: undefined })).toBe('working_dir is required, unless global_command is true');
    expect(await failure({ composer_executable: '/opt/none' })).toBe(
      '/opt/none is missing on the host: install the composer package',
    );
    for (const check of [true, false]) {
      expect(await failure({ command: 'require', arguments: 'lab/nothing' }, check)).toMatch(/lab\/nothing/);
      expect(await failure({ command: 'nonsense' }, check)).toMatch(/Command "nonsense" is not defined/);
    }
  });
});
