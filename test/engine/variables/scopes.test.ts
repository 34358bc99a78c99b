import { expect, test } from 'vitest';
import { modelHost, runModel } from '../model-host.ts';

// The variables of a task: Ansible's order of precedence, as far as it concerns a play and its tasks.

/** The output of `debug` for an expression in a task. */
async function seen(play: string): Promise<unknown> {
  const { events } = await runModel(play, { h: modelHost() });
  const last = events.findLast((event) => event.kind === 'task-finished' && event.task.name === 'see');
  if (last?.kind !== 'task-finished') return undefined;
  const { results, msg } = last.outcome.result as { results?: readonly { msg: string }[]; msg: string };
  return results?.[0]?.msg ?? msg;
}

const play = (tasks: string, more = '') =>
  `- hosts: all\n  gather_facts: false\n${more}  vars: {x: play}\n  tasks:\n${tasks.trim().replace(/^/gm, '    ')}\n`;
const see = 'name: see, debug: {msg: "{{ x }}"}';

test.for([
  ['a play', `- {${see}}`, 'play'],
  ['a block over the play', `- block: [{${see}}]\n  vars: {x: block}`, 'block'],
  ['a task over the block', `- block: [{${see}, vars: {x: task}}]\n  vars: {x: block}`, 'task'],
  ['set_fact over a task', `- set_fact: {x: fact}\n- {${see}, vars: {x: task}}`, 'fact'],
  [
    'a registered result over a task',
    `- {debug: {msg: said}, register: x}\n- {name: see, debug: {msg: "{{ x.msg }}"}, vars: {x: task}}`,
    'said',
  ],
  ['a loop over all of them', `- set_fact: {x: fact}\n- {${see}, loop: [item], loop_control: {loop_var: x}}`, 'item'],
] as const)('%s', async ([_, tasks, value]) => {
  expect(await seen(play(tasks))).toBe(value);
});

test.for([
  ['a name that is not set is undefined', '{{ nobody | default("none") }}', 'none'],
  ['the host has its name', '{{ inventory_hostname }}', 'h'],
  ['the address of a host defaults to its name', '{{ ansible_host }}', 'h'],
  ['a variable may refer to others', '{{ y }}', 'of play'],
  ['a variable that refers to others sees the innermost ones', '{{ y }}', 'of task', 'x: task'],
] as const)('%s', async ([_, expression, value, more]) => {
  const task = `- {name: see, debug: {msg: '${expression}'}, vars: {y: "of {{ x }}"${more === undefined ? '' : `, ${more}`}}}`;

  expect(await seen(play(task))).toBe(value);
});
