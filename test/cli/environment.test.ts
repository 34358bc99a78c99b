import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const play = (tasks: string): string =>
  `- hosts: localhost\n  gather_facts: false\n  connection: local\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`;

// Minor finding of 5-security: what `environment:` passes to a shell.

test.for([
  ['a dict', '{a: 1}', "{'a': 1}"],
  ['a list', '[1, 2]', '[1, 2]'],
  ['a truth', 'true', 'True'],
  ['a number', '1.5', '1.5'],
  ['nothing', 'null', ''],
])('%s in environment becomes the same string as in Ansible', async ([, value, text]) => {
  using rig = new Rig().write({
    'p.yaml': play(
      `- {shell: 'printf "<%s>" "$V" >out', environment: {V: ${value}}}\n- {debug: {msg: "{{ lookup('file', 'out') }}"}}`,
    ),
  });

  const { stdout } = await rig.run(['p.yaml']);

  expect(stdout).toContain(`"msg": "<${text}>"`);
});

test('the name of a variable must be a name, not a script', async () => {
  using rig = new Rig().write({ 'p.yaml': play('- {command: "true", environment: {"A; echo x >PWNED; B": 1}}') });

  const { code, stdout } = await rig.run(['p.yaml']);

  expect(code).toBe(2);
  expect(stdout).toContain('environment: "A; echo x >PWNED; B" is not a valid variable name');
});

test('POSIXLY_CORRECT in the login environment makes no difference', async () => {
  using rig = new Rig().write({
    'p.yaml': play(
      '- {copy: {content: a, dest: "{{ playbook_dir }}/f", mode: "0600"}}\n- {file: {path: "{{ playbook_dir }}/f", mode: "0640"}}',
    ),
  });

  const { code, stdout } = await rig.run(['p.yaml'], { env: { POSIXLY_CORRECT: '1' } });

  expect(stdout).toContain('changed=2');
  expect(code).toBe(0);
});

test('XM4: the content of a vault-encrypted -e file is masked', async () => {
  using rig = new Rig().write({
    'p.yaml': play(
      '- {command: "printf %s {{ pw }}/{{ pin }}", register: r}\n- {debug: {var: r.stdout}}\n- {debug: {var: pin}}',
    ),
    'v.yaml': 'pw: pa$marker\npin: 48151623\n',
    pw: 'x\n',
  });
  await rig.run(['vault', 'encrypt', '--vault-password-file', 'pw', 'v.yaml']);

  const { code, stdout } = await rig.run(['p.yaml', '-vvv', '-e', '@v.yaml', '--vault-password-file', 'pw']);

  expect(code).toBe(0);
  expect(stdout).not.toMatch(/marker|48151623/);
});

test('XM4: a secret that arrives in two halves, next to a long line and half a character, is masked in live output', async () => {
  using rig = new Rig().write({
    'p.yaml': play(`- shell: |
    printf 'begin\\npa-mar'; sleep 0.3; printf 'ker\\303'; sleep 0.3; printf '\\251\\n'; head -c 100000 /dev/zero | tr '\\0' x
    printf '\\rpa-mar' >&2; sleep 0.3; printf ker >&2`),
    'v.yaml': 'pw: pa-marker\n',
    pw: 'x\n',
  });
  await rig.run(['vault', 'encrypt', '--vault-password-file', 'pw', 'v.yaml']);

  await rig.run(['p.yaml', '-e', '@v.yaml', '--vault-password-file', 'pw'], {
    env: { RETRACE_EVENTS: join(rig.folder, 'events') },
  });

  const told = readFileSync(join(rig.folder, 'events'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: string; stream: string; text: string })
    .filter(({ kind }) => kind === 'output');
  const textOf = (name: string) => told.flatMap(({ stream, text }) => (stream === name ? [text] : [])).join('');
  expect(textOf('stdout')).toBe('begin\n********é\n… (a long line)\n');
  expect(textOf('stderr')).toBe('\r********');
});

describe('P: user commands run in the locale of the login, our own questions in the C locale', () => {
  const said = async (tasks: string, env: Readonly<Record<string, string>>) => {
    using rig = new Rig().write({ 'p.yaml': play(tasks), 's.sh': '#!/bin/sh\necho "<$LC_ALL>"\n' });
    const { stdout } = await rig.run(['p.yaml', '-v'], { env });
    return stdout;
  };

  test.each([
    ['shell', 'shell: echo "<$LC_ALL>"'],
    ['raw', 'raw: echo "<$LC_ALL>"'],
    ['script', 'script: s.sh'],
    ['command', 'command: {cmd: printenv LC_ALL, stdin: ""}'],
    ['a job', 'shell: echo "<$LC_ALL>"\n  async: 30\n  poll: 1'],
  ])('%s', async (_, task) => {
    const out = await said(`- ${task}\n  register: r\n- debug: {msg: "{{ r.stdout | trim }}"}`, { LC_ALL: 'C.UTF-8' });
    expect(out).toMatch(/"msg": "<?C\.UTF-8\b/);
  });

  test('a guard', async () => {
    const out = await said('- command: {cmd: "true", unless: \'[ "$LC_ALL" = C.UTF-8 ]\'}', { LC_ALL: 'C.UTF-8' });
    expect(out).toContain('ok=1 changed=0');
  });

  test('without LC_ALL in the login it is not set', async () => {
    const out = await said('- {shell: "echo $LANG,${LC_ALL-none}", register: r}\n- debug: {msg: "{{ r.stdout }}"}', {
      LANG: 'C.UTF-8',
    });
    expect(out).toContain('"msg": "C.UTF-8,none"');
  });

  test('the task takes precedence', async () => {
    const out = await said(
      '- {shell: "echo $LC_ALL", environment: {LC_ALL: C}, register: r}\n- debug: {msg: "<{{ r.stdout }}>"}',
      { LC_ALL: 'C.UTF-8' },
    );
    expect(out).toContain('"msg": "<C>"');
  });
});
