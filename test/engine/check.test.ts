import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Rig } from '../cli/rig.ts';

const indented = (text: string): string => text.replace(/^(?! {2}handlers:| {4}- \{name: after)/gm, '    ');

/** Checks these tasks on this machine. FOLDER is a temporary directory; `prepare` sets it up. */
async function check(tasks: string, prepare: (folder: string) => void = () => {}) {
  using rig = new Rig();
  const play = `- hosts: localhost\n  gather_facts: false\n  tasks:\n${indented(tasks)}\n`.replaceAll(
    'FOLDER',
    rig.folder,
  );
  rig.write({ 'p.yaml': play });
  prepare(rig.folder);
  const said = await rig.run(['p.yaml', '-i', 'localhost,', '-c', 'local', '--check', '-o', 'json']);
  const events = said.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const outcomes = events
    .filter(({ kind }) => kind === 'task-finished')
    .map(({ task, outcome }) => ({
      name: String(task.name),
      status: String(outcome.status),
      message: outcome.message,
      unless: outcome.unless,
      would: outcome.would,
    }));
  const told = outcomes.map(({ name, status }) => `${name}: ${status}`);
  return { told, outcomes, code: said.code, all: said.stdout + said.stderr };
}

describe('U4: changed_when of a command that a check does not run', () => {
  test.each([
    ['"\'already exists\' not in r.stdout"', 'unknown', 3],
    ['r.rc != 0', 'skipped', 0],
    ['r.rc > 1, failed_when: r.rc > 2', 'unknown', 3],
    ['r.rc != 0, ignore_errors: true', 'unknown', 3],
    ['true', 'changed', 2],
    ['wanted | default(true)', 'changed', 2],
    ['wanted | default(false)', 'skipped', 0],
  ])('%s: %s', async (condition, status, exit) => {
    const { told, code, all } = await check(`- {name: it, command: echo, register: r, changed_when: ${condition}}`);

    expect(told, all).toEqual([`it: ${status}`]);
    expect(code).toBe(exit);
  });
});

describe('U5, P19: a command with changed_when: false', () => {
  const looks = '- {name: look, command: date, register: r, changed_when: false}\n';
  const drift = '- {name: drift, copy: {dest: FOLDER/x, content: x}}\n';

  test('makes no other task unknown', async () => {
    const { told, code, all } = await check(`${looks}${drift}`);

    expect(told, all).toEqual(['look: skipped', 'drift: changed']);
    expect(code).toBe(2);
  });

  test('a host without drift stays so, and the way to run the command is reported', async () => {
    const { outcomes, code, all } = await check(`${looks}- {file: {path: FOLDER, state: directory}}`);

    expect(code, all).toBe(0);
    expect(outcomes[0]?.message).toMatch(/not run in a check.*check_mode: false/);
  });

  test.each(['r.stdout', 'r', 'r.stdout_lines | length', 'r.msg'])('a task that reads %s is unknown', async (read) => {
    const { told, code, all } = await check(`${looks}- {name: reader, set_stats: {data: {x: "{{ ${read} }}"}}}`);

    expect(told, all).toEqual(['look: skipped', 'reader: unknown']);
    expect(code).toBe(3);
  });

  test('what it creates exists for the following tasks, because the task says so', async () => {
    const { told, all } = await check(
      `- {name: look, command: "touch FOLDER/new", args: {creates: FOLDER/new}, changed_when: false}
- {name: there, command: "touch FOLDER/more", args: {creates: FOLDER/new}}
- {name: its size, stat: {path: FOLDER/new}}`,
    );

    expect(told, all).toEqual(['look: skipped', 'there: ok', 'its size: unknown']);
  });

  test.each([
    ['r is changed', 'skipped'],
    ['r is not changed', 'ok'],
    ['r is skipped', 'skipped'],
    ['r is failed', 'skipped'],
  ])('when: %s is as in a run: %s', async (condition, status) => {
    const { told, all } = await check(`${looks}- {name: it, debug: , when: ${condition}}`);

    expect(told, all).toEqual(['look: skipped', `it: ${status}`]);
  });

  test('whether it fails is unknown if a failure would be ignored', async () => {
    const { told, all } = await check(
      '- {name: look, command: date, register: r, changed_when: false, ignore_errors: true}\n- {name: it, debug: , when: r is failed}',
    );

    expect(told, all).toEqual(['look: skipped', 'it: unknown']);
  });

  test('in a loop, too', async () => {
    const { told, code, all } = await check(
      `- {name: look, command: "echo {{ item }}", register: r, changed_when: false, loop: [1, 2]}
- {name: reader, set_stats: {data: {x: "{{ r.results[0].stdout }}"}}}
- {name: counter, debug: {msg: "{{ r.results | length }}"}}`,
    );

    expect(told, all).toEqual(['look: skipped', 'reader: unknown', 'counter: ok']);
    expect(code).toBe(3);
  });

  test('a type that can predict its changes still reports them', async () => {
    const { told, all } = await check(
      `- {name: one, copy: {dest: FOLDER/x, content: x}, changed_when: false}
- {name: two, copy: {dest: FOLDER/x, content: x}}`,
    );

    expect(told, all).toEqual(['one: ok', 'two: ok']);
  });
});

/** Two repositories, each with a clone that is one commit behind. */
function clones(folder: string): void {
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: folder, stdio: 'ignore' });
  for (const name of ['a', 'b']) {
    git('init', '-q', '-b', 'main', name);
    git('-C', name, 'commit', '-q', '--allow-empty', '-m', 'one');
    git('clone', '-q', name, `c${name}`);
    git('-C', name, 'commit', '-q', '--allow-empty', '-m', 'two');
  }
}

describe('P19: a change, and the tool used for it', () => {
  test('cloning one repository does not affect questions about another one', async () => {
    const { told, all } = await check(
      `- {name: a, git: {repo: FOLDER/a, dest: FOLDER/ca}}
- {name: b, git: {repo: FOLDER/b, dest: FOLDER/cb}}
- {name: again, git: {repo: FOLDER/a, dest: FOLDER/ca}}`,
      clones,
    );

    expect(told, all).toEqual(['a: changed', 'b: changed', 'again: ok']);
  });
});

describe('M6: a problem that a run cannot repair fails in a check', () => {
  const proofs: Readonly<Record<string, string>> = {
    verify: 'verify: "false"',
    wait_for: 'wait_for: {path: FOLDER/none, timeout: 1}',
    uri: 'uri: {url: "http://127.0.0.1:1/"}',
    tls_certificate: 'tls_certificate: {path: FOLDER/none.pem}',
    assert: 'assert: {that: 1 > 2}',
    'a command with check_mode: false': 'command: ls FOLDER/none\n  check_mode: false',
  };
  test.each(Object.entries(proofs))('%s', async (_type, proof) => {
    const { told, code, all } = await check(`- name: proof\n  ${proof}`);

    expect(told, all).toEqual(['proof: failed']);
    expect(code).toBe(2);
  });

  test.each(Object.entries(proofs).filter(([type]) => type !== 'assert'))(
    '%s, which a foreseen change may repair',
    async (_type, proof) => {
      const { told, outcomes, all } = await check(`- {name: mend, command: touch x}\n- name: proof\n  ${proof}`);

      expect(told, all).toEqual(['mend: changed', 'proof: unless']);
      expect(outcomes[1]).toMatchObject({ would: 'failed', unless: ['mend'] });
    },
  );

  test('local commits in a clone', async () => {
    const { told, all } = await check('- {name: git, git: {repo: FOLDER/a, dest: FOLDER/ca}}', (folder) => {
      clones(folder);
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x'], {
        cwd: `${folder}/ca`,
      });
    });

    expect(told, all).toEqual(['git: failed']);
  });
});

describe('M7: a check continues', () => {
  const fails = '- {name: fails, verify: "false", register: r}\n';
  const drift = '- {name: drift, copy: {dest: FOLDER/x, content: x}}';

  test('with tasks that do not depend on a failed one; the failure stays in recap and exit code', async () => {
    const { told, code, all } = await check(`${fails}${drift}`);

    expect(told, all).toEqual(['fails: failed', 'drift: changed']);
    expect(all).toMatch(/"changed":1,.*"failed":1/);
    expect(code).toBe(2);
  });

  test('after a single failure', async () => {
    const { told, code, all } = await check(`${fails}- {name: there, file: {path: FOLDER, state: directory}}`);

    expect(told, all).toEqual(['fails: failed', 'there: ok']);
    expect(code).toBe(2);
  });

  test('and tasks that depend on the failed one are based on the current state', async () => {
    const { told, all } = await check(
      `${fails}- {name: reader, debug: {msg: "{{ r.rc }}"}}
- {name: link, file: {src: FOLDER, dest: FOLDER/p.yaml, state: link}}
- {name: below, file: {path: FOLDER/p.yaml, state: file}}
- {name: aside, file: {path: FOLDER, state: directory}}`,
    );

    expect(told, all).toEqual(['fails: failed', 'reader: unless', 'link: failed', 'below: unless', 'aside: ok']);
  });

  test('except if a rescue catches the failure', async () => {
    const { told, code, all } = await check(
      '- block: [{name: fails, verify: "false"}, {name: after, ping: }]\n  rescue: [{name: rescue, ping: }]\n  always: [{name: always, ping: }]\n- {name: next, ping: }',
    );

    expect(told, all).toEqual(['fails: failed', 'rescue: ok', 'always: ok', 'next: ok']);
    expect(code).toBe(0);
  });

  test('and runs an always without a rescue in its turn', async () => {
    const { told, code, all } = await check(
      '- block: [{name: fails, verify: "false"}, {name: after, ping: }]\n  always: [{name: always, ping: }]\n- {name: next, ping: }',
    );

    expect(told, all).toEqual(['fails: failed', 'after: ok', 'always: ok', 'next: ok']);
    expect(code).toBe(2);
  });

  test('and in an always it is not known what the tasks after the failed one change', async () => {
    const { told, all } = await check(
      `- block: [{name: fails, verify: "false"}, {name: after, copy: {content: x, dest: FOLDER/new}}]
  always: [{name: always, stat: {path: FOLDER/new}}, {name: aside, stat: {path: FOLDER}}]
- {name: next, file: {path: FOLDER/new, mode: "0644"}}`,
    );

    expect(told, all).toEqual(['fails: failed', 'after: changed', 'always: unless', 'aside: ok', 'next: unless']);
  });

  test.each(['fail: {msg: no}', 'assert: {that: 1 > 2}'])(
    '%s guards the following tasks, which are not checked',
    async (guard) => {
      const { told, code, all } = await check(`- {name: guard, ${guard}}\n${drift}`);

      expect(told, all).toEqual(['guard: failed']);
      expect(all).toContain('were not checked');
      expect(code).toBe(2);
    },
  );

  test('even with any_errors_fatal', async () => {
    const { told, all } = await check(
      '- {name: fails, verify: "false", any_errors_fatal: true}\n- {name: next, ping: }',
    );

    expect(told, all).toEqual(['fails: failed', 'next: ok']);
  });
});

describe('what is known of a command that would run', () => {
  const runs = '- {name: first, command: date, register: r}\n';
  const mayFail = '- {name: first, command: date, register: r, ignore_errors: true}\n';

  test.each([
    ['it would change something', runs, 'r is changed', 'ok'],
    ['the run only continues if it succeeds', runs, 'r is succeeded and r.rc == 0', 'ok'],
    ['but not its output', runs, "r.stdout == ''", 'unknown'],
    ['nor all of its result', runs, "'uptime' in (r | string)", 'unknown'],
    ['nor which keys it has', runs, 'r | length > 3', 'unknown'],
    ['nor whether one that it may have is there', runs, "'stdout' in r", 'unknown'],
    ['but one that no command returns is not', runs, "'mode' in r or r.mode is defined", 'skipped'],
    ['if its failure is ignored, it is assumed to succeed', mayFail, 'r is succeeded and r.rc == 0', 'unless'],
    ['but whether it would change something is certain', mayFail, 'r is changed', 'ok'],
  ])('%s', async (_, first, condition, status) => {
    const { told, all } = await check(`${first}- {name: it, debug: , when: ${JSON.stringify(condition)}}`);

    expect(told, all).toEqual(['first: changed', `it: ${status}`]);
  });

  test.each([
    ['shows', 'debug: {msg: "{{ r.stdout }}"}'],
    ['sets', 'set_fact: {x: "{{ r.stdout }}"}'],
  ])('a task that only %s an unknown value succeeds unless computing it fails', async (_, task) => {
    const { outcomes, all } = await check(`${runs}- {name: it, ${task}}`);

    expect(outcomes[1], all).toMatchObject({ status: 'unless', would: 'ok', unless: ['first'] });
    expect(outcomes[1]?.message).toBe('what it shows or sets depends on "first"');
  });

  test('but what reads such a variable is unknown', async () => {
    const { told, all } = await check(
      `${runs}- {name: sets, set_fact: {x: "{{ r.stdout }}"}}\n- {name: reads, copy: {dest: FOLDER/x, content: "{{ x }}"}}`,
    );

    expect(told, all).toEqual(['first: changed', 'sets: unless', 'reads: unknown']);
  });
});

describe('a command with changed_when: false whose program only reads', () => {
  const looks = (command: string, more = '') =>
    `- {name: look, command: ${command}, register: r, changed_when: false${more}}\n`;
  const reader = '- {name: reader, set_stats: {data: {x: "{{ r.stdout }}"}}}';

  test.each(['ls FOLDER', 'test -d FOLDER', '/usr/bin/stat FOLDER', 'dpkg -s dpkg', '"[ -d FOLDER ]"'])(
    'runs in a check: %s',
    async (command) => {
      const { told, code, all } = await check(`${looks(command)}${reader}`);

      expect(told, all).toEqual(['look: ok', 'reader: ok']);
      expect(code).toBe(0);
    },
  );

  test.each([
    ['touch FOLDER/made', ''],
    ['dpkg --configure -a', ''],
    ['find FOLDER -delete', ''],
    ['/tmp/ls FOLDER', ''],
    ['ls FOLDER', ', check_mode: true'],
  ])('not: %s%s', async (command, more) => {
    const { told, all } = await check(looks(command, more));

    expect(told, all).toEqual(['look: skipped']);
  });

  test('after predicted changes, what it finds holds unless they change it', async () => {
    const { told, all } = await check(
      `- {name: change, copy: {dest: FOLDER/x, content: x}}\n${looks('test -e FOLDER/x', ', failed_when: false')}${reader}`,
    );

    expect(told, all).toEqual(['change: changed', 'look: unless', 'reader: unless']);
  });

  test('and a failure may be prevented by them', async () => {
    const { outcomes, all } = await check(
      `- {name: change, copy: {dest: FOLDER/x, content: x}}\n${looks('test -e FOLDER/x')}`,
    );

    expect(outcomes[1], all).toMatchObject({ status: 'unless', would: 'failed', unless: ['change'] });
  });
});

describe('a file with a second name in a directory that is to be removed', () => {
  const remove = '- {name: remove, file: {path: FOLDER/d, state: absent}}\n';
  const twoNames = (folder: string): void => {
    mkdirSync(`${folder}/d`);
    writeFileSync(`${folder}/d/x`, '');
    linkSync(`${folder}/d/x`, `${folder}/y`);
  };

  test.each([
    ['the number of its names is not known afterwards', 'FOLDER/y', 'unknown'],
    ['other files are as they were', 'FOLDER/p.yaml', 'ok'],
  ])('%s', async (_, path, status) => {
    const { told, all } = await check(`${remove}- {name: it, file: {path: ${path}, state: file}}\n`, twoNames);

    expect(told, all).toEqual(['remove: changed', `it: ${status}`]);
  });
});

describe('a foreseen link', () => {
  const withDirectory = (folder: string): void => void mkdirSync(`${folder}/d`);

  test('what a recursive change reaches through it is not known afterwards', async () => {
    const { told, all } = await check(
      `- {name: link, file: {path: FOLDER/d/out, src: FOLDER/p.yaml, state: link}}
- {name: modes, file: {path: FOLDER/d, state: directory, recurse: true, mode: o=}}
- {name: it, file: {path: FOLDER/p.yaml, mode: "0644"}}\n`,
      withDirectory,
    );

    expect(told, all).toEqual(['link: changed', 'modes: changed', 'it: unknown']);
  });

  test('a link on the host that starts with .. is still followed', async () => {
    const { told, all } = await check(
      `- {name: link, file: {path: FOLDER/l, src: d, state: link, force: true}}
- {name: it, lineinfile: {path: FOLDER/d/up, line: "- hosts: localhost"}}\n`,
      (folder) => {
        withDirectory(folder);
        symlinkSync('nowhere', `${folder}/l`);
        symlinkSync('../p.yaml', `${folder}/d/up`);
      },
    );

    expect(told, all).toEqual(['link: changed', 'it: ok']);
  });

  test('what curl makes of a directory behind it is not known', async () => {
    const { told, all } = await check(
      `- {name: link, file: {path: FOLDER/l, src: d, state: link}}
- {name: it, get_url: {url: "file://FOLDER/l", dest: FOLDER/x}}\n`,
      withDirectory,
    );

    expect(told, all).toEqual(['link: changed', 'it: unknown']);
  });
});

describe('a task that may or may not run', () => {
  const first = '- {name: it, command: echo, register: r, changed_when: false}\n';

  test.each([
    ["copy: {dest: FOLDER/p.yaml, content: x}, when: r.stdout == ''"],
    ['copy: {dest: FOLDER/p.yaml, content: "{{ r.stdout }}"}'],
  ])('%s: a later task on its path is not ok', async (maybe) => {
    const { told, all } = await check(
      `${first}- {name: maybe, ${maybe}}\n- {name: later, file: {path: FOLDER/p.yaml, state: file}}
- {name: reads, lineinfile: {path: FOLDER/p.yaml, line: "- hosts: localhost"}}
- {name: aside, file: {path: FOLDER, state: directory}}`,
    );

    expect(told, all).toEqual(['it: skipped', 'maybe: unknown', 'later: unless', 'reads: unless', 'aside: ok']);
  });
});

describe('the output of a command with check_mode: false after foreseen changes', () => {
  const change = '- {name: change, copy: {dest: FOLDER/x, content: x}}\n';
  const look = '- {name: look, command: ls FOLDER, register: r, changed_when: false, check_mode: false}\n';
  const fails = '- {name: holds, assert: {that: "\'x\' in r.stdout"}}\n';

  test('fails no assertion, because assertions about it depend on those changes', async () => {
    const { told, outcomes, code, all } = await check(`${change}${look}${fails}`);

    expect(told, all).toEqual(['change: changed', 'look: ok', 'holds: unless']);
    expect(outcomes[2]).toMatchObject({ would: 'failed', unless: ['change'], message: 'Assertion failed' });
    expect(code).toBe(2);
  });

  test('nor one about values computed from it, or found in a loop', async () => {
    const { told, all } = await check(
      `${change}${look}- {name: made, set_fact: {names: "{{ r.stdout_lines }}"}}
- {name: of it, assert: {that: "'x' in names"}}
- {name: each, command: "ls {{ item }}", loop: [FOLDER], register: all, changed_when: false, check_mode: false}
- {name: of each, assert: {that: "'x' in all.results[0].stdout"}}\n`,
    );

    expect(told, all).toEqual([
      'change: changed',
      'look: ok',
      'made: unless',
      'of it: unless',
      'each: ok',
      'of each: unless',
    ]);
  });

  test('nor is it a failure if the command itself fails', async () => {
    const { outcomes, code, all } = await check(
      `${change}- {name: look, command: ls FOLDER/x, changed_when: false, check_mode: false}\n`,
    );

    expect(
      outcomes.map(({ status }) => status),
      all,
    ).toEqual(['changed', 'unless']);
    expect(outcomes[1]).toMatchObject({ would: 'failed', unless: ['change'] });
    expect(code).toBe(2);
  });

  test('but fails one if nothing is foreseen, or if it is about something else', async () => {
    expect((await check(`${look}${fails}`)).told).toEqual(['look: ok', 'holds: failed']);
    expect((await check(`${change}${look}- {name: other, assert: {that: 1 > 2}}\n`)).told).toEqual([
      'change: changed',
      'look: ok',
      'other: failed',
    ]);
  });
});

describe('about: the subjects of a command and its guards', () => {
  const tasks = (about: string) => `- {name: change, copy: {dest: FOLDER/x, content: x}}
- {name: once, shell: {cmd: touch FOLDER/done, unless: test -e FOLDER/done${about}}}
- {name: other, stat: {path: FOLDER}}
- {name: same, file: {path: FOLDER/done, state: absent}}\n`;

  test('leaves everything else known, before and after the command', async () => {
    const { told, all } = await check(tasks(", about: ['path:FOLDER/done']"));

    expect(told, all).toEqual(['change: changed', 'once: changed', 'other: ok', 'same: unless']);
  });

  test('defaults to everything', async () => {
    const { told, all } = await check(tasks(''));

    expect(told, all).toEqual(['change: changed', 'once: unless', 'other: unless', 'same: unless']);
  });
});

describe('a handler that an unknown task notifies', () => {
  const tasks = (before: string) => `${before}
- {name: drift, copy: {dest: FOLDER/x, content: "{{ r.stdout }}"}, notify: after}
- meta: flush_handlers
- {name: later, stat: {path: FOLDER/stamp}}
- {name: elsewhere, stat: {path: FOLDER}}`;
  const handlers = '\n  handlers:\n    - {name: after, file: {path: FOLDER/stamp, state: touch}}';

  test('is unknown, and so is everything that it would change', async () => {
    const { told, all } = await check(
      `${tasks('- {name: new, command: {cmd: echo, about: "path:/nowhere"}, register: r}')}${handlers}`,
    );

    expect(told.slice(1), all).toEqual(['drift: unknown', 'after: unknown', 'later: unless', 'elsewhere: ok']);
  });

  test('is reported normally if another task certainly notifies it', async () => {
    const first = '- {name: sure, copy: {dest: FOLDER/y, content: y}, notify: after}\n';
    const { told, all } = await check(
      `${tasks(`${first}- {name: new, command: {cmd: echo, about: "path:/nowhere"}, register: r}`)}${handlers}`,
    );

    expect(
      told.filter((line) => line.startsWith('after')),
      all,
    ).toEqual(['after: changed']);
  });
});
