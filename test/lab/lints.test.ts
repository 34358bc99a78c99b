import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labHost } from '../../src/lab/index.ts';
import { packageRoot } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const host = 'linted';
let program: LabProgram;

interface Told {
  readonly kind: string;
  readonly task: { readonly name: string };
  readonly subject?: string;
  readonly reason?: string;
  readonly doneBy?: Readonly<Record<string, readonly { readonly how: string; readonly text: string }[]>>;
}

/** The findings of an audit of the host. */
function audit(...options: readonly string[]): Promise<{ readonly code: number; readonly findings: readonly Told[] }> {
  const words = ['audit', 'site.yaml', '-i', 'hosts', '-o', 'json', ...options];
  const command = [process.execPath, join(packageRoot(), 'dist', 'run.cjs'), ...words];
  const env = { ...process.env, RETRACE_HISTORY: join(program.folder, 'history'), RETRACE_CALLED_AS: 'run' };
  return new Promise((resolve) => {
    execFile('ip', ['netns', 'exec', switchNamespace(), ...command], { cwd: program.folder, env }, (error, stdout) =>
      resolve({
        code: error === null ? 0 : Number(error.code),
        findings: (JSON.parse(stdout) as { findings: Told[] }).findings,
      }),
    );
  });
}

const lints = async (...options: readonly string[]): Promise<readonly string[]> =>
  (await audit('--lints', ...options)).findings.map(({ kind, task, subject = '' }) =>
    `${kind} ${task.name} ${subject}`.trim(),
  );

/** What is wrong, and how it comes to be. */
const WRONG: readonly (readonly [told: readonly string[], script: string])[] = [
  [['lint dangling-link /etc/gone.conf'], 'ln -s /srv/gone/gone.conf /etc/gone.conf'],
  [
    ['lint dangling-link /etc/b.conf', 'lint unpushed-commits /opt/infra'],
    "ln -s /opt/infra/b.conf /etc/b.conf; ln -s /opt/infra/a.conf /etc/a.conf; cd /opt/infra; git rm -q b.conf; git commit -qm 'drop b'",
  ],
  [
    ['lint clone-behind /opt/behind', 'lint clone-behind /opt/infra'],
    'git clone -q /srv/git/infra.git /opt/behind; git clone -q /srv/git/infra.git /root/other; cd /root/other; echo c >c; git add c; git commit -qm more; git push -q; rm -r /root/other',
  ],
  [
    ['unknown clone-behind /opt/lost'],
    'git clone -q /srv/git/infra.git /opt/lost; git -C /opt/lost remote set-url origin /srv/git/nowhere.git',
  ],
  [
    ['lint failed-unit linted-bad.service'],
    "printf '[Service]\\nExecStart=/bin/false\\n' >/etc/systemd/system/linted-bad.service; systemctl daemon-reload; systemctl start linted-bad.service",
  ],
  [
    [
      'lint missing-unit /etc/systemd/system/linted.service: lost.service',
      'lint missing-unit /etc/systemd/system/linted.service: sshh.service',
    ],
    "printf '[Unit]\\nOnFailure=linted-tell@%%n.service lost.service\\nAfter=syslog.target network.target sshh.service\\n[Service]\\nEnvironmentFile=/etc/default/linted\\nExecStart=/bin/sleep 99999\\n' >/etc/systemd/system/linted.service; printf '[Service]\\nExecStart=/bin/true\\n' >/etc/systemd/system/linted-tell@.service; echo A=1 >/etc/default/linted; touch -d '1 hour ago' /etc/default/linted; systemctl daemon-reload; systemctl start linted.service",
  ],
  [
    ['lint stale-configuration linted.service', 'lint stale-unit linted.service'],
    'sleep 2.1; echo A=2 >/etc/default/linted; echo "# more" >>/etc/systemd/system/linted.service',
  ],
  [
    ['lint two-default-routes IPv4'],
    'ip link add linted0 type veth peer name linted1; ip address add 10.99.0.2/24 dev linted0; ip link set linted0 up; ip route append default via 10.99.0.1 dev linted0',
  ],
  [
    ['lint ending-certificate /etc/letsencrypt/live/shop/cert.pem'],
    `mkdir -p /etc/letsencrypt/renewal /etc/letsencrypt/live/shop /root/ca; cd /root/ca; : >db; echo 01 >serial
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=db\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n[req]\\ndistinguished_name=dn\\n[dn]\\n' >c
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -out r -subj /CN=shop.example -config c 2>/dev/null
openssl ca -batch -config c -selfsign -keyfile k -in r -startdate "$(date -u -d '-60 days' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d '+5 hours' +%Y%m%d%H%M%SZ)" -notext -out /etc/letsencrypt/live/shop/cert.pem 2>/dev/null
echo 'cert = /etc/letsencrypt/live/shop/cert.pem' >/etc/letsencrypt/renewal/shop.conf`,
  ],
  [['lint held-package sudo'], 'apt-mark hold -qq sudo'],
  [
    ['lint half-installed-package mawk'],
    "sed -i '/^Package: mawk$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status",
  ],
];

const CLEAN = `systemctl stop linted.service 2>/dev/null; systemctl reset-failed; rm -rf /etc/systemd/system/linted* /etc/default/linted /opt/* /srv/git /root/other /root/ca /etc/letsencrypt /etc/gone.conf /etc/a.conf /etc/b.conf
systemctl daemon-reload; ip link delete linted0 2>/dev/null; apt-mark unhold -qq sudo >/dev/null; sed -i 's/ ok half-configured$/ ok installed/' /var/lib/dpkg/status
git config --global user.email root@linted; git config --global user.name root; git config --global init.defaultBranch main
git init -q --bare /srv/git/infra.git; git clone -q /srv/git/infra.git /opt/infra 2>/dev/null; cd /opt/infra; echo a >a.conf; echo b >b.conf; git add .; git commit -qm first; git push -q -u origin HEAD:main 2>/dev/null; git branch -q -u origin/main
useradd -m alex 2>/dev/null; echo 'alex ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/alex; :`;

const PLAYBOOK = `- hosts: all
  gather_facts: false
  tasks:
    - copy: {dest: /etc/edited.conf, content: "x\\n"}
    - copy: {dest: /etc/silent.conf, content: "x\\n"}
    - file: {path: /etc/removed.d, state: directory}
    - copy: {dest: /etc/removed.d/one.conf, content: "x\\n"}
    - copy: {dest: /etc/shell.conf, content: "x\\n"}
    - copy: {dest: /opt/infra/a.conf, content: "a\\n"}
    - copy: {dest: /etc/cron.d/e2scrub_all, content: "# ours\\n"}
    - systemd: {name: cron-like.service, state: started}
`;

const UNIT =
  "printf '[Service]\\nExecStart=/bin/sleep 99999\\n' >/etc/systemd/system/cron-like.service; systemctl daemon-reload";

beforeAll(async () => {
  await labHost(host);
  await on(
    host,
    'command -v git && command -v openssl || DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends git openssl >/dev/null',
  );
  await on(host, `${CLEAN}\n${UNIT}`);
  program = await labProgram([host]);
  writeFileSync(join(program.folder, 'site.yaml'), PLAYBOOK);
  await program.play(PLAYBOOK.replace(/^(?:.|\n)*tasks:\n/, ''));
}, 240_000);
afterAll(() => program.remove());

describe('lints, on a host', () => {
  test('tell nothing where nothing is wrong', async () => {
    expect(await lints()).toEqual([]);
  });

  test('tell all that is wrong, once, and nothing else', async () => {
    await on(host, WRONG.map(([, script]) => `(${script}) || :`).join('\n'));

    expect((await lints()).toSorted()).toEqual(WRONG.flatMap(([told]) => told).toSorted());
    await on(host, CLEAN);
    expect(await lints()).toEqual([]);
  });
});

describe('who did it, on a host', () => {
  const SCRIPT = `echo y >/etc/silent.conf
su alex -c 'cd /etc; echo y | sudo tee edited.conf' >/dev/null
su alex -c 'sudo rm /etc/removed.d/one.conf'
su alex -c 'sudo sh -c "cd /etc; echo y >shell.conf"'
git clone -q /srv/git/infra.git /root/other; cd /root/other; echo new >a.conf; git commit -qam 'a is new'; git push -q; rm -r /root/other; cd /opt/infra; git pull -q
su alex -c 'sudo DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Options::=--force-confnew -o Dpkg::Options::=--force-confask install --reinstall e2fsprogs' >/dev/null 2>&1
su alex -c 'sudo systemctl stop cron-like'`;

  test('is told where it is proven, and nowhere else', async () => {
    await on(host, `${CLEAN}\n${UNIT}\nsystemctl start cron-like`);
    await program.play(PLAYBOOK.replace(/^(?:.|\n)*tasks:\n/, ''));
    expect((await audit()).findings).toEqual([]);
    await on(host, SCRIPT);
    const { findings } = await audit('--causes');
    const told = Object.fromEntries(
      findings.map(({ subject = '', doneBy }) => [
        subject,
        (doneBy?.[host] ?? []).map(({ how, text }) => `${how}: ${text}`),
      ]),
    );

    expect(told).toEqual({
      '/etc/edited.conf': ['sudo: alex: sudo /usr/bin/tee edited.conf'],
      '/etc/silent.conf': [],
      '/etc/removed.d/one.conf': ['sudo: alex: sudo /usr/bin/rm /etc/removed.d/one.conf'],
      '/etc/shell.conf': [],
      '/opt/infra/a.conf': ['clone: root in /opt/infra: git pull -q: Fast-forward'],
      '/etc/cron.d/e2scrub_all': [
        expect.stringMatching(/^apt: alex: apt-get .*install --reinstall e2fsprogs \(dpkg: configure e2fsprogs\)$/),
      ],
      'cron-like.service': [
        'sudo: alex: sudo /usr/bin/systemctl stop cron-like',
        'systemd: stopped by a job of systemd',
      ],
    });
  });
});
