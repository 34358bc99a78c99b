import { describe, expect, test } from 'vitest';
import { modelHost, runModel } from './model-host.ts';

const messages = (events: Awaited<ReturnType<typeof runModel>>['events']): readonly unknown[] =>
  events.flatMap((event) =>
    event.kind === 'task-finished' && event.task.type === 'debug' ? [event.outcome.result['msg']] : [],
  );

describe('errors', () => {
  const onBoth = (task: string) => [`a ${task}: ok`, `b ${task}: ok`];
  test('cleared in an always do not fail the run', async () => {
    const { told, exitCode } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - block: [{name: fails, fail: {}}]
      always: [{meta: clear_host_errors}]
    - {name: after, debug: {}}`,
      { h: modelHost() },
    );

    expect(told).toEqual(['h fails: failed', 'h after: ok']);
    expect(exitCode).toBe(0);
  });

  test('of one host that a rescue catches are fatal for no host', async () => {
    const { told, exitCode } = await runModel(
      `
- hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - block: [{name: fails, fail: {}, when: inventory_hostname == 'a'}]
      rescue: [{name: rescue, debug: {}}]
    - {name: after, debug: {}}
- {hosts: all, gather_facts: false, tasks: [{name: next play, debug: {}}]}`,
      { a: modelHost(), b: modelHost() },
    );

    expect(new Set(told)).toEqual(
      new Set(['a fails: failed', 'b fails: skipped', 'a rescue: ok', ...onBoth('after'), ...onBoth('next play')]),
    );
    expect(exitCode).toBe(0);
  });

  test('do not affect other hosts if all hosts are rescued', async () => {
    const { told, exitCode } = await runModel(
      `
- hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - block: [{name: fails, fail: {}}]
      rescue: [{name: rescue, debug: {}}]
    - {name: after, debug: {}}`,
      { a: modelHost(), b: modelHost() },
    );

    expect(told.filter((line) => line.includes('after'))).toEqual(['a after: ok', 'b after: ok']);
    expect(exitCode).toBe(0);
  });

  test("of conditions have the message that playbooks expect, and are registered with the condition's value", async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {debug: {}, failed_when: nobody, register: one, ignore_errors: true}
    - {debug: {msg: "{{ one.failed_when_result }}"}}`,
      { h: modelHost() },
    );

    expect(messages(events).at(-1)).toBe(
      "The conditional check 'nobody' failed. The error was: error while evaluating conditional (nobody): 'nobody' is undefined",
    );
  });
});

describe('handlers', () => {
  const ran = async (tasks: string, handlers: string, options = {}) => {
    const { told, events, exitCode } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
${tasks.replace(/^/gm, '    ')}
  handlers:
${handlers.replace(/^/gm, '    ')}`,
      { h: modelHost() },
      options,
    );
    return { told, events, exitCode };
  };

  test('with the same name in one list: the first one runs', async () => {
    const { events } = await ran(
      '- {act: {name: a, is: 1}, notify: n}',
      '- {name: n, debug: {msg: first}}\n- {name: n, debug: {msg: second}}',
    );

    expect(messages(events)).toEqual(['first']);
  });

  test('that notify each other run once per flush', async () => {
    const { told } = await ran(
      '- {name: go, act: {name: a, is: 1}, notify: one}',
      '- {name: one, act: {name: b, is: 1}, notify: two}\n- {name: two, act: {name: c, is: 1}, notify: [one, two]}',
    );

    expect(told.slice(0, 3)).toEqual(['h go: changed', 'h one: changed', 'h two: changed']);
    // Handlers notified again wait for the next flush; a play has three.
    expect(told.length).toBeLessThanOrEqual(7);
  });

  test('notified by a block are notified by all its tasks, unless a task has its own notify', async () => {
    const { events } = await ran(
      '- {notify: of block, block: [{act: {name: a, is: 1}}, {act: {name: b, is: 1}, notify: own}]}',
      '- {name: of block, debug: {msg: block}}\n- {name: own, debug: {msg: own}}',
    );

    expect(messages(events)).toEqual(['block', 'own']);
  });

  test('that are undefined end the run under Ansible’s names', async () => {
    const { events, exitCode } = await ran(
      '- {act: {name: a, is: 1}, notify: nobody}\n- debug: {msg: after}',
      '- {name: n, debug: {}}',
      { missingHandler: 'error' },
    );

    expect(messages(events)).toEqual([]);
    expect(exitCode).toBe(1);
    expect(events.flatMap((event) => (event.kind === 'warning' ? [event.diagnostic.message] : []))).toEqual([
      "The requested handler 'nobody' was not found in either the main handlers list nor in the listening handlers list",
    ]);
  });

  test('may be meta tasks', async () => {
    const { events } = await ran('- {act: {name: a, is: 1}, notify: n}', '- {name: n, meta: noop}');

    expect(events.flatMap((event) => (event.kind === 'meta' ? [event.text] : []))).toEqual(['META: noop']);
  });
});

describe('meta', () => {
  test('whose condition does not hold reports what continues', async () => {
    const { events } = await runModel('- {hosts: all, gather_facts: false, tasks: [{meta: end_host, when: false}]}', {
      h: modelHost(),
    });

    const reason = 'end_host conditional evaluated to False, continuing execution for h';
    expect(events).toContainEqual(expect.objectContaining({ kind: 'meta', text: `META: ${reason}` }));
    expect(events.find((event) => event.kind === 'task-finished')).toMatchObject({
      outcome: { status: 'skipped', result: { skip_reason: reason } },
    });
  });
});

describe('the inventory', () => {
  test('grows with add_host, once for all hosts, and later plays see the new host', async () => {
    const { told, events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {name: add, add_host: {name: new, groups: [more], colour: blue}}
- hosts: more
  gather_facts: false
  tasks: [{debug: {msg: "{{ colour }} {{ groups.more | join }}"}}]`,
      { a: modelHost(), b: modelHost(), new: modelHost() },
      { limit: undefined },
    );

    expect(told.filter((line) => line.includes('add'))).toEqual(['a add: changed']);
    expect(messages(events)).toEqual(['blue new']);
  });

  test('is grouped by the value of a variable', async () => {
    const { events } = await runModel(
      `
- {hosts: all, gather_facts: false, tasks: [{group_by: {key: "is_{{ inventory_hostname }}"}}]}
- {hosts: is_b, gather_facts: false, tasks: [{debug: {msg: "{{ group_names }}"}}]}`,
      { a: modelHost(), b: modelHost() },
    );

    expect(messages(events)).toEqual([['is_b']]);
  });
});

describe('variables', () => {
  test('defined only by a play are not in hostvars', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  vars: {of_play: 1}
  tasks:
    - {set_fact: {set: 2}}
    - debug: {msg: "{{ 'of_play' in hostvars.h }} {{ hostvars.h.set }} {{ of_play }}"}`,
      { h: modelHost() },
    );

    expect(messages(events)).toEqual(['False 2 1']);
  });

  test('of the host that a task is delegated to are under its name', async () => {
    const { events } = await runModel(
      `
- hosts: a
  gather_facts: false
  tasks:
    - {debug: {msg: "{{ ansible_delegated_vars.b.ansible_host }}"}, delegate_to: b}`,
      { a: modelHost(), b: modelHost() },
    );

    expect(messages(events)).toEqual(['b']);
  });

  test('are told as plain data, also dicts', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {set_fact: {one: {k: [v]}}}
    - {set_fact: {one: {k: "{{ item }}"}}, loop: [1]}`,
      { h: modelHost() },
    );
    const results = events.flatMap((event) => (event.kind === 'task-finished' ? [event.outcome.result] : []));

    expect(JSON.parse(JSON.stringify(results))).toMatchObject([
      { ansible_facts: { one: { k: ['v'] } } },
      { results: [{ ansible_facts: { one: { k: 1 } } }] },
    ]);
  });

  test('may have templated names', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {set_fact: {"{{ item }}_set": true}, loop: [one]}
    - debug: {msg: "{{ one_set }}"}`,
      { h: modelHost() },
    );

    expect(messages(events)).toEqual([true]);
  });

  test('that are None print as an empty string, and stay None if the name is alone', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  vars: {nothing: null}
  tasks:
    - debug: {msg: "{{ nothing | default(none) }}"}
    - debug: {msg: "{{ nothing }}"}`,
      { h: modelHost() },
    );

    expect(messages(events)).toEqual(['', null]);
  });
});

describe('meta: end_play', () => {
  test('runs no handlers', async () => {
    const { told, exitCode } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {name: changes, debug: {}, changed_when: true, notify: h}
    - {meta: end_play}
  handlers:
    - {name: h, debug: {}}`,
      { h: modelHost() },
    );

    expect({ told, exitCode }).toEqual({ told: ['h changes: changed'], exitCode: 0 });
  });
});

describe('tags', () => {
  test('that leave a rescue without a task leave its block without a rescue', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - block: [{name: fails, fail: {}, tags: one}]
      rescue: [{name: rescue, debug: {}, tags: never}]
    - {name: after, debug: {}}`;
    const { told, exitCode } = await runModel(playbook, { h: modelHost() });
    expect({ told, exitCode }).toEqual({ told: ['h fails: failed'], exitCode: 2 });

    const never = await runModel(playbook, { h: modelHost() }, { tags: ['one', 'never'] });
    expect(never.told).toEqual(['h fails: failed', 'h rescue: ok']);
    expect(never.exitCode).toBe(0);
  });

  test('may be templates', async () => {
    const { told } = await runModel(
      `
- hosts: all
  gather_facts: false
  vars: {some: [one, two]}
  tasks:
    - {name: first, debug: {}, tags: "{{ some }}"}
    - {name: second, debug: {}, tags: three}`,
      { h: modelHost() },
      { tags: ['two'] },
    );

    expect(told).toEqual(['h first: ok']);
  });
});

describe('a check under Ansible’s names', () => {
  test('skips types that act each time, and dependent tasks can read the result', async () => {
    const { told } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {name: acts, act: {name: a, is: 1}, register: ran}
    - {name: looks, debug: {}, when: "'check mode' in ran.msg"}`,
      { h: modelHost() },
      { check: true, ansible: true },
    );

    expect(told).toEqual(['h acts: skipped', 'h looks: ok']);
  });

  test('sees the current host, but does not fail because foreseen changes are missing', async () => {
    const { told, events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {name: folder, value: {name: folder, is: there}}
    - {name: file, value: {name: file, is: full, needs: folder}}
    - {name: looks, value: {name: folder, is: there}, register: seen}
    - {name: fails, value: {name: x, is: y, needs: nothing}, ignore_errors: true}
    - debug: {msg: "{{ seen.value is none }}"}`,
      { h: modelHost() },
      { check: true, ansible: true },
    );

    expect(told.slice(0, -1)).toEqual([
      'h folder: changed',
      'h file: changed (folder)',
      'h looks: changed',
      'h fails: failed',
    ]);
    expect(messages(events)).toEqual([true]);
  });
});

describe('a registered result', () => {
  test('for a loop shows whether all items were skipped', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {debug: {}, loop: [1, 2], when: item == 2, register: some}
    - {debug: {}, loop: [1, 2], when: item == 3, register: every}
    - debug: {msg: "{{ [some.skipped, every.skipped] }}"}`,
      { h: modelHost() },
    );

    expect(messages(events).at(-1)).toEqual([false, true]);
  });

  test('for a failed task without a name has no name', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - block: [{fail: {}}]
      rescue: [{debug: {msg: "<{{ ansible_failed_task.name }}> {{ ansible_failed_task.action }}"}}]`,
      { h: modelHost() },
    );

    expect(messages(events)).toEqual(['<> fail']);
  });
});

describe('a loop', () => {
  test('over something else than a list fails, even if its condition does not hold', async () => {
    const { told } = await runModel(
      `
- hosts: all
  gather_facts: false
  ignore_errors: true
  tasks:
    - {name: text, debug: {}, loop: text, when: false}
    - {name: undefined, debug: {}, loop: "{{ nosuch }}", when: false}`,
      { h: modelHost() },
    );

    expect(told).toEqual(['h text: failed', 'h undefined: skipped']);
  });

  test('fails at an item whose label cannot be computed, even if the item is skipped', async () => {
    const { told, events } = await runModel(
      `
- hosts: all
  gather_facts: false
  ignore_errors: true
  tasks:
    - {name: done, debug: {}, loop: [1], loop_control: {label: "{{ nosuch }}"}}
    - {name: skipped, debug: {}, loop: [1], when: false, loop_control: {label: "{{ nosuch }}"}}`,
      { h: modelHost() },
    );
    const items = events.flatMap((event) => (event.kind === 'item-finished' ? [event.outcome.result] : []));

    expect(told).toEqual(['h done: failed', 'h skipped: failed']);
    const msg = "Failed to template loop_control.label: 'nosuch' is undefined. 'nosuch' is undefined";
    expect(items).toMatchObject([{ msg }, { msg, skipped: true }]);
  });

  test('without items registers no message', async () => {
    const { events } = await runModel(
      `
- hosts: all
  gather_facts: false
  tasks:
    - {debug: {}, loop: [], register: nothing}
    - {debug: {msg: "{{ nothing.msg | default('-') }} {{ nothing.skipped_reason }}"}}`,
      { h: modelHost() },
    );

    expect(messages(events).at(-1)).toBe('- No items in the list');
  });
});
