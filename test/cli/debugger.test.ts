import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const playbook = `
- hosts: localhost
  gather_facts: false
  strategy: debug
  vars: {code: 1}
  tasks:
    - {name: first, command: "sh -c 'exit {{ code }}'"}
    - {name: second, debug: {msg: second}}
`;

test.for<[string, string[], number, RegExp]>([
  [
    'values are shown',
    ['p task', 'p task.args', 'p host', 'p result._result["rc"]', 'c'],
    2,
    /TASK: first\n.*\{'cmd': "sh -c 'exit 1'"\}\n.*'localhost'\n.*1\n/s,
  ],
  ['a variable is changed', ['task_vars["code"] = 0', 'p task_vars["code"]', 'r'], 0, /> 0\n/],
  [
    'a parameter is changed',
    ["task.args['_raw_params'] = 'true {{ code }}'", 'p task.args', 'redo'],
    0,
    /\{'cmd': 'true 1'\}/,
  ],
  ['and changed back', ['task.args["cmd"] = "true"', 'u', 'p task.args', 'c'], 2, /\{'cmd': "sh -c 'exit 1'"\}/],
  [
    'what cannot be computed is reported',
    ['p nothing', 'go', 'c'],
    2,
    /'nothing' is undefined\n.*not a command: go\n\np EXPRESSION/s,
  ],
  ['quitting ends the run', ['q'], 1, /User interrupted execution/],
  ['and so does the end of the input', [], 1, /User interrupted execution/],
])('a task that failed is debugged: %s', async ([, lines, exitCode, said]) => {
  using rig = new Rig().write({ 'play.yml': playbook });

  const { code, stdout, stderr } = await rig.run(['play.yml'], { input: lines.map((line) => `${line}\n`).join('') });
  expect(`${stderr}\n${stdout}`).toMatch(said);
  expect(code).toBe(exitCode);
  expect(stdout.includes('second')).toBe(exitCode === 0);
});
