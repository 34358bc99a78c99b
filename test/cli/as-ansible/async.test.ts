import { expect, test } from 'vitest';
import { Rig } from '../rig.ts';
import { play } from './as-ansible.ts';

// Inline snapshots contain the output of ansible-playbook 2.14: see as-ansible.ts.

const playbook = (tasks: string) => ({
  'play.yml': `
- hosts: a
  gather_facts: false
  vars:
    ansible_async_dir: "{{ playbook_dir }}/jobs"
    kept: [changed, finished, started, rc, stdout, stderr, cmd, msg, path, state, mode]
  tasks:${tasks}`,
});
test('a job that has ended returns the result that its task would have returned', async () => {
  const said = await play(
    playbook(`
    - {name: command, shell: "echo out; echo err >&2; exit 3", async: 30, poll: 0, register: command_job}
    - {name: folder, file: {path: "{{ playbook_dir }}/new", state: directory, mode: "0750"}, async: 30, poll: 0, register: folder_job}
    - {name: wait, async_status: {jid: "{{ command_job.ansible_job_id }}"}, register: command, until: command is finished, retries: 50, delay: 0.2, ignore_errors: true}
    - {name: wait, async_status: {jid: "{{ folder_job.ansible_job_id }}"}, register: folder, until: folder is finished, retries: 50, delay: 0.2}
    - {name: of the command, debug: {msg: "{{ [command.changed, command.finished, command.started, command.rc, command.stdout, command.stderr_lines, command.cmd, command.msg] }}"}}
    - {name: of the folder, debug: {msg: "{{ [folder.changed, folder.finished, folder.path | basename, folder.state, folder.mode] }}"}}
    - {name: the file, debug: {msg: "{{ [folder.results_file == playbook_dir ~ '/jobs/' ~ folder_job.ansible_job_id, folder.results_file is file] }}"}}
    - {name: forget, async_status: {jid: "{{ folder_job.ansible_job_id }}", mode: cleanup}, register: forgotten}
    - {name: forgotten, debug: {msg: "{{ [forgotten.erased == folder.results_file, folder.results_file is file] }}"}}
    - {name: none, async_status: {jid: "{{ folder_job.ansible_job_id }}"}, ignore_errors: true}`),
  );

  expect(
    said
      .split('\n')
      .filter((line) => !line.startsWith('wait: '))
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "play a
    command: a changed
    folder: a changed
    of the command: a ok [true,1,1,3,"out",["err"],"echo out; echo err >&2; exit 3","non-zero return code"]
    of the folder: a ok [true,1,"new","directory","0750"]
    the file: a ok [true,true]
    forget: a ok
    forgotten: a ok [true,false]
    none: a fatal "could not find job" (ignored)
    a: ok=10 changed=4 ignored=2
    exit 0"
  `);
});

test('a running job is started and not finished', async () => {
  expect(
    await play(
      playbook(`
    - {name: long, command: sleep 2, async: 30, poll: 0, register: long}
    - {name: status, async_status: {jid: "{{ long.ansible_job_id }}"}, register: now}
    - {name: now, debug: {msg: "{{ [long.started, long.finished, now.started, now.finished, now.changed, now is finished] }}"}}`),
    ),
  ).toMatchInlineSnapshot(`
    "play a
    long: a changed
    status: a ok
    now: a ok [1,0,1,0,false,false]
    a: ok=3 changed=1
    exit 0"
  `);
});

test('later tasks on a host with a running job ask their questions again', async () => {
  expect(
    await play(
      playbook(`
    - {name: file, shell: "sleep 0.5; touch {{ playbook_dir }}/made", async: 30, poll: 0}
    - {name: before, stat: {path: "{{ playbook_dir }}/made"}, register: before}
    - {name: wait, pause: {seconds: 2}}
    - {name: after, stat: {path: "{{ playbook_dir }}/made"}, register: after}
    - {name: seen, debug: {msg: "{{ after.stat.exists }}"}}`),
    ),
  ).toMatchInlineSnapshot(`
    "play a
    file: a changed
    before: a ok
    wait: a ok
    after: a ok
    seen: a ok true
    a: ok=5 changed=1
    exit 0"
  `);
});

test('types that do their work on the controller refuse it', async () => {
  expect(
    await play(
      playbook(`
    - {name: copy, copy: {content: x, dest: "{{ playbook_dir }}/new"}, async: 5, poll: 1, ignore_errors: true}
    - {name: script, script: /none, async: 5, ignore_errors: true}
    - {name: debug, debug: {msg: x}, async: 5, poll: 0, ignore_errors: true}
    - {name: no time, debug: {msg: x}, async: 0}
    - {name: ping, ping: {}, async: 5, poll: 1}`),
    ),
  ).toMatchInlineSnapshot(`
    "play a
    copy: a fatal "async is not supported for this task." (ignored)
    script: a fatal "async is not supported for this task." (ignored)
    debug: a fatal "async is not supported for this task." (ignored)
    no time: a ok "x"
    ping: a ok
    a: ok=5 ignored=3
    exit 0"
  `);
});

test('a task that is waited for tells that it goes on, and the directory of jobs is there', async () => {
  using rig = new Rig().write({
    'play.yml': `
- hosts: localhost
  gather_facts: false
  vars: {ansible_async_dir: "{{ playbook_dir }}/jobs"}
  tasks:
    - {name: goes on, command: sleep 3, async: 20, poll: 1}
    - {name: fails, command: 'false', async: 20, poll: 1, ignore_errors: true}
    - {name: there, debug: {msg: "{{ ansible_async_dir is directory }}"}}`,
  });
  const { stdout } = await rig.run(['play.yml'], { calledAs: 'ansible-playbook' });

  expect(stdout).toMatch(
    /^ASYNC POLL on localhost: jid=(\S+) started=1 finished=0\n[\s\S]*^ASYNC OK on localhost: jid=\1\n/m,
  );
  expect(stdout).toMatch(/^ASYNC FAILED on localhost: jid=\S+\nfatal: /m);
  expect(stdout).toContain('"msg": true');
});
