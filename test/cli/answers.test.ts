import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { questionsScript } from '../../src/session/by-file/script.ts';
import { type Sshd, startSshd } from '../session/sshd.ts';
import { Rig, type Said } from './rig.ts';

// A host that nobody can reach from here (RFC 5737): whatever is known of it was in a file.
const AWAY = 'box ansible_host=192.0.2.1 ansible_user=root\n';

function rigOf(playbook: string): Rig {
  const rig = new Rig();
  onTestFinished(() => rig[Symbol.dispose]());
  return rig.write({ 'away.ini': AWAY, 'site.yaml': playbook });
}

const questions = (rig: Rig, ...more: string[]): Promise<Said> =>
  rig.run(['questions', 'site.yaml', '-i', 'away.ini', '--host', 'box', ...more]);

const check = (rig: Rig, ...more: string[]): Promise<Said> =>
  rig.run(['site.yaml', '-i', 'away.ini', '--check', '--answers', 'answers', ...more]);

/** Runs a script on this machine, as root. */
const answer = (script: string): string => execFileSync('/bin/sh', { input: script, encoding: 'utf8' });

/** Asks until nothing is left to ask. Returns how often that was. */
async function askAll(rig: Rig): Promise<number> {
  let answers = '';
  for (let rounds = 0; ; rounds++) {
    const { code, stdout } = await questions(rig, ...(rounds === 0 ? [] : ['--answers', 'answers']));
    if (code === 0) return rounds;
    expect(code).toBe(2);
    answers += answer(stdout);
    rig.write({ answers });
  }
}

/** What a check told of each task: all but times. */
const outcomes = ({ stdout }: Said): readonly unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; task: { name: string }; label?: string; outcome: object })
    .filter(({ kind }) => kind === 'task-finished' || kind === 'item-finished')
    .map(({ kind, task, label, outcome }) => [kind, task.name, label, outcome]);

const FORMS: readonly ((n: number) => string)[] = [
  (n) => `copy: { content: "n = ${n}\\n", dest: "{{ place }}/file-${n}", mode: "0640" }`,
  (n) => `file: { path: "{{ place }}/deep/${n}", state: directory, owner: nobody }`,
  (n) =>
    `file: { path: "{{ own }}", state: ${n % 2 ? 'file' : 'touch'}, modification_time: preserve, access_time: preserve }`,
  (n) => `file: { src: /etc/hosts, dest: "{{ place }}/link-${n}", state: link }`,
  (n) => `lineinfile: { path: "{{ own }}", line: "127.0.0.${n} n${n}" }`,
  (n) => `blockinfile: { path: "{{ own }}", block: "x${n}:x" }`,
  (n) => `template: { src: t.j2, dest: "{{ place }}/t-${n}" }`,
  (n) => `user: { name: user-${n}, shell: /bin/bash }`,
  (n) => `user: { name: ${n % 2 ? 'root' : 'daemon'}, shell: /bin/bash }`,
  (n) => `group: { name: group-${n}, system: true }`,
  (n) => `apt: { name: [bash, coreutils] } # ${n}`,
  (n) => `package: { name: coreutils-${n}, state: absent }`,
  (n) => `cron: { name: job-${n}, minute: "${n % 60}", job: /bin/true, user: root, cron_file: job-${n} }`,
  (n) => `sysctl: { name: vm.swappiness, value: "${n}", reload: false, sysctl_file: "{{ own }}" }`,
  (n) => `stat: { path: "{{ own }}", checksum_algorithm: ${n % 2 ? 'sha1' : 'sha256'} }`,
  (n) => `ini_file: { path: "{{ own }}", section: s${n}, option: a, value: b }`,
  (n) => `replace: { path: "{{ own }}", regexp: localhost, replace: "l${n}" }`,
  (n) => `command: { cmd: "echo ${n}", creates: ${n % 2 ? '/etc/hosts' : '/no/such'} }`,
  (n) => `slurp: { src: "${n % 2 ? '/etc/hostname' : '/etc/no-such'}" }`,
  (n) => `find: { paths: "{{ playbook_dir }}/some", patterns: "o*", size: "-${n}" }`,
  (n) => `alternatives: { name: editor-${n}, path: /bin/true, link: /usr/bin/editor-${n} }`,
  (n) => `hostname: { name: host-${n} }`,
  (n) =>
    `known_hosts: { name: host-${n}, key: "host-${n} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGcmxAhvqNNfkCcfMO2qE1vMFpWU5Rka4Ml5yTvxTsRZ", path: /root/.ssh/known_hosts_${n} }`,
  (n) => `debug: { msg: "{{ ansible_facts.distribution }} ${n}" }`,
  (n) => `getent: { database: passwd, key: ${n % 2 ? 'root' : 'nobody'} }`,
];

describe('a check of answers in a file', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  test('tells of 500 tasks what a check over ssh tells of them', { timeout: 400_000 }, async () => {
    const tasks = Array.from({ length: 500 }, (_, n) => {
      const form = FORMS[n % FORMS.length]!(n);
      const user = n % 9 === 0 ? ', become: true, become_user: nobody' : '';
      return `    - { name: task ${n}, ${form.replace(/ #.*/, '')}${user}${n % 11 === 0 ? ', loop: [1, 2]' : ''} }\n`;
    });
    const rig = rigOf(
      `- hosts: box\n  vars: { place: /root/no-such-place, own: "{{ playbook_dir }}/own" }\n  tasks:\n${tasks.join('')}`,
    );
    const { port, privateKey, knownHosts } = sshd;
    rig.write({
      // Other tests change files in /etc meanwhile.
      own: 'localhost\n',
      'some/one': 'x',
      't.j2': '{{ ansible_facts.hostname }} {{ ansible_managed }}\n',
      '.ssh/known_hosts': readFileSync(knownHosts, 'utf8'),
      'near.ini': `box ansible_host=127.0.0.1 ansible_port=${port} ansible_user=root ansible_ssh_private_key_file=${privateKey}\n`,
    });

    const rounds = await askAll(rig);
    const byFile = outcomes(await check(rig, '-o', 'json'));
    const overSsh = outcomes(await rig.run(['site.yaml', '-i', 'near.ini', '--check', '-o', 'json']));

    expect(overSsh.length).toBeGreaterThanOrEqual(500);
    expect(byFile).toEqual(overSsh);
    expect(rounds).toBeLessThanOrEqual(4);
  });
});

describe('a script of questions', () => {
  test('is asked again for what follows from its answers', async () => {
    const rig = rigOf(`- hosts: box
  tasks:
    - stat: { path: /etc/hosts }
      register: found
    - file: { path: "/root/none-{{ found.stat.isreg }}", state: directory }
`);

    const rounds = await askAll(rig);
    const { code, stdout } = await check(rig);

    expect(rounds).toBe(2);
    expect(stdout).toContain('directory /root/none-True: absent → 0755');
    expect(code).toBe(2);
  });

  test.runIf(existsSync('/bin/busybox'))('means the same to another shell, which has tools of its own', async () => {
    const rig = rigOf('- hosts: box\n  gather_facts: false\n  tasks: [{ stat: { path: /etc/hosts } }]\n');
    const { stdout: script } = await questions(rig);

    const [ours, theirs] = [['/bin/sh'], ['/bin/busybox', 'sh']].map(([program = '', ...args]) =>
      execFileSync(program, args, { input: script, encoding: 'utf8' }).replace(/^at .*$/m, ''),
    );

    expect(theirs).toBe(ours);
  });

  test('asks nothing of the machine it is printed on: that is asked when the answers are judged', async () => {
    const rig = rigOf(`- hosts: box
  gather_facts: false
  tasks:
    - { name: here, file: { path: "{{ playbook_dir }}/site.yaml", state: file }, delegate_to: localhost }
    - { name: there, file: { path: /etc/hosts, state: file } }
`);

    await askAll(rig);
    const { code, stdout } = await check(rig);

    expect(stdout).toMatch(/box : ok=2 changed=0 failed=0/);
    expect(code).toBe(0);
  });

  test('leaves nothing behind', async () => {
    const rig = rigOf(`- hosts: box
  tasks:
    - copy: { content: x, dest: "{{ playbook_dir }}/made" }
    - command: touch {{ playbook_dir }}/made
    - { command: "touch {{ playbook_dir }}/made", check_mode: false }
`);

    await askAll(rig);
    const { code, stdout } = await check(rig);

    expect(existsSync(`${rig.folder}/made`)).toBe(false);
    expect(stdout).toContain('a command, which a script of questions does not run');
    expect(code).toBe(2);
  });

  test('holds no secret: what needs one stays unknown', async () => {
    const rig = rigOf(`- hosts: box
  gather_facts: false
  vars_prompt: [{ name: word, private: true, default: hidden-horse }]
  tasks:
    - { name: hidden, shell: "grep hidden-horse /etc/hosts", changed_when: false, check_mode: false, no_log: true }
    - { name: proof, verify: { cmd: "grep -c hidden-horse /etc/hosts" }, no_log: true }
    - { name: plain, stat: { path: /etc/hosts } }
`);

    const { stdout, stderr, code } = await questions(rig);
    rig.write({ answers: answer(stdout) });
    const judged = await check(rig);

    expect(code).toBe(2);
    expect(stdout).not.toContain('hidden-horse');
    expect(Buffer.from(stdout).toString('base64')).not.toContain(Buffer.from('hidden-horse').toString('base64'));
    expect(stderr).toContain('hold a secret and are left out');
    expect(judged.stdout).toMatch(/unknown=2/);
    expect(judged.code).toBe(3);
  });

  test('is not answered by other users than those it asks', async () => {
    const rig = rigOf('- hosts: box\n  gather_facts: false\n  tasks: [{ stat: { path: /etc/shadow } }]\n');
    const { stdout: script } = await questions(rig);
    const answers = execFileSync('su', ['-s', '/bin/sh', 'nobody', '-c', 'sh'], { input: script, encoding: 'utf8' });
    rig.write({ answers });

    const { code, stdout, stderr } = await check(rig);

    expect(answers).toContain('skipped root');
    expect(stderr).toContain('box: it was not asked as root');
    expect(stdout).toMatch(/unknown=1/);
    expect(code).toBe(3);
  });
});

describe('answers', () => {
  const one =
    '- hosts: box\n  gather_facts: false\n  tasks: [{ name: there, file: { path: /etc/hosts, state: file } }]\n';

  test('to other questions say nothing of a changed playbook', async () => {
    const rig = rigOf(one);
    await askAll(rig);
    expect((await check(rig)).code).toBe(0);
    rig.write({ 'site.yaml': one.replace('/etc/hosts', '/etc/hostname') });

    const { code, stdout } = await check(rig);

    expect(stdout).toContain('unknown: [box] depends on "a question that was not asked"');
    expect(code).toBe(3);
  });

  test('are judged by an audit, too', async () => {
    const rig = rigOf(one.replace('state: file', 'state: absent'));
    await askAll(rig);

    const args = ['audit', 'site.yaml', '-i', 'away.ini', '--answers', 'answers', '-o', 'json'];
    const { code, stdout } = await rig.run(args);

    const { findings } = JSON.parse(stdout) as { findings: { kind: string; hosts: string[] }[] };
    expect(findings.map(({ kind, hosts }) => [kind, ...hosts])).toEqual([['drift', 'box']]);
    expect(code).toBe(2);
  });

  test('of another host are none of this one', async () => {
    const rig = rigOf(one);
    await askAll(rig);
    rig.write({ 'away.ini': AWAY.replace('box', 'crate'), 'site.yaml': one.replace('box', 'crate') });

    const { code, stdout } = await check(rig);

    expect(stdout).toContain('crate: there are no answers of this host');
    expect(stdout).toContain('run questions PLAYBOOK --host crate');
    expect(code).toBe(4);
  });

  test.for([
    ['cut off', (text: string) => text.slice(0, -6), 'the answers are cut off here'],
    ['without a line', (text: string) => text.replace(/part .*\n/, ''), 'this is no answer: asked'],
    ['in a line', (text: string) => text.replace(/^(part \S+) 0/m, '$1 zero'), 'this is no answer: part'],
    ['twice begun', (text: string) => text.replace(/done\n$/, text), 'the answers are cut off here'],
    ['of another program', () => 'hello\n', 'these are no answers'],
    ['that are empty', () => '', 'there are no answers in it'],
  ] as const)('%s are an error', async ([, spoil, message]) => {
    const rig = rigOf(one);
    const script = questionsScript({
      host: 'box',
      about: '',
      asked: new Map([['root', new Map([['ab'.repeat(16), { script: ':' }]])]]),
    });
    rig.write({ answers: spoil(answer(script)) });

    const { code, stderr } = await check(rig);

    expect(stderr).toMatch(new RegExp(`answers:\\d+:1 .*${message}`));
    expect(code).toBe(1);
  });

  test('belong to a check', async () => {
    const rig = rigOf(one).write({ answers: '' });

    const { code, stderr } = await rig.run(['site.yaml', '-i', 'away.ini', '--answers', 'answers']);

    expect(stderr).toContain('--answers belongs to a check');
    expect(code).not.toBe(0);
  });
});
