import { describe, expect, test } from 'vitest';
import { Rig } from '../cli/rig.ts';

const indented = (text: string): string => text.replace(/^(?! {2}handlers:| {4}- \{name: after)/gm, '    ');

/** Checks these tasks on this machine, with a FOLDER that contains only `there`. */
async function check(tasks: string, form: 'json' | 'plain' = 'json') {
  using rig = new Rig();
  const play = `- hosts: localhost\n  gather_facts: false\n  tasks:\n${indented(tasks)}\n`;
  rig.write({ 'p.yaml': play.replaceAll('FOLDER', rig.folder), there: 'x\n' });
  const said = await rig.run(['p.yaml', '-i', 'localhost,', '-c', 'local', '--check', '-o', form]);
  const events =
    form === 'json' ? said.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])) : [];
  const told = events
    .filter(({ kind }) => kind === 'task-finished')
    .map(
      ({ task, outcome }) =>
        `${task.name}: ${outcome.would ?? ''} ${outcome.status} ${(outcome.unless ?? []).join('+')}`,
    );
  return { told: told.map((line) => line.replace(/\s+/g, ' ').trim()), code: said.code, text: said.stdout };
}

/** Commands that a check does not run, so that their changes are unknown. */
const deploy = '- {name: deploy, command: ./deploy}\n';
/** A command whose author does not declare whether it changes anything. */
const perhaps = '- {name: perhaps, command: ./perhaps, register: p, changed_when: "\'new\' in p.stdout"}\n';
const there = 'copy: {dest: FOLDER/there, content: "x\\n", mode: "0644"}';

describe('tasks after a command are checked as if the command had no effect on them', () => {
  test.each([
    ['ok', there, 'ok'],
    ['would change', 'copy: {dest: FOLDER/there, content: other}', 'changed'],
    ['would fail', 'lineinfile: {path: FOLDER/none, line: x}', 'failed'],
    ['would fail: a proof', 'verify: test -e FOLDER/none', 'failed'],
    ['skipped', 'stat: {path: FOLDER}, register: s, when: false', undefined],
  ])('%s', async (_, task, would) => {
    const { told } = await check(`${deploy}- {name: it, ${task}}\n`);

    expect(told).toEqual(['deploy: changed', would === undefined ? 'it: skipped' : `it: ${would} unless deploy`]);
  });

  test('and reported as such, with a separate count, and never as plain ok', async () => {
    const { text, code } = await check(
      `${perhaps}- {name: a, ${there}}\n- {name: b, copy: {dest: FOLDER/there, content: y}}\n- {name: c, verify: test -e FOLDER/none}\n`,
      'plain',
    );

    expect(text).toContain('ok, unless "perhaps" changes it: [localhost]');
    expect(text).toContain('would change, unless "perhaps" changes it: [localhost]');
    expect(text).toContain('would fail, unless "b" or "perhaps" fix it: [localhost]: test -e');
    expect(text).toMatch(/localhost : ok=0 changed=0 failed=0 unless=3 unknown=1$/m);
    expect(code).toBe(3);
  });

  test('naming the last two of many commands', async () => {
    const commands = ['one', 'two', 'three', 'four'].map((name) => `- {name: ${name}, command: "true"}\n`).join('');
    const { text } = await check(`${commands}- {name: it, ${there}}\n`, 'plain');

    expect(text).toContain('ok, unless "four", "three" or 2 more change it');
  });

  test('but a command that declares its subjects affects nothing else', async () => {
    const { told } = await check(
      `- {name: deploy, command: {cmd: ./deploy, about: ["path:/opt/app"]}}\n- {name: it, ${there}}\n`,
    );

    expect(told).toEqual(['deploy: changed', 'it: ok']);
  });

  test('the file that it creates exists afterwards, with unknown content', async () => {
    const { told } = await check(
      `- {name: deploy, command: {cmd: ./deploy, creates: FOLDER/made, about: ["path:FOLDER/made"]}}
- {name: waits, wait_for: {path: FOLDER/made, timeout: 1}}
- {name: stats, stat: {path: FOLDER/made}}
- {name: again, command: {cmd: ./again, creates: FOLDER/made}}\n`,
    );

    expect(told).toEqual(['deploy: changed', 'waits: ok', 'stats: unknown', 'again: ok']);
  });
});

describe('values based on such a finding hold only unless the command changes it', () => {
  const found = '- {name: found, stat: {path: FOLDER/there}, register: s}\n';

  test('a parameter, a fact, a loop and a condition', async () => {
    const aside = '- {name: deploy, command: {cmd: ./deploy, about: ["path:FOLDER/there"]}}\n';
    const { told } = await check(
      `${aside}${found}- {name: parameter, copy: {dest: FOLDER/aside, content: "{{ s.stat.size }}"}}
- {name: fact, set_fact: {size: "{{ s.stat.size }}"}}
- {name: of fact, copy: {dest: FOLDER/other, content: "{{ size }}"}}
- {name: loop, debug: {msg: x}, loop: "{{ [s.stat.size] }}"}
- {name: condition, copy: {dest: FOLDER/third, content: x}, when: not s.stat.exists}
- {name: missing, copy: {dest: FOLDER/fourth, content: "{{ s.stat.nosuch }}"}}
- {name: missing loop, debug: {msg: x}, loop: "{{ s.stat.nosuch }}"}
- {name: plain, debug: {msg: x}}\n`,
    );

    expect(told).toEqual([
      'deploy: changed',
      'found: ok unless deploy',
      'parameter: changed unless deploy',
      'fact: ok unless deploy',
      'of fact: changed unless deploy',
      'loop: ok unless deploy',
      'condition: skipped unless deploy',
      'missing: failed unless deploy',
      'missing loop: failed unless deploy',
      'plain: ok',
    ]);
  });

  test('the changes of a task skipped in this way are in doubt, too', async () => {
    const { told } = await check(
      `- {name: deploy, command: {cmd: ./deploy, about: ["path:FOLDER/there"]}}\n${found}- {name: condition, copy: {dest: FOLDER/third, content: x}, when: not s.stat.exists}
- {name: third, file: {path: FOLDER/third, state: absent}}\n`,
    );

    expect(told.at(-1)).toBe('third: ok unless condition');
  });

  test('a variable that an unknown include may set', async () => {
    const { told, text } = await check(
      `- {name: deploy, command: ./deploy, register: d}
- {name: more, include_tasks: none.yaml, when: d.stdout == ''}
- {name: asked, debug: , when: v is defined}
- {name: assumed, debug: {msg: "{{ v | default(now().year) }}"}}
- {name: aside, debug: {msg: "{{ inventory_hostname }} {{ range(2) | list }}"}}`,
    );

    expect(told, text).toEqual([
      'deploy: changed',
      'more: unknown',
      'asked: skipped unless more',
      'assumed: ok unless more',
      'aside: ok',
    ]);
  });

  test('the target of a link that a command is about', async () => {
    const { told, text } = await check(
      `- {name: link, file: {src: FOLDER/there, dest: FOLDER/link, state: link}}
- {name: writes, shell: date > FOLDER/link, args: {about: ["path:FOLDER/link"]}}
- {name: reads, stat: {path: FOLDER/there}}`,
    );

    expect(told, text).toEqual(['link: changed', 'writes: changed', 'reads: ok unless writes']);
  });

  test('a file whose content may differ because of a command about another file', async () => {
    const { told, text } = await check(
      `- {name: writes, shell: date > FOLDER/there, args: {about: ["path:FOLDER/there"]}}
- {name: may do anything, command: "true"}
- {name: copies, copy: {src: FOLDER/there, dest: FOLDER/other, remote_src: true}}
- {name: reads, stat: {path: FOLDER/other}}`,
    );

    expect(told.at(-1), text).toBe('reads: ok unless may do anything+copies');
  });

  test('an include with its tasks, and the end of a host', async () => {
    const { told } = await check(
      `- {name: deploy, command: {cmd: ./deploy, about: ["path:FOLDER/there"]}}\n${found}- {name: left out, include_tasks: none.yaml, when: not s.stat.exists}
- {name: end, meta: end_host, when: s.stat.exists}
- {name: later, debug: {msg: x}}\n`,
    );

    expect(told.slice(2)).toEqual(['left out: skipped unless deploy', 'end: unknown', 'later: ok unless deploy']);
  });

  test('tasks that a rescue may replace, and the values that it would set', async () => {
    const { told } = await check(
      `${deploy.replace('./deploy', '{cmd: ./deploy, about: ["path:FOLDER/none"]}')}- block:
  - {name: proof, verify: {cmd: test -e FOLDER/none, about: ["path:FOLDER/none"]}}
  - {name: rest, debug: {msg: x}}
  rescue:
  - {name: rescue, set_fact: {r: 1}}
- {name: after block, debug: {msg: x}, when: r is defined}\n`,
    );

    expect(told.slice(1)).toEqual([
      'proof: failed unless deploy',
      'rest: ok unless proof',
      'after block: skipped unless proof',
    ]);
  });

  test('until does not wait for it', async () => {
    const { told } = await check(
      `${deploy}- {name: it, stat: {path: FOLDER/none}, register: s, until: s.stat.exists, retries: 1000, delay: 1000}\n`,
    );

    expect(told).toEqual(['deploy: changed', 'it: failed unless deploy']);
  });
});

describe('a failure that a command may resolve is registered as a failure', () => {
  test.each([
    ['', 'lineinfile: {path: FOLDER/none, line: x}, register: r'],
    ['in a loop', 'lineinfile: {path: "FOLDER/{{ item }}", line: x}, loop: [none], register: r'],
  ])('%s', async (_, fails) => {
    const { told } = await check(
      `${deploy}- {name: it, ${fails}, ignore_errors: true}
- {name: on success, stat: {path: FOLDER}, when: r is succeeded}
- {name: on failure, stat: {path: FOLDER}, when: r is failed}\n`,
    );

    expect(told).toEqual([
      'deploy: changed',
      'it: failed unless deploy',
      'on success: skipped unless deploy',
      'on failure: ok unless deploy',
    ]);
  });

  test('but if another item of its loop is unknown, so is the result', async () => {
    const { told } = await check(
      `${perhaps}- {name: it, lineinfile: {path: "FOLDER/{{ item }}", line: x}, loop: [none, there], when: item == 'none' or p is changed, register: r, ignore_errors: true}
- {name: on failure, stat: {path: FOLDER}, when: r is failed}\n`,
    );

    expect(told).toEqual(['perhaps: unknown', 'it: unknown', 'on failure: unknown']);
  });
});

test('a command that is run in a check to look holds unless any earlier change alters what it looks at', async () => {
  const { told } = await check(
    `- {name: makes, file: {path: FOLDER/new, state: directory}}\n${deploy}- {name: looks, command: test -e FOLDER/new, changed_when: false}\n`,
  );

  expect(told).toEqual(['makes: changed', 'deploy: changed', 'looks: failed unless deploy+makes']);
});

describe('a handler', () => {
  const handlers = '  handlers:\n    - {name: after, file: {path: FOLDER/stamp, state: touch}}\n';

  test('is not due unless the command changes what notifies it', async () => {
    const { told } = await check(`${deploy}- {name: it, ${there}, notify: after}\n${handlers}`);

    expect(told).toEqual(['deploy: changed', 'it: ok unless deploy', 'after: skipped unless it']);
  });

  test('is not due either if the command must first resolve a failure', async () => {
    const { told } = await check(
      `${deploy}- {name: it, lineinfile: {path: FOLDER/none, line: x}, notify: after, ignore_errors: true}\n${handlers}`,
    );

    expect(told).toEqual(['deploy: changed', 'it: failed unless deploy', 'after: skipped unless it']);
  });

  test('is never due because of a task with changed_when: false', async () => {
    const { told } = await check(
      `${deploy}- {name: it, stat: {path: FOLDER}, notify: after, changed_when: false}\n${handlers}`,
    );

    expect(told).toEqual(['deploy: changed', 'it: ok unless deploy']);
  });

  test('is due unless the command makes the change that notifies it', async () => {
    const { told } = await check(
      `${deploy}- {name: it, copy: {dest: FOLDER/new, content: x}, notify: after}\n${handlers}`,
    );

    expect(told).toEqual(['deploy: changed', 'it: changed unless deploy', 'after: changed unless deploy']);
  });

  test('is due if the command itself notifies it', async () => {
    const { told } = await check(
      `- {name: deploy, command: {cmd: ./deploy, about: ["path:/opt/app"]}, notify: after}\n${handlers}`,
    );

    expect(told).toEqual(['deploy: changed', 'after: changed']);
  });
});

test('a loop depends on it if its items do', async () => {
  const { told } = await check(
    `- {name: deploy, command: {cmd: ./deploy, about: ["path:FOLDER/there"]}}
- {name: one of two, file: {path: "FOLDER/{{ item }}", state: touch, access_time: preserve, modification_time: preserve}, loop: [there, new]}
- {name: both, stat: {path: "FOLDER/{{ item }}"}, loop: [there, new]}\n`,
  );

  expect(told).toEqual(['deploy: changed', 'one of two: changed', 'both: ok unless deploy+one of two']);
});

test('a foreseen change is such a task for a question that may depend on anything', async () => {
  const { told } = await check(
    `- {name: change, copy: {dest: FOLDER/new, content: x}}\n- {name: proof, verify: test -e FOLDER/there}\n- {name: bound, verify: {cmd: test -e FOLDER/there, about: ["path:FOLDER/there"]}}\n`,
  );

  expect(told).toEqual(['change: changed', 'proof: ok unless change', 'bound: ok']);
});
