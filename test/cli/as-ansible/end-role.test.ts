import { describe, expect, test } from 'vitest';
import { play } from './as-ansible.ts';

// `meta: end_role` was added in ansible-core 2.18, so 2.14 does not know it; we follow its documentation.

const files = {
  'roles/r/tasks/main.yml': `
- {name: before, debug: {msg: "{{ role_name }}"}, changed_when: true, notify: handler}
- include_tasks: inner.yml
- {name: after, debug: {msg: not reached}}
- import_role: {name: nested}`,
  'roles/r/tasks/inner.yml': `
- {meta: end_role, when: ends}
- {name: after in the file, debug: {msg: not reached}}`,
  'roles/r/handlers/main.yml': '- {name: handler, debug: {msg: handled}}',
  'roles/nested/tasks/main.yml': '- {name: nested, debug: {msg: nested}}',
  'roles/parent/tasks/main.yml': `
- include_role: {name: r}
- {name: in parent, debug: {msg: goes on}}`,
};
const on = (rest: string) => play({ ...files, 'play.yml': `- hosts: a,b\n  gather_facts: false\n${rest}` });

describe('meta: end_role', () => {
  test.each(['linear', 'free'])('ends the role only on the hosts where its condition holds (%s)', async (strategy) => {
    const said = await on(`
  strategy: ${strategy}
  vars: {ends: "{{ inventory_hostname == 'a' }}"}
  roles: [parent]
  tasks: [{name: last, debug: {msg: last}}]`);

    const times = (text: string) => said.split(`"${text}"`).length - 1;
    expect(said).toContain('exit 0');
    // Two tasks are skipped, on a alone; the surrounding roles, the play and the handler continue.
    expect(times('not reached')).toBe(2);
    expect(times('nested')).toBe(1);
    expect(times('handled')).toBe(2);
    expect(times('goes on')).toBe(2);
    expect(times('last')).toBe(2);
  });

  test.each([
    ['a play', '  tasks: [{meta: end_role}]', 'outside of a role'],
    ['a handler', '  handlers: [{name: h, meta: end_role}]', 'a handler'],
  ])('is a mistake in %s', async (_, rest, where) => {
    const said = await on(rest);

    expect(said).toContain(`ERROR! Cannot execute 'end_role' from ${where}`);
    expect(said).not.toContain('exit 0');
  });
});
