import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { accountsOf } from '../../src/document/draft/account.ts';
import { writePlaybook } from '../../src/document/draft/write-playbook.ts';
import { readDocument } from '../../src/document/read-document.ts';

const accounts = (text: string) => accountsOf(readDocument(text, 'install.md'));
const written = (text: string): string =>
  writePlaybook(accounts(text), { document: 'install.md', hosts: 'web', become: false });

/** The tasks of all plays of a draft, without what every task has. */
function tasksOf(text: string): readonly Record<string, unknown>[] {
  const plays = parse(written(text), { version: '1.1', logLevel: 'silent' }) as { tasks: Record<string, unknown>[] }[];
  return plays.flatMap(({ tasks }) => tasks ?? []).map(({ name: _, step: __, ...task }) => task);
}

const shell = (...lines: readonly string[]): string => `# Install\n\n\`\`\`bash\n${lines.join('\n')}\n\`\`\`\n`;
const grades = (...lines: readonly string[]) => accounts(shell(...lines)).map(({ drafted }) => drafted.grade);
const whyManual = (line: string) =>
  accounts(shell(line)).map(({ drafted }) => ('why' in drafted ? drafted.why : drafted.grade));

describe('a command becomes the task that says the same', () => {
  test.for<[command: string, ...tasks: object[]]>([
    [
      'ln -s /opt/conf/nginx/x.conf /etc/nginx/conf.d/',
      { file: { src: '/opt/conf/nginx/x.conf', dest: '/etc/nginx/conf.d/x.conf', state: 'link' } },
    ],
    [
      'ln -s ../sites-available/shop /etc/nginx/sites-enabled/shop',
      { file: { src: '../sites-available/shop', dest: '/etc/nginx/sites-enabled/shop', state: 'link' } },
    ],
    [
      'ln -s /opt/conf/nginx.service.d /etc/systemd/system/nginx.service.d',
      { file: { src: '/opt/conf/nginx.service.d', dest: '/etc/systemd/system/nginx.service.d', state: 'link' } },
    ],
    [
      'ln -s /opt/conf/units/backup.* /etc/systemd/system/',
      { config_links: { src: '/opt/conf/units', dest: '/etc/systemd/system', links: ['backup.*'], stale: 'keep' } },
    ],
    [
      'mkdir -p /srv/{www,logs}',
      { file: { path: '/srv/www', state: 'directory' } },
      { file: { path: '/srv/logs', state: 'directory' } },
    ],
    [
      'mkdir -m 0750 /srv/www && chown www-data:www-data /srv/www',
      { file: { path: '/srv/www', state: 'directory', mode: '0750', owner: 'www-data', group: 'www-data' } },
    ],
    ['cd /srv && mkdir www', { file: { path: '/srv/www', state: 'directory' } }],
    ['rm /etc/nginx/sites-enabled/default', { file: { path: '/etc/nginx/sites-enabled/default', state: 'absent' } }],
    [
      'chmod -R go-rwx /etc/stunnel/psk/',
      { file: { path: '/etc/stunnel/psk', state: 'directory', recurse: true, mode: 'go-rwx' } },
    ],
    [
      'cp /usr/share/doc/x/x.conf /etc/x.conf',
      { copy: { remote_src: true, src: '/usr/share/doc/x/x.conf', dest: '/etc/x.conf', force: false } },
    ],
    [
      'cp -a /srv/old/letsencrypt /etc/',
      { copy: { remote_src: true, src: '/srv/old/letsencrypt', dest: '/etc/', mode: 'preserve', force: false } },
    ],
    [
      'cp -r /srv/old/www /srv/new',
      { copy: { remote_src: true, src: '/srv/old/www/', dest: '/srv/new/', force: false } },
    ],
    ['sudo apt install -y nginx certbot', { apt: { name: ['nginx', 'certbot'], state: 'present' } }],
    ['apt-get purge exim4-base', { apt: { name: ['exim4-base'], state: 'absent', purge: true } }],
    [
      'apt install -t bookworm-backports zfsutils-linux',
      { apt: { name: ['zfsutils-linux'], state: 'present', default_release: 'bookworm-backports' } },
    ],
    ['dpkg -i /root/sanoid_2.2.0_all.deb', { apt: { deb: '/root/sanoid_2.2.0_all.deb' } }],
    ['systemctl enable --now sanoid.timer', { systemd: { name: 'sanoid.timer', enabled: true, state: 'started' } }],
    [
      'systemctl disable nginx; systemctl stop nginx',
      { systemd: { name: 'nginx.service', enabled: false, state: 'stopped' } },
    ],
    [
      'zfs create -o mountpoint=/srv/img tank/img && zfs set compression=on tank/img',
      {
        zfs: {
          name: 'tank/img',
          state: 'present',
          extra_zfs_properties: { mountpoint: '/srv/img', compression: 'on' },
        },
      },
    ],
    [
      'syncoid --no-sync-snap -r root@a:tank/img tank/img',
      { syncoid: { source: 'root@a:tank/img', target: 'tank/img', recursive: true, no_sync_snap: true } },
    ],
    [
      'useradd -m -s /bin/bash alex && adduser alex sudo && usermod -aG docker alex',
      { user: { name: 'alex', shell: '/bin/bash', groups: ['sudo', 'docker'], append: true } },
    ],
    ['usermod -aG sudo [username]', { user: { name: '{{ username }}', groups: ['sudo'], append: true } }],
    [
      'htpasswd -c /etc/nginx/users alex',
      { htpasswd: { path: '/etc/nginx/users', name: 'alex', password: '{{ vault_password_of_alex }}' } },
    ],
    [
      'certbot certonly --nginx -d a.example.org -d b.example.org -m root@example.org',
      { certbot: { domains: ['a.example.org', 'b.example.org'], plugin: 'nginx', email: 'root@example.org' } },
    ],
    ['certbot renew --dry-run', { certbot: { state: 'renewable' } }],
    [
      'git clone https://example.org/conf.git /opt/conf',
      { git: { repo: 'https://example.org/conf.git', dest: '/opt/conf', update: false } },
    ],
    ['hostnamectl set-hostname web', { hostname: { name: 'web' } }],
    [
      'ufw allow 22/tcp && ufw default deny incoming',
      { ufw: { rule: 'allow', port: '22', proto: 'tcp' } },
      { ufw: { default: 'deny', direction: 'incoming' } },
    ],
    [
      'ufw allow from 10.0.0.0/8 to any port 9100 proto tcp',
      { ufw: { rule: 'allow', from_ip: '10.0.0.0/8', to_port: '9100', proto: 'tcp' } },
    ],
    [
      'iptables -t nat -A PREROUTING -s 192.0.2.1 -p tcp --dport 25 -j DNAT --to 10.1.0.2:25',
      {
        iptables: {
          table: 'nat',
          chain: 'PREROUTING',
          source: '192.0.2.1',
          protocol: 'tcp',
          destination_port: '25',
          jump: 'DNAT',
          to_destination: '10.1.0.2:25',
        },
      },
    ],
    [
      'a2enmod rewrite && a2ensite shop',
      { apache2_module: { name: 'rewrite', state: 'present' } },
      { file: { src: '../sites-available/shop.conf', dest: '/etc/apache2/sites-enabled/shop.conf', state: 'link' } },
    ],
    ['curl http://127.0.0.1:9113/metrics', { uri: { url: 'http://127.0.0.1:9113/metrics' } }],
    [
      'curl -u prometheus:**password** https://x.example.org/',
      {
        uri: {
          url: 'https://x.example.org/',
          url_username: 'prometheus',
          url_password: '{{ vault_password_of_prometheus }}',
          force_basic_auth: true,
        },
      },
    ],
    ['nc -vz 10.1.0.2 6379', { wait_for: { host: '10.1.0.2', port: 6379, timeout: 10 } }],
    [
      "echo 'root: ops@example.org' | sudo tee -a /etc/aliases",
      { lineinfile: { path: '/etc/aliases', line: 'root: ops@example.org', create: true } },
    ],
    ['echo "hello" > /etc/motd', { copy: { dest: '/etc/motd', content: 'hello\n' } }],
    [
      "sed -i 's/^Port 22$/Port 2222/' /etc/ssh/sshd_config",
      { replace: { path: '/etc/ssh/sshd_config', regexp: '^Port 22$', replace: 'Port 2222' } },
    ],
    ['sysctl -w vm.swappiness=10', { sysctl: { name: 'vm.swappiness', value: '10', sysctl_set: true, reload: false } }],
    ['cd /srv/app\ndocker-compose up -d', { docker_compose_v2: { project_src: '/srv/app', state: 'present' } }],
    [
      'ssh-keygen -t ed25519 -C root@web',
      { openssh_keypair: { path: '/root/.ssh/id_ed25519', type: 'ed25519', comment: 'root@web' } },
    ],
    [
      'curl -fsSL https://example.org/key.asc | sudo apt-key add -',
      { apt_key: { url: 'https://example.org/key.asc' } },
    ],
  ])('%s', ([command, ...tasks]) => {
    expect(tasksOf(shell(command))).toEqual(tasks);
  });

  test('a here-document is the content of a file, or is added to it', () => {
    const made = shell(
      'cat > /etc/a.conf <<EOF',
      'a = 1',
      'EOF',
      "cat >> /etc/b.conf <<'EOF'",
      'b = 2',
      'c = 3',
      'EOF',
    );

    expect(tasksOf(made)).toEqual([
      { copy: { dest: '/etc/a.conf', content: 'a = 1\n' } },
      { blockinfile: { path: '/etc/b.conf', create: true, block: 'b = 2\nc = 3\n' } },
    ]);
  });

  test('what `systemctl edit` was given is its drop-in file', () => {
    const text = 'Run `systemctl edit nginx` to add:\n\n```ini\n[Service]\nNice=5\n```\n';

    expect(tasksOf(text)).toEqual([
      { file: { path: '/etc/systemd/system/nginx.service.d', state: 'directory' } },
      { copy: { dest: '/etc/systemd/system/nginx.service.d/override.conf', content: '[Service]\nNice=5\n' } },
    ]);
  });

  test('a port that refused is one that nobody may reach', () => {
    const [task] = tasksOf(
      shell('nc -vz 192.0.2.1 9113', 'nc: connect to 192.0.2.1 port 9113 (tcp) failed: Connection refused'),
    );

    expect(task).toEqual({ wait_for: { host: '192.0.2.1', port: 9113, timeout: 10, state: 'stopped' } });
  });
});

describe('what no task says', () => {
  test.for<[command: string, why: string]>([
    ['mkdir conf/etc', 'the document does not tell in which directory it ran'],
    ['rm -rf /srv/www/*', 'the document does not tell which files match'],
    ['mkdir $HOME/x', 'a shell variable stands in its path'],
    ['chown -R go-rwx /etc/psk', '"go-rwx" is a mode, which is chmod\'s'],
    ['apt upgrade', 'what it upgrades changes from day to day'],
    ['ln --backup -s /a /b', 'an option of it is not understood'],
    ['frobnicate --all', 'no task type does what `frobnicate` does'],
    ['for f in a b; do rm /srv/$f; done', 'it is a program of a shell'],
    ['test -d /srv || mkdir /srv', 'what it does depends on what failed'],
    ['qm start 100', 'it is done on the Proxmox host'],
  ])('%s: %s', ([command, why]) => {
    expect(whyManual(command)).toEqual([why]);
  });

  test('is a manual task that runs only when it is asked for', () => {
    expect(tasksOf(shell('qm start 100'))).toEqual([
      { manual: { instructions: 'qm start 100', unless: 'false' }, tags: ['manual', 'never'] },
    ]);
  });

  test('what only looks is a comment', () => {
    expect(grades('ls -l /etc', 'systemctl status nginx', 'zfs list', 'git diff', 'df -h')).toEqual(
      Array(5).fill('look'),
    );
    expect(written(shell('ls -l /etc', 'mkdir /srv'))).toContain('# line 4: ls -l /etc  (nothing to declare)');
  });

  test('a section that says it was not done is left to a person', () => {
    const text = '# Route\n\n```bash\nmkdir /srv/route\n```\n\nThis is not needed, so I didn’t do it.\n';

    expect(accounts(text).map(({ drafted }) => drafted.grade)).toContain('manual');
    expect(accounts(text).map(({ drafted }) => drafted.grade)).not.toContain('exact');
  });
});

describe('the end state', () => {
  test('a path is declared once: what is done differently later takes its place, and is told', () => {
    const text = shell('ln -s /opt/old/x /etc/x', 'rm /etc/x', 'ln -s /opt/new/x /etc/x');

    expect(tasksOf(text)).toEqual([{ file: { src: '/opt/new/x', dest: '/etc/x', state: 'link', force: true } }]);
    expect(written(text)).toContain('# line 4: ln -s /opt/old/x /etc/x  (done differently later)');
  });

  test('what was written and then moved into the repository is written there', () => {
    const text = shell('echo a > /etc/x.conf', 'mv /etc/x.conf /opt/conf/', 'ln -s /opt/conf/x.conf /etc/x.conf');

    expect(tasksOf(text)).toEqual([
      { copy: { dest: '/opt/conf/x.conf', content: 'a\n' } },
      { file: { src: '/opt/conf/x.conf', dest: '/etc/x.conf', state: 'link' } },
    ]);
  });

  test('a file of a package that was moved away is replaced by the link', () => {
    const [mv, link] = tasksOf(shell('mv /etc/redis/redis.conf /opt/conf/', 'ln -s /opt/conf/redis.conf /etc/redis/'));

    expect(mv).toMatchObject({ command: { creates: '/opt/conf/redis.conf', removes: '/etc/redis/redis.conf' } });
    expect(link).toEqual({
      file: { src: '/opt/conf/redis.conf', dest: '/etc/redis/redis.conf', state: 'link', force: true },
    });
  });

  test('a user who owns a path is made before it', () => {
    const types = tasksOf(shell('mkdir /srv/app', 'useradd app', 'chown app /srv/app')).map(
      (task) => Object.keys(task)[0],
    );

    expect(types).toEqual(['user', 'file']);
  });

  test('a service that is started to try it belongs to its timer', () => {
    const text = shell('systemctl enable --now check.timer', 'systemctl start check.service', 'systemctl start other');

    expect(tasksOf(text)).toEqual([
      { systemd: { name: 'check.timer', enabled: true, state: 'started' } },
      { systemd: { name: 'other.service', state: 'started' } },
    ]);
    expect(written(text)).toContain('# line 5: systemctl start check.service  (nothing to declare)');
  });

  test('a restart is a handler of what its section changed, and runs before the next probe', () => {
    const plays = parse(written(shell('apt install redis', 'systemctl restart redis', 'nc -vz 127.0.0.1 6379')));

    expect(plays).toMatchObject([
      {
        tasks: [{ notify: ['restart redis.service'] }, { meta: 'flush_handlers' }, { wait_for: {} }],
        handlers: [{ name: 'restart redis.service', systemd: { name: 'redis.service', state: 'restarted' } }],
      },
    ]);
  });

  test('what the document says to do on another host is a play of its own', () => {
    const text =
      'On off2:\n\n```bash\nmkdir /srv/a\n```\n\n## On the proxy\n\n```bash\nmkdir /srv/a\n```\n\n```\nroot@ct100:/srv# mkdir b\n```\n';
    const plays = parse(written(text)) as { hosts: string }[];

    expect(plays.map(({ hosts }) => hosts)).toEqual(['off2', 'proxy', 'ct100']);
  });
});

test('secrets are variables, and nothing in a document is a template', () => {
  const text = shell('echo "proxy:$(pwgen 32 1)" > /etc/psk.txt', 'echo \'{{ lookup("pipe", "id") }}\' > /etc/braces');
  const draft = written(text);

  expect(draft).toContain('proxy:{{ vault_psk_txt }}');
  expect(draft).toContain('vault_psk_txt: "{{ undef(hint=\'a secret: ');
  expect(draft).toMatch(/content: !unsafe/);
});

test.for<[text: string, secret: string, variable: string]>([
  [shell('htpasswd -b /etc/nginx/users alex tr0ub4dor'), 'tr0ub4dor', 'vault_password_of_alex'],
  [shell('curl -u alex:tr0ub4dor https://a.example.org/'), 'tr0ub4dor', 'vault_password_of_alex'],
  [shell('echo "password = tr0ub4dor" > /etc/app.conf'), 'tr0ub4dor', 'vault_password'],
  [
    shell('cat > /etc/app.env <<EOF', 'DB_PASSWORD=tr0ub4dor', 'URL=postgres://app:s3cr3tpw@db/app', 'EOF'),
    's3cr3tpw',
    'vault_db_password',
  ],
  [shell('git clone https://alex:tr0ub4dor@example.org/conf.git /opt/conf'), 'tr0ub4dor', 'vault_url_password'],
  [
    shell(
      "cat > /etc/key.pem <<'EOF'",
      '-----BEGIN RSA PRIVATE KEY-----',
      'tr0ub4dor',
      '-----END RSA PRIVATE KEY-----',
      'EOF',
    ),
    'tr0ub4dor',
    'vault_secret',
  ],
])('the secret in %s is in a variable of the vault only', ([text, secret, variable]) => {
  expect(written(text)).not.toContain(secret);
  expect(written(text)).toContain(variable);
});

test('a secret in what no task does is not repeated', () => {
  const text = shell('mysql -e "create user app identified by \'tr0ub4dor\'"', "echo 'root:hunter2hunter' | chpasswd");

  expect(written(text)).not.toMatch(/tr0ub4dor|hunter2hunter/);
  expect(written(text)).toContain('********');
});

describe('the draft, run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-draft-'));
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, ['dist/run.cjs', ...args], {
      env: { ...process.env, RETRACE_HISTORY: 'off' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const commands = (root: string): string =>
    shell(
      `mkdir -p ${root}/{etc,opt}/app`,
      `echo one > ${root}/etc/app/a.conf`,
      `mv ${root}/etc/app/a.conf ${root}/opt/app/`,
      `ln -s ${root}/opt/app/a.conf ${root}/etc/app/`,
      `cat > ${root}/etc/app/b.conf <<EOF`,
      'b = 1',
      'EOF',
      `sed -i 's/b = 1/b = 2/' ${root}/etc/app/b.conf`,
      `cp ${root}/etc/app/b.conf ${root}/etc/app/c.conf`,
      `chmod 600 ${root}/etc/app/c.conf`,
      `mkdir ${root}/new`,
      `cp -a ${root}/opt/app ${root}/new/`,
      `cp -r ${root}/opt/app ${root}/other`,
      `ln -s ../old ${root}/etc/current`,
      `rm ${root}/etc/current`,
      `ln -s app ${root}/etc/current`,
    );
  const manifest = (root: string): string =>
    execFileSync('sh', ['-c', `cd ${root} && find . -printf '%p %y %m %l\\n' | sort; cat etc/app/* `], {
      encoding: 'utf8',
    }).replaceAll(root, '');

  beforeAll(() => {
    for (const name of ['by-hand', 'by-draft']) execFileSync('mkdir', [join(folder, name)]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('makes what the commands made, and a second run changes nothing', () => {
    const [byHand, byDraft] = [join(folder, 'by-hand'), join(folder, 'by-draft')];
    const typed =
      commands(byHand)
        .split('```')[1]
        ?.replace(/^bash\n/, '') ?? '';
    execFileSync('bash', ['-euc', `umask 022\n${typed}`]);
    writeFileSync(join(folder, 'install.md'), commands(byDraft));
    const playbook = join(folder, 'install.yaml');
    run('draft', join(folder, 'install.md'), '--out', playbook, '--hosts', 'localhost');

    run(playbook, '-i', 'localhost,', '-c', 'local');

    expect(manifest(byDraft)).toBe(manifest(byHand));
    expect(run(playbook, '-i', 'localhost,', '-c', 'local')).toMatch(/changed=0\s+failed=0/);
  });

  test('replaces no playbook, and needs a command', () => {
    const file = join(folder, 'kept.yaml');
    const text = join(folder, 'text.md');
    writeFileSync(file, 'mine');
    writeFileSync(text, '# Nothing\n\nThere is nothing to do.\n');

    expect(() => run('draft', join(folder, 'install.md'), '--out', file)).toThrow(/a draft replaces no playbook/);
    expect(() => run('draft', text)).toThrow(/no command was found in it/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
