import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labPristine } from '../../src/lab/index.ts';
import { etcManifest } from './etc-manifest.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const one = 'recorded';
const twin = 'retold';

/** Thirty commands, as somebody types them who sets up a machine: with slips, looks, an editor and a program of their own. */
const SESSION = `apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y tree
mkdir -p /etc/myapp/conf.d
cd /etc/myapp
cat > app.ini <<'EOF'
mode = yes
path = $HOME/{{ x }}
EOF
cp app.ini app.ini.old
mv app.ini.old conf.d/old.ini
chmod 640 app.ini
chown root:adm app.ini
echo 'level = 3' > conf.d/level.ini
echo 'extra = 1' >> conf.d/level.ini
ln -s /etc/myapp/app.ini /etc/app.ini
ls -la /etc/app.ini
cat /etc/nothing-here
sed -i 's/level = 3/level = 4/' conf.d/level.ini
groupadd -g 1700 team
useradd -m -u 1500 -s /bin/bash -G team bob
echo 'bob ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/bob
chmod 440 /etc/sudoers.d/bob
cat > /etc/systemd/system/hand.service <<'EOF'
[Service]
ExecStart=/bin/sleep 99999
[Install]
WantedBy=multi-user.target
EOF
systemctl daemon-reload
systemctl enable --now hand.service
systemctl status hand.service --no-pager
echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/99-forward.conf
for name in a b; do echo "# $name" > /etc/myapp/$name.conf; done
perl -pi -e 's/^#?LogLevel.*/LogLevel VERBOSE/' /etc/ssh/sshd_config
rm -f /etc/issue.net
cd /
touch /etc/myapp/empty
tree /etc/myapp
`;

/** What is a machine's own, or tells when something was done: the day of a password, what was before. */
const OWN =
  /^\.\/(machine-id|hostname|hosts|ld\.so\.cache|shadow-?|gshadow-|passwd-|group-|subuid-|subgid-|ssh\/ssh_host_\S*) /;

let program: LabProgram;

const manifest = (host: string): Promise<readonly string[]> => etcManifest(host, OWN);

beforeAll(async () => {
  await Promise.all([labPristine(one), labPristine(twin)]);
  program = await labProgram([one, twin]);
});
afterAll(() => program.remove());

test('a session of thirty commands becomes a draft that makes a twin with the same /etc', async () => {
  expect(await manifest(one)).toEqual(await manifest(twin));

  const { code, stderr } = await program.run(['record', one, '-o', 'session'], { input: SESSION, timeoutMs: 300_000 });
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('session.md, session.yaml: 30 commands, 1 of them failed'),
  ]);
  expect(readFileSync(join(program.folder, 'session.md'), 'utf8')).toContain(
    '<!-- exit code 1: cat /etc/nothing-here -->',
  );
  expect(await on(one, 'ls /run | grep retrace- || :')).toBe('');

  const draft = readFileSync(join(program.folder, 'session.yaml'), 'utf8');
  writeFileSync(join(program.folder, 'twin.yaml'), draft.replaceAll(`hosts: ${one}`, `hosts: ${twin}`));
  const made = await program.run(['twin.yaml'], { timeoutMs: 300_000 });
  expect([made.code, made.stdout.slice(-1500)]).toEqual([0, expect.stringContaining('failed=0')]);
  const again = await program.run(['twin.yaml'], { timeoutMs: 300_000 });
  expect(again.stdout).toContain('changed=0');

  const [wanted, found] = [await manifest(one), await manifest(twin)];
  expect(wanted.filter((line) => !found.includes(line))).toEqual([]);
  expect(found.filter((line) => !wanted.includes(line))).toEqual([]);
});
