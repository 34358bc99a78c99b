import { describe, expect, test } from 'vitest';
import type { Expression } from '../../src/core/value.ts';
import addHost from '../../tasks/add_host.ts';
import assertType from '../../tasks/assert.ts';
import debug from '../../tasks/debug.ts';
import fail from '../../tasks/fail.ts';
import groupBy from '../../tasks/group_by.ts';
import includeVars from '../../tasks/include_vars.ts';
import pause from '../../tasks/pause.ts';
import ping from '../../tasks/ping.ts';
import setFact from '../../tasks/set_fact.ts';
import validateArgumentSpec from '../../tasks/validate_argument_spec.ts';
import { planOn, runHere } from './harness.ts';

describe('debug', () => {
  test('prints its message', async () => {
    expect(await runHere(debug, { msg: 'hi' })).toMatchObject({ status: 'ok', result: { msg: 'hi' } });
  });

  test('prints a variable under its name', async () => {
    expect(
      await runHere(
        debug,
        { var: 'x' },
        { controller: { evaluate: ({ value }) => ({ name: String(value), value: `${value} is 3` }) } },
      ),
    ).toMatchObject({
      result: { x: 'x is 3' },
    });
  });

  test('is skipped below its verbosity', async () => {
    expect(await runHere(debug, { msg: 'hi', verbosity: 2 })).toMatchObject({
      status: 'skipped',
      message: 'Verbosity threshold not met.',
    });
  });
});

describe('assert', () => {
  const broken = ({ value }: Expression) => {
    const condition = (value as readonly string[]).find((one) => one !== 'yes');
    return condition === undefined ? undefined : { condition };
  };

  test('is ok if all conditions hold', async () => {
    expect(await runHere(assertType, { that: ['yes', 'yes'] }, { controller: { broken } })).toMatchObject({
      status: 'ok',
      result: { msg: 'All assertions passed', _ansible_verbose_always: true },
    });
  });

  test('names the first condition that does not hold', async () => {
    expect(
      await runHere(assertType, { that: ['yes', 'no', 'never'], msg: 'oh no' }, { controller: { broken } }),
    ).toMatchObject({
      status: 'failed',
      message: 'oh no',
      result: { assertion: 'no', evaluated_to: false, msg: 'oh no' },
    });
  });
});

describe('fail', () => {
  test('fails with its message', async () => {
    expect(await runHere(fail, { msg: 'enough' })).toMatchObject({
      status: 'failed',
      message: 'enough',
      result: { msg: 'enough' },
    });
  });
});

describe('set_fact', () => {
  test('returns its parameters as facts, with yes and no as booleans', () => {
    expect(planOn(setFact, {}, { a: 'yes', b: [1], c: 'False', d: '5' })).toMatchObject({
      changes: [],
      result: { ansible_facts: { a: true, b: [1], c: false, d: '5' }, _ansible_facts_cacheable: false },
    });
  });

  test('rejects an invalid variable name', () => {
    expect(planOn(setFact, {}, { 'a b': 1 })).toMatchObject({ failed: expect.stringContaining("'a b' is not valid") });
  });

  test('rejects an empty set of facts', () => {
    expect(planOn(setFact, {}, { cacheable: true })).toHaveProperty('failed');
  });
});

describe('pause', () => {
  test('waits for the given time', async () => {
    const started = Date.now();

    const { result } = (await runHere(
      pause,
      { seconds: 1 },
      { controller: { wait: (ms) => new Promise((done) => setTimeout(done, ms)) } },
    )) as unknown as { result: object };

    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
    expect(result).toMatchObject({ stdout: 'Paused for 1.0 seconds', delta: 1, rc: 0, user_input: '' });
  });

  test('does not wait in a check', async () => {
    expect(await runHere(pause, { minutes: 5 }, { check: true })).toMatchObject({ status: 'ok' });
  });
});

describe('ping', () => {
  test.for([
    [{}, { status: 'ok', result: { ping: 'pong' } }],
    [{ data: 'hi' }, { status: 'ok', result: { ping: 'hi' } }],
    [{ data: 'crash' }, { status: 'failed' }],
  ] as const)('with %j returns %j', async ([args, told]) => {
    expect(await runHere(ping, args)).toMatchObject(told);
  });
});

describe('validate_argument_spec', () => {
  const controller = {
    variable: (name: string) => (name === 'port' ? { value: 'eighty', float: false } : undefined),
  };

  test('accepts valid arguments', async () => {
    const argument_spec = {
      port: { type: 'int', required: true },
      hosts: { type: 'list', elements: 'dict', options: { name: { required: true } } },
    };
    expect(
      await runHere(
        validateArgumentSpec,
        { argument_spec, provided_arguments: { port: '80', hosts: [{ name: 'a' }] } },
        { controller },
      ),
    ).toMatchObject({
      status: 'ok',
      result: { msg: 'The arg spec validation passed' },
    });
  });

  test('reports all mistakes, including those in variables', async () => {
    const argument_spec = {
      port: { type: 'int' },
      a: { required: true },
      b: { required: true },
      c: { choices: ['x', 'y'] },
    };
    expect(
      await runHere(validateArgumentSpec, { argument_spec, provided_arguments: { c: 'z' } }, { controller }),
    ).toMatchObject({
      status: 'failed',
      result: {
        argument_errors: [
          'missing required arguments: a, b',
          "argument 'port' is of type <class 'str'> and we were unable to convert to int: <class 'str'> cannot be converted to an int",
          'value of c must be one of: x, y, got: z',
        ],
      },
    });
  });
});

describe('include_vars', () => {
  const files: Record<string, string> = {
    'B/z.yml': '{"x": {"z": 4}}',
    'a.yaml': '{"x": {"a": 1}}',
    'b.yml': '{"x": {"b": 2}}',
    'c.txt': '{"x": {"c": 3}}',
    plain: '{"x": {"p": 5}}',
    'to-dir': '',
    'to-nothing': '',
  };
  const kindOf = (path: string) => (path.startsWith('to-') ? ('link' as const) : ('file' as const));
  const controller = {
    find: (_kind: string, name: string) =>
      name.endsWith('to-nothing')
        ? { ok: false as const, searched: [name] }
        : { ok: true as const, path: name.startsWith('/') ? name : `/v/${name}` },
    isDirectory: (path: string) => path === '/v/d' || path.endsWith('/to-dir'),
    readTree: () => Object.keys(files).map((path) => ({ path, kind: kindOf(path), mode: 0o644 })),
    readFile: (path: string) => Buffer.from(files[path.replace(/^\/v\/(d\/)?/, '')]!),
    parseVars: (text: string) => JSON.parse(text),
  };

  test.for([
    [{ file: 'a.yaml' }, { x: { a: 1 } }],
    [{ file: 'a.yaml\n' }, { x: { a: 1 } }],
    [{ file: 'a.yaml', name: 'all' }, { all: { x: { a: 1 } } }],
    [{ dir: 'd', ignore_unknown_extensions: true }, { x: { z: 4 } }],
    [{ dir: 'd', ignore_unknown_extensions: true, depth: 1 }, { x: { b: 2 } }],
    [{ dir: 'd', ignore_unknown_extensions: true, hash_behaviour: 'merge' }, { x: { a: 1, b: 2, z: 4 } }],
    [{ dir: 'd', ignore_unknown_extensions: true, extensions: [''] }, { x: { p: 5 } }],
    [{ dir: 'd', files_matching: '^a' }, { x: { a: 1 } }],
    [{ dir: 'd', ignore_files: ['b.yml', 'c.txt', 'plain', 'z.*'] }, { x: { a: 1 } }],
  ] as const)('with %j gives %j', async ([args, vars]) => {
    expect(await runHere(includeVars, args, { controller })).toMatchObject({
      status: 'ok',
      result: { ansible_facts: vars },
    });
  });

  test('reads the files of a directory before those in its subdirectories, and no link that leads to no file', async () => {
    const args = { dir: 'd', extensions: ['', 'txt', 'yaml', 'yml'] };
    expect(await runHere(includeVars, args, { controller })).toHaveProperty(
      'result.ansible_included_var_files',
      ['a.yaml', 'b.yml', 'c.txt', 'plain', 'B/z.yml'].map((path) => `/v/d/${path}`),
    );
  });

  test.for([
    [{ dir: 'd' }, '/v/d/c.txt does not have a valid extension', ['/v/d/a.yaml', '/v/d/b.yml']],
    [{ dir: 'd', files_matching: 'c' }, '/v/d/c.txt does not have a valid extension', []],
    [{ file: 'to-nothing' }, 'Could not find or access', []],
    [{ file: '' }, 'Could not find file', []],
  ] as const)('with %j fails: %s', async ([args, message, read]) => {
    const why = expect.stringContaining(message);
    expect(await runHere(includeVars, args, { controller })).toMatchObject({
      status: 'failed',
      message: why,
      result: { message: why, ansible_facts: {}, ansible_included_var_files: read },
    });
  });
});

describe('add_host and group_by', () => {
  test('tell the engine what to add', () => {
    expect(planOn(addHost, {}, { name: 'a:2222', groups: 'x, y', color: 'red' })).toMatchObject({
      result: { add_host: { name: 'a', groups: ['x', 'y'], vars: { color: 'red', ansible_ssh_port: 2222 } } },
    });
    expect(planOn(groupBy, {}, { key: 'os Debian 12' })).toMatchObject({
      result: { add_group: { name: 'os-Debian-12', parents: ['all'] } },
    });
  });
});
