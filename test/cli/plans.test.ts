import { appendFileSync, chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlanFile } from '../../src/audit/plans/plan-file.ts';
import { Rig, type Said } from './rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig[Symbol.dispose]());

/** Runs the program with a history of its own. */
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> =>
  rig.run(args, { env: { RETRACE_HISTORY: 'history', ...env } });
const path = (name: string): string => join(rig.folder, name);
const text = (name: string): string => readFileSync(path(name), 'utf8');
const planned = (): PlanFile => JSON.parse(text('p.json')) as PlanFile;
const scripts = (host = 'web1'): readonly string[] =>
  (planned().hosts[host]?.steps ?? []).flatMap(({ commands }) =>
    commands.map(({ script }) => script.split('\n').at(-1) ?? ''),
  );

/** A playbook of these tasks for the host web1. */
function play(tasks: string, more = ''): void {
  rig.write({
    'hosts.yaml': 'all: {hosts: {web1: }, vars: {d: "{{ playbook_dir }}"}}\n',
    'site.yaml': `- hosts: all\n  connection: local\n  gather_facts: false\n${more}  tasks:\n${tasks.trim().replace(/^/gm, '    ')}\n`,
  });
}
const plan = (...more: readonly string[]): Promise<Said> =>
  run(['plan', 'site.yaml', '-i', 'hosts.yaml', '-o', 'p.json', ...more]);
const apply = (...more: readonly string[]): Promise<Said> => run(['apply', 'p.json', ...more]);

const TWO = `
- name: one
  copy: { content: "hello\\n", dest: "{{ d }}/one" }
- name: two
  file: { path: "{{ d }}/two", state: directory, mode: "0700" }
`;

describe('a plan', () => {
  test('says what would be done, and changes nothing', async () => {
    play(TWO);
    const { code, stdout, stderr } = await plan();

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatch(/^2 tasks with \d commands on 1 of 1 host\np\.json: sha256 [0-9a-f]{64}\n$/);
    expect([existsSync(path('one')), existsSync(path('two'))]).toEqual([false, false]);
    const validate = new Ajv2020({ allErrors: true }).compile(
      JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/plan.schema.json'), 'utf8')),
    );
    expect(validate(planned()) ? [] : validate.errors).toEqual([]);
  });

  test('is applied once: what it would do is then done', async () => {
    play(TWO);
    await plan();

    expect(await apply()).toMatchObject({ code: 0, stderr: '' });
    expect(text('one')).toBe('hello\n');
    expect(statSync(path('two')).mode & 0o777).toBe(0o700);
    const again = await apply();
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(
      'web1: "one" (site.yaml:5): planned file: absent → 6 bytes; now there is nothing to do',
    );
    expect((await plan()).code).toBe(0);
    expect(text('p.json')).toContain('"steps": []');
  });

  test('is readable for its owner only, also in the place of a file that others could read', async () => {
    play(TWO);
    rig.write({ 'p.json': '' });
    chmodSync(path('p.json'), 0o644);
    await plan();

    expect(statSync(path('p.json')).mode & 0o777).toBe(0o600);
  });

  test('shows a reviewer changes, commands and the approval hash', async () => {
    play(TWO);
    const { stdout: made } = await plan();
    const { code, stdout } = await run(['plan', 'show', 'p.json']);
    const full = await run(['plan', 'show', 'p.json', '--commands']);

    expect(code).toBe(0);
    expect(stdout).toContain('web1: one (site.yaml:5)\n    file: absent → 6 bytes\n      + hello\n    $ ');
    expect(stdout.trim().split('sha256 ')[1]).toBe(made.trim().split('sha256 ')[1]);
    expect(full.stdout).toContain(`mv -fT -- "$t" "$p"`);
    expect(stdout).not.toContain(`mv -fT -- "$t" "$p"`);
  });

  test('tells what is the same on several hosts once', async () => {
    play('- name: told\n  command: "true"');
    rig.write({ 'hosts.yaml': 'all: {hosts: {web10: , web2: }}\n' });
    await plan();

    expect((await run(['plan', 'show', 'p.json'])).stdout).toContain('\nweb2, web10: told (site.yaml:5)\n');
  });

  test('holds the commands of handlers that are notified', async () => {
    play(
      `- name: one\n  copy: { content: x, dest: "{{ d }}/one" }\n  notify: tell`,
      '  handlers: [{name: tell, command: "cp /dev/null {{ playbook_dir }}/told"}]\n',
    );
    await plan();

    expect(scripts().at(-1)).toBe(`cp /dev/null ${path('told')}`);
    expect((await apply()).code).toBe(0);
    expect(existsSync(path('told'))).toBe(true);
  });
});

describe('a plan is refused before the first change', () => {
  const changes: readonly (readonly [what: string, change: () => void, told: RegExp])[] = [
    [
      'a file that it would write is there',
      () => writeFileSync(path('one'), 'by hand\n'),
      /"one" .*: planned file: absent → 6 bytes; now content: .* → /,
    ],
    [
      'a directory has another mode',
      () => chmodSync(rig.folder, 0o755),
      /"one" .*: stat ".*": answered mode 448, now mode 493/,
    ],
    [
      'a playbook has changed',
      () => appendFileSync(path('site.yaml'), '# x\n'),
      /other sources: plan again\n {2}site\.yaml has changed/,
    ],
    [
      'the inventory has another host',
      () => writeFileSync(path('hosts.yaml'), 'all: {hosts: {web1: , web2: }, vars: {d: "{{ playbook_dir }}"}}\n'),
      /the groups of the inventory has changed/,
    ],
    [
      'a variable has changed',
      () => writeFileSync(path('hosts.yaml'), 'all: {hosts: {web1: }, vars: {d: "{{ playbook_dir }}/."}}\n'),
      /the variables of .* has changed/,
    ],
    [
      'the plan was edited',
      () => writeFileSync(path('p.json'), text('p.json').replace('0700', '0777')),
      /p\.json was changed after it was made/,
    ],
    [
      'it is of another version',
      () => writeFileSync(path('p.json'), text('p.json').replace('"schema": 1', '"schema": 2')),
      /form 2; this version reads form 1/,
    ],
    ['the file is no plan', () => writeFileSync(path('p.json'), '{}'), /p\.json is not a plan/],
  ];

  test.for(changes)('if %s', async ([, change, told]) => {
    play(TWO);
    await plan();
    change();
    const { code, stdout, stderr } = await apply();

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(told);
    expect(existsSync(path('two'))).toBe(false);
  });

  test('if another one was approved', async () => {
    play(TWO);
    const hash = (await plan()).stdout.trim().split('sha256 ')[1] ?? '';

    expect((await apply('--approved', hash.replace(/./, 'x'))).stderr).toContain('the approved plan is another one');
    expect((await apply('--approved', hash)).code).toBe(0);
  });

  test('if it was made with the key of somebody else', async () => {
    play(TWO);
    await plan();

    expect((await run(['apply', 'p.json'], { RETRACE_HISTORY: 'other' })).stderr).toContain(
      'was made with another key, by ',
    );
  });

  test('if extra variables are others', async () => {
    play('- name: one\n  copy: { content: "{{ word }}", dest: "{{ d }}/one" }');
    await plan('-e', 'word=yes');

    expect((await apply()).code).toBe(1);
    expect((await apply('-e', 'word=no')).stderr).toContain('the extra variables (-e): the plan was made with others');
    expect((await apply('-e', 'word=yes')).code).toBe(0);
    expect(text('p.json')).not.toContain('word=yes');
  });

  test('if a file of the controller has changed', async () => {
    play('- name: one\n  copy: { src: data, dest: "{{ d }}/one" }');
    rig.write({ data: 'one\n' });
    await plan();
    rig.write({ data: 'two\n' });

    expect((await apply()).stderr).toContain('web1: "one" (site.yaml:5): ');
  });
});

describe('what a plan cannot hold', () => {
  const UNKNOWN = `
- name: one
  copy: { content: x, dest: "{{ d }}/one" }
- name: asks
  command: echo yes
  register: said
- name: two
  copy: { content: x, dest: "{{ d }}/two" }
  when: said.stdout == 'yes'
- name: three
  copy: { content: x, dest: "{{ d }}/three" }
`;

  test('is told, and the plan is applied up to there only if told to', async () => {
    play(UNKNOWN);
    const made = await plan();
    const shown = (await run(['plan', 'show', 'p.json'])).stdout;

    expect(made.code).toBe(3);
    expect(made.stdout).toContain('the plan does not hold everything on web1');
    expect(shown).toContain(
      'The plan does not hold everything\n  web1: ends before two (site.yaml:10): depends on "asks"',
    );
    expect(shown).toContain('After that, and not in the plan\n  web1: three: ');
    const refused = await apply();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--up-to-unknown');
    expect(existsSync(path('one'))).toBe(false);
    const applied = await apply('--up-to-unknown');
    expect(applied.code).toBe(0);
    expect(applied.stdout).toContain('the plan ends here: depends on "asks"');
    expect(['one', 'two', 'three'].map((name) => existsSync(path(name)))).toEqual([true, false, false]);
  });

  test('is what is random', async () => {
    play('- name: one\n  copy: { content: "{{ 99999999 | random }}", dest: "{{ d }}/one" }');

    expect((await plan()).code).toBe(3);
    expect((await run(['plan', 'show', 'p.json'])).stdout).toContain(
      'its commands are others each time they are computed',
    );
  });

  test('is a job in the background', async () => {
    play('- name: one\n  command: "true"\n  async: 10\n  poll: 0');
    await plan();

    expect(planned().hosts['web1']?.ends?.reason).toBe('it starts a job in the background, whose name is random');
  });

  test('is what comes after a failure', async () => {
    play('- name: one\n  fail: { msg: nope }\n- name: two\n  command: "true"');

    expect((await plan()).code).toBe(3);
    expect(planned().hosts['web1']?.ends).toMatchObject({ kind: 'failed', reason: 'nope' });
  });
});

describe('a plan that is applied', () => {
  test('is left as soon as other commands would be needed, which are not sent', async () => {
    play(`
- name: deploy
  shell: mkdir {{ d }}/two
- name: two
  file: { path: "{{ d }}/two", state: directory, mode: "0700" }
- name: three
  copy: { content: x, dest: "{{ d }}/three" }
`);
    await plan();
    const { code, stdout } = await apply();

    expect(code).toBe(2);
    expect(stdout).toContain('nothing was sent: its commands are not the planned ones');
    expect(statSync(path('two')).mode & 0o777).toBe(0o755);
    expect(existsSync(path('three'))).toBe(false);
  });

  test('tells that it was left even if the failure is ignored', async () => {
    play(`
- name: deploy
  shell: mkdir {{ d }}/two
- name: two
  file: { path: "{{ d }}/two", state: directory, mode: "0700" }
  ignore_errors: true
`);
    await plan();
    const { code, stderr } = await apply();

    expect(code).toBe(2);
    expect(stderr).toContain('run apply: web1 has left its plan: its commands are not the planned ones');
  });

  test('tells what was not needed in the end', async () => {
    play(`
- name: deploy
  shell: mkdir -m 0700 {{ d }}/two
- name: two
  file: { path: "{{ d }}/two", state: directory, mode: "0700" }
`);
    await plan();
    const { code, stderr } = await apply();

    expect(code).toBe(2);
    expect(stderr).toMatch(/run apply: web1: \d planned commands? (was|were) not sent, from "two" on/);
  });

  test('tries again as often as planned', async () => {
    play(`
- name: counts
  shell: echo >>{{ d }}/count; test $(wc -l <{{ d }}/count) = 3
  register: r
  until: r is succeeded
  retries: 5
  delay: 0
  changed_when: true
`);
    await plan();

    expect((await apply()).code).toBe(0);
    expect(text('count')).toBe('\n\n\n');
  });

  test('runs what its author lets run in a check, whatever it says', async () => {
    play(`
- name: now
  command: date +%N
  check_mode: false
  changed_when: false
  register: r
- name: one
  copy: { content: x, dest: "{{ d }}/one" }
`);
    await plan();

    expect((await apply()).code).toBe(0);
    expect((await run(['plan', 'show', 'p.json'])).stdout).toContain('Runs in every check, as its author says');
  });

  test('is in the history with its hash', async () => {
    play(TWO);
    const hash = (await plan()).stdout.trim().split('sha256 ')[1] ?? '';
    await apply();

    expect((await run(['history'])).stdout).toMatch(
      new RegExp(`^1 .* run .* site\\.yaml plan ${hash.slice(0, 12)}\\n$`),
    );
  });
});

test('no secret is in a plan', async () => {
  play(
    `
- name: of the vault
  copy: { content: "a {{ vaulted }} b", dest: "{{ d }}/one" }
- name: no log
  shell: echo marker-two >{{ d }}/two
  no_log: true
- name: of a prompt
  command: echo {{ asked }}
- name: in items
  copy: { content: "{{ item }}", dest: "{{ d }}/four" }
  loop: [marker-four]
  no_log: true
- name: in the environment
  command: "true"
  environment: { TOKEN: "{{ vaulted }}" }
- name: in a question
  command: "true"
  args: { unless: "grep {{ vaulted }} {{ d }}/x" }
`,
    '  vars_files: [vault.yaml]\n  vars_prompt: [{name: asked, prompt: word, default: marker-three}]\n',
  );
  rig.write({ 'vault.yaml': 'vaulted: marker-one\n', pass: 'pass\n' });
  await run(['vault', 'encrypt', 'vault.yaml', '--vault-password-file', 'pass']);
  const made = await plan('--vault-password-file', 'pass');

  expect(made).toMatchObject({ code: 2, stderr: '' });
  expect(text('p.json')).not.toContain('marker');
  expect(Object.keys(planned().hosts['web1'] ?? {})).not.toContain('ends');
  expect(await apply()).toMatchObject({ code: 0 });
  expect(text('one')).toBe('a marker-one b');
  expect(text('two')).toBe('marker-two\n');
});

test('a command line that makes no sense is refused', async () => {
  play(TWO);

  expect((await run(['plan', 'site.yaml', '-i', 'hosts.yaml'])).stderr).toContain('-o FILE');
  expect((await run(['plan', 'show'])).stderr).toContain('expected `show FILE`');
  expect((await run(['plan', 'show', 'none.json'])).stderr).toContain('none.json: no such file');
  expect((await plan('-o', 'no/where.json')).stderr).toContain('there is no directory no');
  expect((await run(['apply', 'hosts.yaml'])).stderr).toContain('hosts.yaml is not a plan');
});
