import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import crypttab from '../../tasks/crypttab.ts';
import gitConfig from '../../tasks/git_config.ts';
import htpasswd from '../../tasks/htpasswd.ts';
import interfacesFile from '../../tasks/interfaces_file.ts';
import make from '../../tasks/make.ts';
import pamLimits from '../../tasks/pam_limits.ts';
import pamd from '../../tasks/pamd.ts';
import sudoers from '../../tasks/sudoers.ts';
import { runAllHere, runHere } from './harness.ts';
import { folder } from './local-host.ts';
import { outcomeOf } from './outcome.ts';

const textOf = (path: string): string => readFileSync(path, 'utf8');

describe('git_config', () => {
  const runs = async (args: Record<string, unknown>, check = false) =>
    outcomeOf(await runHere(gitConfig, args, { check }));

  test('a setting is set in a file once, replaced, added to, read and unset', async () => {
    using dir = folder();
    const file = dir.at('config');
    const at = { scope: 'file', file, name: 'user.name' };

    expect(await runs({ ...at, value: "Ann O'Nym" }, true)).toEqual([
      'changed',
      `user.name in ${file}: absent → Ann O'Nym`,
    ]);
    expect(await runs({ ...at, value: "Ann O'Nym" })).toEqual(['changed', `user.name in ${file}: absent → Ann O'Nym`]);
    expect(await runs({ ...at, value: "Ann O'Nym" })).toEqual(['ok']);
    expect(await runs({ ...at, value: 'Bea', add_mode: 'add' })).toEqual([
      'changed',
      `user.name in ${file}: Ann O'Nym → Ann O'Nym, Bea`,
    ]);
    expect(await runs({ ...at, value: 'Bea', add_mode: 'add' })).toEqual(['ok']);
    expect(await runHere(gitConfig, at)).toMatchObject({ status: 'ok', result: { config_value: 'Bea' } });
    expect(await runs({ ...at, value: 'Cid' })).toEqual(['changed', `user.name in ${file}: Ann O'Nym, Bea → Cid`]);
    expect(await runHere(gitConfig, { list_all: true, scope: 'file', file })).toMatchObject({
      result: { config_values: { 'user.name': 'Cid' } },
    });
    expect(await runs({ ...at, state: 'absent' })).toEqual(['changed', `user.name in ${file}: Cid → absent`]);
    expect(await runHere(gitConfig, { ...at, state: 'absent' })).toMatchObject({
      status: 'ok',
      result: { msg: 'no setting to unset' },
    });
  });

  test('the setting of a repository, seen again in a check after a predicted change', async () => {
    using dir = folder();
    execFileSync('git', ['init', '--quiet', dir.path]);
    const args = { scope: 'local', repo: dir.path, name: 'core.editor', value: 'vi' };
    const tasks = [
      [gitConfig, args],
      [gitConfig, args],
      [gitConfig, { ...args, value: undefined }],
    ] as const;
    const foretold = await runAllHere(tasks, { check: true });

    expect(foretold.map((one) => one.status)).toEqual(['changed', 'ok', 'ok']);
    expect(foretold[2]).toMatchObject({ result: { config_value: 'vi' } });
    expect((await runAllHere(tasks)).map((one) => one.status)).toEqual(['changed', 'ok', 'ok']);
    expect(textOf(dir.at('.git/config'))).toContain('\teditor = vi\n');
  });

  test('a value from an included file counts, unless the file has its own', async () => {
    using dir = folder();
    writeFileSync(dir.at('more'), '[user]\n\temail = a@b\n');
    writeFileSync(dir.at('config'), `[include]\n\tpath = ${dir.at('more')}\n`);
    const at = { scope: 'file', file: dir.at('config'), name: 'user.email' };

    expect(await runs({ ...at, value: 'a@b' })).toEqual(['ok']);
    expect((await runs({ ...at, value: 'c@d' }))[0]).toBe('changed');
    expect(await runs({ ...at, value: 'c@d' })).toEqual(['ok']);
  });

  test('a wrong name or a missing repository fails in a check, too', async () => {
    for (const check of [true, false]) {
      expect(await runs({ scope: 'file', file: '/nonexistent/x', name: 'plain', value: 'x' }, check)).toEqual([
        'failed',
        'error: key does not contain a section: plain',
      ]);
      expect((await runs({ scope: 'local', repo: '/nonexistent', name: 'a.b', value: 'x' }, check)).join()).toMatch(
        /^failed,fatal: cannot change to '\/nonexistent'/,
      );
    }
  });
});

describe('pam_limits', () => {
  const limit = { domain: '@audio', limit_type: 'hard', limit_item: 'memlock', value: '1024' };
  const runs = async (args: Record<string, unknown>, check = false) =>
    outcomeOf(await runHere(pamLimits, args, { check }));

  test('a limit is added once, and changed on its line, which keeps its comment', async () => {
    using dir = folder();
    const dest = dir.at('limits.conf');
    writeFileSync(dest, '# limits\nbob - nofile 10 # few');
    const args = { ...limit, dest };

    expect(await runs(args, true)).toEqual(['changed', '@audio hard memlock: absent → 1024']);
    expect(await runHere(pamLimits, args)).toMatchObject({
      status: 'changed',
      result: { msg: '@audio\thard\tmemlock\t1024' },
    });
    expect(await runs(args)).toEqual(['ok']);
    const bob = { domain: 'bob', limit_type: '-', limit_item: 'nofile', value: '20', dest };
    expect(await runs(bob)).toEqual(['changed', 'bob - nofile: 10 → 20']);
    expect(await runs({ ...bob, value: '30', comment: 'more' })).toEqual(['changed', 'bob - nofile: 20 → 30']);
    expect(textOf(dest)).toBe('# limits\nbob\t-\tnofile\t30\t#more\n@audio\thard\tmemlock\t1024\n');
  });

  test.for([
    [{ use_max: true, value: '10' }, 'ok', '100'],
    [{ use_max: true, value: '1000' }, 'changed', '1000'],
    [{ use_max: true, value: 'unlimited' }, 'changed', 'unlimited'],
    [{ use_min: true, value: '10' }, 'changed', '10'],
    [{ use_min: true, value: '-1' }, 'ok', '100'],
  ] as const)('of 100 and %o, the right one is kept', async ([args, status, value]) => {
    using dir = folder();
    const dest = dir.at('limits.conf');
    writeFileSync(dest, '@audio hard memlock 100\n');

    expect((await runs({ ...limit, ...args, dest }))[0]).toBe(status);
    expect(textOf(dest).trim().split(/\s+/)[3]).toBe(value);
  });

  test.for([
    [{ value: 'many' }, /^Value of 'many' for item 'memlock' is invalid. Value must either be/],
    [{ limit_item: 'nice', value: '20' }, /^Value of '20' for item 'nice' is invalid. Value must be a number in/],
    [{ use_min: true, use_max: true }, /^Cannot use use_min and use_max at the same time.$/],
  ] as const)('%o fails in a check and in a run', async ([args, why]) => {
    using dir = folder();
    for (const check of [true, false])
      expect(await runs({ ...limit, ...args, dest: dir.at('x') }, check)).toEqual([
        'failed',
        expect.stringMatching(why),
      ]);
  });
});

describe('htpasswd', () => {
  const bob = { name: 'bob', password: 'open, Sesame' };
  const runs = async (args: Record<string, unknown>, check = false) =>
    outcomeOf(await runHere(htpasswd, args, { check }));

  test('a user is added once, gets another password, and is removed', async () => {
    using dir = folder();
    const path = dir.at('users');
    const args = { ...bob, path, mode: '0640' };

    expect(await runs(args, true)).toEqual(['changed', 'user bob: absent → the password']);
    const made = await runHere(htpasswd, args);
    expect(made).toMatchObject({ status: 'changed', result: { msg: `Created ${path} and added bob` } });
    expect(JSON.stringify(made)).not.toContain(bob.password);
    expect(await runHere(htpasswd, args)).toMatchObject({ status: 'ok', result: { msg: 'bob already present' } });
    const [, salt = '', hash = ''] = /^bob:\$apr1\$([^$]{8})\$(.*)\n$/.exec(textOf(path)) ?? [];
    expect(openssl('-apr1', salt)).toBe(`$apr1$${salt}$${hash}`);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(await runs({ ...args, password: 'other' }, true)).toEqual([
      'changed',
      'user bob: another password → the password',
    ]);
    expect(await runs({ ...args, name: 'ann', crypt_scheme: 'bcrypt' })).toEqual([
      'changed',
      'user ann: absent → the password',
    ]);
    expect(await runs({ ...args, name: 'ann' })).toEqual(['ok']);
    expect(await runs({ path, name: 'bob', state: 'absent' })).toEqual(['changed', 'user bob: present → absent']);
    expect(await runHere(htpasswd, { path, name: 'bob', state: 'absent' })).toMatchObject({
      status: 'ok',
      result: { msg: 'bob not present' },
    });
    expect(textOf(path)).toMatch(/^ann:\$2y\$12\$[^:\n]{53}\n$/);
  });

  test.for(['-1', '-5', '-6', '-apr1'])('a hash made by openssl passwd %s is recognized', async (kind) => {
    using dir = folder();
    writeFileSync(dir.at('users'), `bob:${openssl(kind, 'abcdefgh')}\n`);

    expect(await runs({ ...bob, path: dir.at('users') })).toEqual(['ok']);
    expect((await runs({ ...bob, password: 'open', path: dir.at('users') }))[0]).toBe('changed');
  });

  test.for(['plaintext', 'ldap_sha1', 'md5_crypt', 'sha256_crypt', 'portable_apache24'])(
    'with the scheme %s, the second run finds nothing to do',
    async (crypt_scheme) => {
      using dir = folder();
      const args = { ...bob, path: dir.at('users'), crypt_scheme };

      expect((await runs(args))[0]).toBe('changed');
      expect(await runs(args)).toEqual(['ok']);
    },
  );

  test('an unknown scheme, a wrong name and a missing file fail', async () => {
    using dir = folder();
    for (const check of [true, false]) {
      const path = dir.at('users');
      expect((await runs({ ...bob, path, crypt_scheme: 'des_crypt' }, check)).join()).toMatch(
        /^failed,the scheme 'des_crypt'/,
      );
      expect((await runs({ ...bob, path, name: 'a:b' }, check)).join()).toMatch(/^failed,the name 'a:b' is not valid/);
      expect(await runs({ ...bob, path, create: false }, check)).toEqual([
        'failed',
        `Destination ${path} does not exist`,
      ]);
    }
  });

  const openssl = (kind: string, salt: string): string =>
    execFileSync('openssl', ['passwd', kind, '-salt', salt, '-stdin'], {
      input: bob.password,
      encoding: 'utf8',
    }).trim();
});

describe('sudoers', () => {
  const runs = async (args: Record<string, unknown>, check = false) =>
    outcomeOf(await runHere(sudoers, args, { check }));

  test('a rule is written once, validated, and removed', async () => {
    using dir = folder();
    const args = {
      name: 'backup',
      group: 'adm',
      runas: 'postgres',
      commands: ['/bin/a', '/bin/b'],
      sudoers_path: dir.path,
    };
    const rule = '%adm ALL=(postgres)NOPASSWD: /bin/a, /bin/b';

    expect(await runs(args, true)).toEqual(['changed', `rule backup: absent → ${rule}`]);
    expect(await runs(args)).toEqual(['changed', `rule backup: absent → ${rule}`]);
    expect(await runs(args)).toEqual(['ok']);
    expect(textOf(dir.at('backup'))).toBe(`${rule}\n`);
    chmodSync(dir.at('backup'), 0o644);
    expect(await runs(args)).toEqual(['changed', 'mode: 0644 → 0440']);
    expect(await runs({ ...args, nopassword: false, setenv: true, noexec: true, host: 'web' })).toEqual([
      'changed',
      `rule backup: ${rule} → %adm web=(postgres)NOEXEC:SETENV: /bin/a, /bin/b`,
    ]);
    expect((await runs({ ...args, defaults: ['!requiretty', 'timestamp_timeout=5'] }))[0]).toBe('changed');
    expect(textOf(dir.at('backup'))).toBe(`Defaults:%adm !requiretty\nDefaults:%adm timestamp_timeout=5\n${rule}\n`);
    expect((await runs({ name: 'backup', state: 'absent', sudoers_path: dir.path }))[0]).toBe('changed');
    expect(await runs({ name: 'backup', state: 'absent', sudoers_path: dir.path })).toEqual(['ok']);
  });

  test('an invalid rule is not written, unless validation is off', async () => {
    using dir = folder();
    const args = { name: 'bad', user: 'bob', commands: ['relative'], sudoers_path: dir.path };

    for (const check of [true, false])
      expect((await runs(args, check)).join()).toMatch(
        /^failed,Failed to validate sudoers rule:\n.*fully-qualified path/,
      );
    expect(() => statSync(dir.at('bad'))).toThrow(/ENOENT/);
    expect((await runs({ ...args, validation: 'absent' }))[0]).toBe('changed');
  });

  test('a name that sudo ignores is warned about', async () => {
    using dir = folder();
    const args = { name: 'a.conf', user: 'bob', commands: ['ALL'], sudoers_path: dir.path };

    expect(await runHere(sudoers, args, { check: true })).toMatchObject({
      warnings: [`sudo ignores ${dir.path}/a.conf, because its name contains a dot or ends in ~`],
    });
    expect((await runs({ ...args, name: 'a/b' })).join()).toMatch(/^failed,`name` must be the name of a file/);
  });
});

describe('make', () => {
  const runs = async (args: Record<string, unknown>, check = false) => outcomeOf(await runHere(make, args, { check }));

  test('a target is made unless it is up to date', async () => {
    using dir = folder();
    writeFileSync(dir.at('Makefile'), 'out: in\n\tcp in out; echo $(WORD) >>out\nother:\n\ttouch other\n');
    writeFileSync(dir.at('in'), 'in\n');
    const args = { chdir: dir.path, params: { WORD: 'a word' } };

    expect(await runs(args, true)).toEqual(['changed', 'command:  → make WORD=a word']);
    expect(await runHere(make, { ...args, target: 'out' })).toMatchObject({
      status: 'changed',
      result: { stdout: 'cp in out; echo a word >>out', chdir: dir.path, target: 'out' },
    });
    expect(textOf(dir.at('out'))).toBe('in\na word\n');
    expect((await runs({ chdir: dir.path }))[0]).toBe('ok');
    expect((await runs({ chdir: dir.path, targets: ['out', 'other'], jobs: 2, file: 'Makefile' }))[0]).toBe('changed');
    expect((await runs({ chdir: dir.path, targets: ['out', 'other'] }))[0]).toBe('ok');
  });

  test('what make cannot do fails', async () => {
    using dir = folder();
    writeFileSync(dir.at('Makefile'), 'fails:\n\t@echo no >&2; exit 3\n');

    expect(await runHere(make, { chdir: dir.path })).toMatchObject({
      status: 'failed',
      result: { rc: 2, stderr: /no/ },
    });
    for (const check of [true, false]) {
      expect((await runs({ chdir: dir.path, target: 'x' }, check)).join()).toMatch(
        /^failed,make: \*\*\* No rule to make target 'x'/,
      );
      expect((await runs({ chdir: dir.at('none') }, check)).join()).toMatch(/^failed,Unable to change directory/);
      expect(await runs({ chdir: dir.path, make: '/nonexistent/gmake' }, check)).toEqual([
        'failed',
        '/nonexistent/gmake is missing on the host: install the make package',
      ]);
    }
  });
});

describe('crypttab', () => {
  const runs = async (args: Record<string, unknown>, check = false) =>
    outcomeOf(await runHere(crypttab, args, { check }));

  test('an entry is added once, changed, gets and loses options, and is removed', async () => {
    using dir = folder();
    const path = dir.at('crypttab');
    writeFileSync(path, '# name device key options\nswap /dev/sda2 /dev/urandom swap\n');
    const at = { name: '/dev/mapper/data', path };
    const args = { ...at, state: 'present', backing_device: '/dev/sdb', opts: 'luks,discard' };

    for (const check of [true, false])
      expect(await runs(args, check)).toEqual(['changed', `data in ${path}: absent → data /dev/sdb none luks,discard`]);
    expect(await runs({ ...args, opts: 'discard,luks' })).toEqual(['ok']);
    expect(await runHere(crypttab, { ...at, state: 'present', password: '/etc/key' })).toMatchObject({
      status: 'changed',
      result: { msg: 'updated line', name: 'data' },
    });
    const options = { ...at, state: 'opts_present', opts: 'luks,tries=3' };
    expect((await runs(options))[1]).toMatch(/→ data \/dev\/sdb \/etc\/key luks,discard,tries=3$/);
    expect(await runs(options)).toEqual(['ok']);
    expect((await runs({ ...options, opts: 'tries=5' }))[0]).toBe('changed');
    expect((await runs({ ...options, state: 'opts_absent', opts: 'tries,discard' }))[0]).toBe('changed');
    expect(textOf(path).split('\n').at(-2)).toBe('data /dev/sdb /etc/key luks');
    expect((await runs({ ...at, state: 'absent' }))[1]).toBe(`data in ${path}: data /dev/sdb /etc/key luks → absent`);
    expect(await runs({ ...at, state: 'absent' })).toEqual(['ok']);
    expect(textOf(path)).toBe('# name device key options\nswap /dev/sda2 /dev/urandom swap\n');
  });

  test.for([
    [{ state: 'present' }, "expected one or more of 'backing_device', 'password' or 'opts'"],
    [{ state: 'present', opts: 'luks' }, "'backing_device' required to add a new entry"],
    [{ state: 'opts_present', opts: 'a', password: '/x' }, /^cannot update 'backing_device' or 'password' when/],
    [{ state: 'present', backing_device: '/dev/a b' }, /^invalid 'backing_device': contains white space or is empty$/],
  ] as const)('%o fails in a check and in a run', async ([args, why]) => {
    using dir = folder();
    for (const check of [true, false])
      expect(await runs({ name: 'x', path: dir.at('t'), ...args }, check)).toEqual([
        'failed',
        expect.stringMatching(why),
      ]);
  });
});

describe('interfaces_file', () => {
  const runs = async (args: Record<string, unknown>, check = false) =>
    outcomeOf(await runHere(interfacesFile, args, { check }));
  const text = `auto lo eth0
iface lo inet loopback

iface eth0 inet static
\taddress 10.0.0.2/24
\t# the default
\tmtu  1500
\tup ip route add 10.1.0.0/16 \\
\t\tvia 10.0.0.1

iface eth0 inet6 auto
`;

  test('an option is set, changed and removed; a command is added to others', async () => {
    using dir = folder();
    const dest = dir.at('interfaces');
    writeFileSync(dest, text);
    const at = { dest, iface: 'eth0', address_family: 'inet' };
    const mtu = { ...at, option: 'mtu', value: '1400' };

    for (const check of [true, false]) expect(await runs(mtu, check)).toEqual(['changed', 'mtu of eth0: 1500 → 1400']);
    expect(await runs(mtu)).toEqual(['ok']);
    const up = { ...at, option: 'up', value: 'echo up' };
    expect((await runs(up))[0]).toBe('changed');
    expect(await runHere(interfacesFile, up)).toMatchObject({
      status: 'ok',
      result: { ifaces: { lo: { method: 'loopback', up: [] }, eth0: { address_family: 'inet6' } } },
    });
    expect((await runs({ dest, iface: 'eth0', option: 'privext', value: '2' }))[0]).toBe('changed');
    expect(textOf(dest)).toBe(
      text
        .replace('1500', '1400')
        .replace('via 10.0.0.1\n', 'via 10.0.0.1\n\tup echo up\n')
        .replace('inet6 auto\n', 'inet6 auto\n    privext 2\n'),
    );
    expect((await runs({ ...up, state: 'absent' }))[0]).toBe('changed');
    expect((await runs({ ...at, option: 'up', state: 'absent' }))[0]).toBe('changed');
    expect(await runs({ ...at, option: 'up', state: 'absent' })).toEqual(['ok']);
    expect(textOf(dest)).not.toMatch(/\bup\b|via/);
  });

  test('a missing interface, file or value fails', async () => {
    using dir = folder();
    writeFileSync(dir.at('interfaces'), text);
    const args = { dest: dir.at('interfaces'), iface: 'eth0', option: 'mtu', value: '1' };
    for (const check of [true, false]) {
      expect(await runs({ ...args, iface: 'eth9' }, check)).toEqual(['failed', 'Error: interface eth9 not found']);
      expect(await runs({ ...args, value: undefined }, check)).toEqual([
        'failed',
        "'value' must be given when state is present",
      ]);
      expect(await runs({ ...args, dest: dir.at('x') }, check)).toEqual([
        'failed',
        `Destination ${dir.at('x')} does not exist`,
      ]);
    }
  });
});

describe('pamd', () => {
  const text = `# su
auth       sufficient pam_rootok.so

# auth       required   pam_wheel.so
auth [success=1   default=ignore]  pam_unix.so nullok # local
session    required   pam_env.so readenv=1 envfile=/etc/default/locale
`;
  const rootok = { name: 'su', type: 'auth', control: 'sufficient', module_path: 'pam_rootok.so' };
  const unix = { name: 'su', type: 'auth', control: '[success=1 default=ignore]', module_path: 'pam_unix.so' };
  const env = { name: 'su', type: 'session', control: 'required', module_path: 'pam_env.so' };
  const wheel = { new_type: 'auth', new_control: 'required', new_module_path: 'pam_wheel.so' };

  test.for([
    [
      { ...rootok, ...wheel, module_arguments: ['use_uid'], state: 'after' },
      /pam_rootok.so\nauth {7}required pam_wheel.so use_uid\n\n# auth/,
    ],
    [{ ...unix, ...wheel, state: 'before' }, /\nauth {7}required pam_wheel.so\nauth \[success=1 {3}default/],
    [
      { ...unix, new_control: 'required', module_arguments: ['nullok', 'obscure'] },
      /\nauth {7}required pam_unix.so nullok obscure # local\n/,
    ],
    [{ ...unix, state: 'args_absent', module_arguments: ['nullok', 'x'] }, /ignore\] pam_unix.so # local\n/],
    [
      { ...env, state: 'args_present', module_arguments: ['readenv=0', 'debug'] },
      /pam_env.so readenv=0 envfile=\/etc\/default\/locale debug\n$/,
    ],
    [{ ...rootok, state: 'absent' }, /^# su\n\n# auth/],
  ] as const)('%o', async ([args, expected]) => {
    using dir = folder();
    writeFileSync(dir.at('su'), text);
    const check = await runHere(pamd, { ...args, path: dir.path }, { check: true });
    const run = await runHere(pamd, { ...args, path: dir.path });

    expect(run).toMatchObject({ status: 'changed', result: { change_count: 1, backupdest: '' } });
    expect(outcomeOf(check)).toEqual(outcomeOf(run));
    expect(textOf(dir.at('su'))).toMatch(expected);
    expect(await runHere(pamd, { ...args, path: dir.path })).toMatchObject({
      status: 'ok',
      result: { change_count: 0 },
    });
  });

  test('a missing file fails, and a rule that is not there is left alone', async () => {
    using dir = folder();
    const args = { ...rootok, path: dir.path, state: 'absent' };
    for (const check of [true, false])
      expect(outcomeOf(await runHere(pamd, args, { check }))).toEqual([
        'failed',
        `Unable to open/read PAM module file ${dir.path}/su: it does not exist`,
      ]);
    writeFileSync(dir.at('su'), text);
    expect(outcomeOf(await runHere(pamd, { ...args, module_path: 'pam_x.so' }))).toEqual(['ok']);
  });
});
