import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { adHoc } from '../../src/cli/ad-hoc.ts';
import { type Command, callCommand, optionsOf } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { playbooks } from '../../src/cli/commands/playbooks.ts';
import { run as ourFace } from '../../src/cli/face.ts';
import type { OptionSpec } from '../../src/core/command-line.ts';
import { ANSIBLE_FORMS, OUTPUT_FORMS } from '../../src/report/forms/index.ts';
import { keepingIo } from '../language/inventory/command-io.ts';
import { Rig } from './rig.ts';
import { worldWith } from './world.ts';

async function call(command: Command, argv: readonly string[]) {
  const { io, written } = keepingIo({ cwd: '/' });
  const code = await callCommand(command, argv, worldWith(io));
  return { code, ...written };
}

const called = ({ name }: Command): string => (name === '' ? 'PLAYBOOK' : name);
const all = [playbooks, adHoc, ...commands].map((command) => [called(command), command] as const);

/** The files in a directory whose descriptions are listed in the registry next to them. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(import.meta.dirname, '../../src', folder))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .sort();

describe('the registries', () => {
  test('every file in src/cli/commands is a registered command', () => {
    const names = [...commands.map(({ name }) => name), 'playbooks'];

    expect(filesIn('cli/commands')).toEqual(names.map((name) => `${name}.ts`).sort());
  });

  test('every file in src/report/forms is a registered form', () => {
    const names = [...OUTPUT_FORMS, ...ANSIBLE_FORMS.values()].map(({ name }) => name);

    expect(filesIn('report/forms')).toEqual(names.map((name) => `${name}.ts`).sort());
  });

  test.for(OUTPUT_FORMS.map((form) => [form.name, form] as const))('the help lists the form %s', async ([, form]) => {
    const { stdout } = await call(playbooks, ['--help']);

    expect(stdout).toContain(`  ${form.name.padEnd(5)}  ${form.summary}\n`);
  });
});

describe('each registered command', () => {
  test.for(all)('%s has help that lists its options, and --help exits with 0', async ([, command]) => {
    const long = await call(command, ['--help']);
    const short = await call(command, ['-h']);

    expect(long).toEqual({ ...short, code: 0, stderr: '' });
    expect(long.stdout).toContain('usage: ');
    if (command.passesOn === undefined)
      for (const option of Object.keys(optionsOf(command, ourFace))) expect(long.stdout).toContain(`--${option}`);
  });

  test.for(commands.map((command) => [command.name] as const))('`run help %s` is its --help', async ([name]) => {
    const [help, command] = ['help', name].map((one) => commands.find((known) => known.name === one));

    expect(await call(help!, [name])).toEqual(await call(command!, ['--help']));
  });

  test.for(commands.map((command) => [command.name, command] as const))(
    '%s is listed in the overview',
    async ([, command]) => {
      const { stdout } = await call(playbooks, ['--help']);

      expect(stdout).toContain(`  ${command.name.padEnd(12)}  ${command.summary}\n`);
    },
  );

  test.for(all)('%s defines no spelling of an option twice', ([, command]) => {
    const spellings = Object.entries(optionsOf(command, ourFace)).flatMap(([name, { short, aliases = [] }]) => [
      name,
      ...aliases,
      ...(short === undefined ? [] : [`-${short}`]),
    ]);

    expect(spellings).toEqual([...new Set(spellings)]);
  });

  test.for(all.filter(([, { passesOn }]) => passesOn === undefined))(
    '%s refuses an unknown option, with a suggestion',
    async ([, command]) => {
      const { code, stdout, stderr } = await call(command, ['--hlep']);

      expect([code > 0, stdout]).toEqual([true, '']);
      expect(stderr).toContain('--hlep is not an option; did you mean --help?');
    },
  );
});

/** Invalid values for an option of this type, and the resulting messages; none if any text is valid. */
function wrongValues(spec: OptionSpec): readonly (readonly [string, string])[] {
  if (spec.type === 'int')
    return [
      ['x', 'expected an integer, got "x"'],
      ['1.5', 'expected an integer, got "1.5"'],
      ['', 'expected an integer, got ""'],
      ...(spec.min === undefined
        ? []
        : [[String(spec.min - 1), `expected an integer of at least ${spec.min}, got "${spec.min - 1}"`] as const]),
    ];
  const empty = ['', 'expected a value, got an empty one'] as const;
  if (spec.type === 'list') return [empty, [' , ', empty[1]]];
  if (spec.type === 'text' || spec.type === 'path')
    return [
      ...(spec.mayBeEmpty === true ? [] : [empty]),
      ...(spec.type === 'path' && spec.exists !== undefined
        ? [['no/such', `there is no such ${spec.exists}: no/such`] as const]
        : []),
    ];
  if (spec.type !== 'choice') return [];
  const [first = ''] = spec.choices;
  return [
    ['#', `expected one of ${spec.choices.join(', ')}, got "#"`],
    [`${first}x`, `got "${first}x"; did you mean "${first}"?`],
  ];
}

const options = all.flatMap(([name, command]) =>
  command.passesOn === true
    ? []
    : Object.entries(optionsOf(command, ourFace)).map(([option, spec]) => [name, option, spec, command] as const),
);

describe('each option in the tables', () => {
  test.for(
    options.flatMap(([name, option, spec, command]) =>
      wrongValues(spec).map((wrong) => [name, option, ...wrong, command] as const),
    ),
  )('%s --%s %j is rejected: %s', async ([, option, value, message, command]) => {
    const { code, stdout, stderr } = await call(command, [`--${option}=${value}`]);

    expect([code > 0, stdout]).toEqual([true, '']);
    expect(stderr).toContain(`--${option}: `);
    expect(stderr).toContain(message);
  });

  test.for(options)('%s --%s needs a value, or accepts none', async ([, option, spec, command]) => {
    const isSwitch = spec.type === 'switch' || spec.type === 'count';

    const { code, stderr } = await call(command, [isSwitch ? `--${option}=x` : `--${option}`]);

    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(isSwitch ? `--${option} takes no value` : `--${option} needs a value: `);
  });
});

describe('a mistyped command line is reported with a suggestion', () => {
  test.for([
    [['help', 'vualt'], 'run help: "vualt" is not a command; did you mean "vault"?'],
    [['help', 'copy'], 'run help: "copy" is not a command but a task type: `run doc copy` describes it'],
    [['check', 'site.yml'], 'run: "check" is neither a command nor a playbook; did you mean --check?'],
    [['lnt', 'site.yml'], 'run: "lnt" is neither a command nor a playbook; did you mean "lint"?'],
    [['lint', 'sit.yml'], 'run lint: cannot find the playbook sit.yml; did you mean "site.yml"?'],
    [['lint'], 'run lint: no playbook was given'],
    [['inventory', '--lsit'], 'run inventory: --lsit is not an option; did you mean --list?'],
    [['vault', 'decrpyt', 'x'], 'got "decrpyt"; did you mean "decrypt"?'],
    [['vault'], 'run vault: expected one of create, '],
    [['completion', 'fsh'], 'run completion: expected one of bash, zsh, fish, got "fsh"'],
    [['vars'], 'run vars: no host was given'],
    [['vars', 'h', 'n', 'x'], 'run vars: unexpected argument "x"'],
    [['lab', 'stauts'], 'got "stauts"; did you mean "status"?'],
    [['doc', '--search', 'snapshot nosuchword'], 'no task type contains `snapshot` and `nosuchword`'],
    [['doc', 'copi'], '`copi` is not a task type; did you mean `copy`?'],
    [
      ['site.yml', '--private-key', 'site.ym'],
      '--private-key: there is no such file: site.ym; did you mean "site.yml"?',
    ],
    [['site.yml', '--limit', ''], '--limit: expected a value, got an empty one'],
    [['link-ansible', 'a', 'b'], 'run link-ansible: unexpected argument "b"'],
    [['site.yml', '--output', 'jsn'], '--output: expected one of live, plain, json'],
  ] as const)('%j', async ([argv, message]) => {
    using rig = new Rig().write({ 'site.yml': '- hosts: localhost\n' });

    const { code, stdout, stderr } = await rig.run(argv);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });
});

describe('completion', () => {
  test.for(['bash', 'zsh', 'fish'] as const)('%s accepts the script', async (shell) => {
    const isThere = spawnSync(shell, ['--version']).status === 0;
    const { stdout } = await call(commands.find(({ name }) => name === 'completion')!, [shell]);

    using rig = new Rig().write({ script: stdout });
    const read = spawnSync(shell, ['-n', 'script'], { cwd: rig.folder, encoding: 'utf8' });

    if (isThere) expect(read).toMatchObject({ status: 0, stderr: '' });
    for (const { name } of commands) expect(stdout).toContain(name);
  });

  test.for([
    [['v'], ['vars', 'vault']],
    [['vault', 'de'], ['decrypt']],
    [['vault', 'view', '--ask'], ['--ask-vault-pass']],
    [
      ['lint', '--'],
      ['--document', '--clone', '--deployed-at', '--inventory', '--output', '--help'],
    ],
    [
      ['help', 'li'],
      ['lint', 'link-ansible'],
    ],
    [['p.yaml', '--output', 'p'], ['plain']],
    [['vault', 'view', '--output', 'p'], []],
  ] as const)('bash: %j', async ([typed, expected]) => {
    using rig = new Rig();
    const { stdout } = await call(commands.find(({ name }) => name === 'completion')!, ['bash']);
    const asked = `${stdout}\nCOMP_WORDS=(run ${typed.join(' ')}) COMP_CWORD=${typed.length}\n_run_complete\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`;

    const answered = execFileSync('bash', { cwd: rig.folder, input: asked, encoding: 'utf8' });

    expect(answered.split('\n').filter((line) => line !== '')).toEqual(expected);
  });
});
