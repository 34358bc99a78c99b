import { describe, expect, test } from 'vitest';
import { bindParams, checkParams } from '../../src/core/bind-params.ts';
import type { ParamSpec } from '../../src/core/params.ts';
import type { TaskType } from '../../src/core/task-type.ts';
import { isDict, type Raw, type Value } from '../../src/core/value.ts';
import { createFiles } from '../../src/language/files.ts';
import { loadPlaybooks } from '../../src/language/playbook.ts';
import { canonical, taskTypes } from '../../tasks/index.ts';

const types = Object.entries(taskTypes);
const byName = new Map(types);
const typeOf = (name: string): TaskType | undefined => byName.get(canonical(name) ?? '');

describe.for(types)('%s', ([name, type]) => {
  test('has its registered name, and a one-sentence summary', () => {
    expect(canonical(type.name)).toBe(name);
    expect(type.summary).toMatch(/^\p{Lu}.*\.$|^[a-z_]+ .*\.$|^.*[.]$/u);
    expect(type.summary.length).toBeLessThan(140);
  });

  test('documents each parameter', () => {
    expect(undocumented(type.params)).toEqual([]);
  });

  test('has defaults of the right type, among the choices', () => {
    for (const [param, spec] of Object.entries<ParamSpec>(type.params)) {
      if (spec.default === undefined) continue;
      const bound = bindParams(
        { name, params: { [param]: { ...spec, required: false } } },
        new Map<Value, Raw>([[param, rawOf(spec.default)]]),
      );
      expect(bound, `${param}: ${JSON.stringify(spec.default)}`).toMatchObject({ ok: true });
    }
  });

  test.skipIf(type.anyParams === true || Object.keys(type.params).every((param) => param.length < 4))(
    'rejects a mistyped parameter, with a suggestion',
    () => {
      const meant = Object.keys(type.params).find((param) => param.length >= 4)!;
      const typo = `${meant.slice(0, 2)}${meant[3]}${meant[2]}${meant.slice(4)}`;
      if (typo === meant || typo in type.params) return;

      const problems = checkParams(type, new Map<Value, Raw>([[typo, 'x']]));

      expect(problems).toContainEqual(
        expect.objectContaining({ code: 'unknown-parameter', hint: expect.stringMatching(/^did you mean/) }),
      );
    },
  );

  test('has examples that load and bind', () => {
    expect(type.examples.length).toBeGreaterThan(0);
    for (const { title, yaml } of type.examples) expect(problemsOf(yaml), title).toEqual([]);
  });
});

function undocumented(specs: Readonly<Record<string, ParamSpec>>): string[] {
  return Object.entries(specs).flatMap(([name, spec]) => [
    ...(spec.doc === undefined && spec.ignored === undefined ? [name] : []),
    ...undocumented(spec.options ?? {}).map((inner) => `${name}.${inner}`),
  ]);
}

const rawOf = (data: unknown): Raw =>
  Array.isArray(data)
    ? data.map(rawOf)
    : typeof data === 'object' && data !== null
      ? new Map(Object.entries(data).map(([key, value]) => [key, rawOf(value)]))
      : (data as Raw);

/** The problems of an example, as the only task of a playbook. */
function problemsOf(yaml: string): string[] {
  const text = `- hosts: all\n  tasks:\n    - ${yaml.replace(/\n/g, '\n      ')}\n`;
  const files = {
    ...createFiles(),
    readText: (path: string) => (path === '/example.yaml' ? text : undefined),
    isFile: (path: string) => path === '/example.yaml',
  };
  const loaded = loadPlaybooks(['/example.yaml'], { files, taskType: typeOf });
  if (!loaded.ok) return loaded.error.map((one) => one.message);
  return loaded.value[0]!.plays[0]!.items.flatMap((item) => {
    if (item.kind !== 'task') return [];
    const type = typeOf(String(item.type));
    if (type === undefined) return [`${String(item.type)} is not a task type`];
    return checkParams(type, isDict(item.args) || item.args === null ? item.args : new Map()).map((one) => one.message);
  });
}
