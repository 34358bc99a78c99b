import { expect, test } from 'vitest';
import { casesOf, parseXml } from '../report/parse-xml.ts';
import { Rig } from './rig.ts';

const play = `- name: a play
  hosts: localhost
  gather_facts: false
  tasks:
    - {name: right, file: {path: "{{ playbook_dir }}", state: directory}}
    - {name: missing, file: {path: "{{ playbook_dir }}/made", state: directory}}
    - {name: unwanted, debug: {msg: x}, when: false}
    - {name: let pass, command: "false", ignore_errors: true, check_mode: false}
    - block:
        - {name: caught, command: "false", check_mode: false}
      rescue:
        - {name: rescue, debug: {msg: x}}
    - name: hostile
      shell: printf '\\033[2J\\001]]></testcase><testcase name="forged"/>&amp;\\r\\n'; exit 3
      check_mode: false
`;

const verdicts = (xml: string) => casesOf(parseXml(xml)).map(([, name, verdict]) => [name, verdict]);

test('a run as JUnit is valid XML, even if a host prints markup', async () => {
  using rig = new Rig().write({ 'play.yaml': play });

  const { code, stdout, stderr } = await rig.run(['play.yaml', '--output', 'junit']);

  expect([code, stderr]).toEqual([2, '']);
  expect(verdicts(stdout)).toEqual([
    ['right', 'passed'],
    ['missing', 'passed'],
    ['unwanted', 'skipped'],
    ['let pass', 'skipped'],
    ['caught', 'skipped'],
    ['rescue', 'passed'],
    ['hostile', 'failure failed'],
  ]);
  expect(parseXml(stdout).attributes).toMatchObject({ tests: '7', failures: '1', errors: '0', skipped: '3' });
  expect(stdout).toContain('␛[2J␁]]&gt;&lt;/testcase&gt;&lt;testcase name=&quot;forged&quot;/&gt;&amp;amp;');
});

test('a check as JUnit: drift is a failure, an unknown outcome an error', async () => {
  using rig = new Rig().write({
    'play.yaml': `- name: a play
  hosts: localhost
  gather_facts: false
  tasks:
    - {name: right, file: {path: "{{ playbook_dir }}", state: directory}}
    - {name: missing, file: {path: "{{ playbook_dir }}/made", state: directory}}
    - {name: prints, command: date, register: printed}
    - {name: depends, copy: {dest: "{{ playbook_dir }}/copy", content: "{{ printed.stdout }}"}}
`,
  });

  const { code, stdout } = await rig.run(['play.yaml', '--check', '--output', 'junit']);

  expect(code).toBe(2);
  expect(verdicts(stdout)).toEqual([
    ['right', 'passed'],
    ['missing', 'failure drift'],
    ['prints', 'failure drift'],
    ['depends', 'error unknown'],
  ]);
});

test('an unreachable host is an error, even if nothing was done', async () => {
  using rig = new Rig().write({
    'hosts.yaml': 'all: {hosts: {h: {ansible_host: 127.0.0.1, ansible_port: 1}}}\n',
    'play.yaml': '- hosts: h\n  tasks:\n    - ping:\n',
  });

  const { code, stdout } = await rig.run(['play.yaml', '-i', 'hosts.yaml', '--output', 'junit']);

  expect(code).toBe(4);
  expect(verdicts(stdout).map(([, verdict]) => verdict)).toEqual(['error unreachable']);
});

test('secrets are masked even if XML spells them with entities', async () => {
  using rig = new Rig().write({ password: 'pw' });
  const sealed = await rig.run(['vault', 'encrypt_string', '--vault-password-file', 'password', '-n', 's', 'a<b>&"c']);
  rig.write({
    'play.yaml': `- hosts: localhost\n  gather_facts: false\n  vars:\n    ${sealed.stdout.trimEnd().replace(/\n/g, '\n    ')}\n  tasks:\n    - {name: "it is {{ s }}", debug: {msg: "{{ s }}"}}\n    - command: printf %s {{ s | quote }}\n    - fail: {msg: "{{ s }}"}\n`,
  });

  const { code, stdout } = await rig.run(['play.yaml', '-vvv', '-o', 'junit', '--vault-password-file', 'password']);

  expect(code).toBe(2);
  expect(stdout).not.toContain('a&lt;b&gt;');
  expect(verdicts(stdout)[0]).toEqual(['it is ********', 'passed']);
});
