/** A playbook and what lies beside it, as ansible-runner gets them; `words` are further words of its command line. */
interface Given {
  readonly playbook: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly words?: readonly string[];
}

/** Two hosts that are this machine, and one that nobody reaches. */
export const INVENTORY = `[near]
a ansible_connection=local
b ansible_connection=local
[away]
gone ansible_host=127.0.0.1 ansible_port=1 ansible_connection=ssh
`;

const near = (tasks: string, more = ''): string =>
  `- hosts: near\n  gather_facts: false\n${more}  tasks:\n${tasks.replace(/^(?=.)/gm, '    ')}`;

/** Of each kind of thing that ansible-runner's events tell, one playbook at least. */
export const playbooks: Readonly<Record<string, Given>> = {
  plain: {
    playbook: near(
      `- debug: {msg: hello}\n- name: changes\n  command: echo 1\n- command: echo 2\n  changed_when: false\n`,
    ),
  },
  skipped: {
    playbook: near(
      `- name: on a only\n  command: echo 1\n  when: inventory_hostname == 'a'\n- debug: {msg: no}\n  when: false\n`,
    ),
  },
  failed: { playbook: near(`- command: "false"\n  when: inventory_hostname == 'b'\n- debug: {msg: a goes on}\n`) },
  'all fail': {
    playbook: `${near(`- fail: {msg: "no"}\n- debug: {msg: never}\n`)}\n- hosts: near\n  gather_facts: false\n  tasks:\n    - debug: {msg: never}\n`,
  },
  ignored: { playbook: near(`- command: "false"\n  ignore_errors: true\n- debug: {msg: goes on}\n`) },
  loop: {
    playbook: near(
      `- name: each\n  command: "test {{ item }} != 2"\n  loop: [1, 2, 3]\n  when: item != 3\n  ignore_errors: true\n- debug: {msg: "{{ item }}"}\n  loop: []\n`,
    ),
  },
  retries: {
    playbook: near(
      `- command: "false"\n  register: r\n  until: r.rc == 0\n  retries: 2\n  delay: 0\n  ignore_errors: true\n`,
    ),
  },
  handlers: {
    playbook: near(
      `- command: "true"\n  notify: [one, topic]\n- meta: flush_handlers\n- command: "true"\n  notify: one\n`,
      `  handlers:\n    - {name: one, debug: {msg: one}}\n    - {name: two, listen: topic, command: "true"}\n    - {name: never, command: "true"}\n`,
    ),
  },
  block: {
    playbook: near(
      `- block:\n    - command: "false"\n    - debug: {msg: never}\n  rescue:\n    - debug: {msg: rescued}\n  always:\n    - debug: {msg: always}\n- name: more\n  block:\n    - debug: {msg: fine}\n  always:\n    - debug: {msg: always}\n`,
    ),
  },
  includes: {
    playbook: near(
      `- include_tasks: more.yml\n- import_tasks: more.yml\n- include_tasks: "{{ inventory_hostname }}.yml"\n- include_tasks: more.yml\n  when: false\n- include_tasks: more.yml\n  loop: [1, 2]\n`,
    ),
    files: {
      'more.yml': '- name: included\n  debug: {msg: more}\n',
      'a.yml': '- debug: {msg: of a}\n',
      'b.yml': '- debug: {msg: of b}\n',
    },
  },
  roles: {
    playbook: near(`- include_role: {name: r}\n- import_role: {name: r}\n`, '  roles: [r]\n'),
    files: {
      'roles/r/tasks/main.yml': '- name: of the role\n  command: "true"\n  notify: h\n',
      'roles/r/handlers/main.yml': '- name: h\n  debug: {msg: handled}\n',
    },
  },
  unreachable: {
    playbook: `- hosts: all\n  gather_facts: false\n  tasks:\n    - command: "true"\n    - command: "true"\n`,
  },
  'no hosts': { playbook: `- hosts: nobody\n  tasks:\n    - debug: {msg: never}\n${near(`- debug: {msg: then}\n`)}` },
  serial: { playbook: near(`- command: "true"\n- debug: {msg: two}\n`, '  serial: 1\n') },
  'run once': { playbook: near(`- command: "true"\n  run_once: true\n- command: "true"\n  delegate_to: localhost\n`) },
  secret: {
    playbook: near(
      `- command: echo secret\n  no_log: true\n- debug: {msg: "{{ item }}"}\n  no_log: true\n  loop: [1, 2]\n`,
    ),
  },
  stats: {
    playbook: near(
      `- set_stats: {data: {built: 3}}\n- set_stats: {data: {built: 4}}\n  when: inventory_hostname == 'a'\n`,
    ),
  },
  check: {
    playbook: near(`- copy: {content: new, dest: "{{ playbook_dir }}/{{ inventory_hostname }}"}\n- command: "true"\n`),
    words: ['--check'],
  },
  diff: {
    playbook: near(
      `- copy: {content: "new\\n", dest: "{{ playbook_dir }}/{{ inventory_hostname }}", mode: "0644"}\n- copy: {content: "new\\n", dest: "{{ playbook_dir }}/{{ inventory_hostname }}", mode: "0644"}\n`,
    ),
    words: ['--diff'],
  },
  ends: {
    playbook: near(
      `- meta: end_host\n  when: inventory_hostname == 'a'\n- debug: {msg: b}\n- meta: end_play\n- debug: {msg: never}\n`,
    ),
  },
  'any errors': {
    playbook: near(
      `- command: "false"\n  when: inventory_hostname == 'a'\n- debug: {msg: never}\n`,
      '  any_errors_fatal: true\n',
    ),
  },
  free: { playbook: near(`- command: "true"\n- command: "true"\n`, '  strategy: free\n') },
  async: { playbook: near(`- command: sleep 1\n  async: 20\n  poll: 3\n`) },
  undefined: { playbook: near(`- debug: {msg: "{{ nothing }}"}\n`) },
  facts: {
    playbook: `- hosts: near\n  gather_facts: true\n  tasks:\n    - assert: {that: ansible_facts.distribution is defined}\n`,
  },
  'two plays': { playbook: `${near(`- debug: {msg: one}\n`)}${near(`- debug: {msg: two}\n`, '  name: the second\n')}` },
  imported: {
    playbook: `- import_playbook: other.yml\n${near(`- debug: {msg: one}\n`)}`,
    files: { 'other.yml': near(`- debug: {msg: other}\n`) },
  },
  tags: { playbook: near(`- debug: {msg: one}\n  tags: x\n- debug: {msg: two}\n`), words: ['--tags', 'x'] },
  verbose: { playbook: near(`- debug: {msg: one}\n- command: "true"\n`), words: ['-v'] },
};
