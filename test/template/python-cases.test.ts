import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isTemplateText, type Raw, Template, type Value } from '../../src/core/value.ts';
import {
  defaultEnv,
  evaluate,
  evaluateCondition,
  evaluateExpression,
  renderTemplate,
  repr,
  TemplateError,
} from '../../src/template/index.ts';
import { parseJson } from '../../src/template/python/json.ts';

type Case = readonly [kind: 'e' | 'v' | 't' | 'w', source: string, result: string | null, message?: string];

const folder = fileURLToPath(new URL('../fixtures/template', import.meta.url));
const text = readFileSync(`${folder}/python-cases.json`, 'utf8').replaceAll('FIXTURES', folder);
const fixture: Record<string, readonly Case[]> = JSON.parse(text);
const variables = (parseJson(text) as Map<Value, Value>).get('variables') as Map<Value, Value>;

function written(value: Value): Raw {
  if (typeof value === 'string') return isTemplateText(value) ? new Template(value) : value;
  if (Array.isArray(value)) return value.map(written);
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, written(item)])) : value;
}

const scope = {
  get: (name: string) => (variables.has(name) ? written(variables.get(name)!) : undefined),
  names: () => [...variables.keys()] as string[],
  written: () => true,
};
const env = defaultEnv({ searchPath: () => [folder], folder });

/** Python's output for Ansible's result: without jinja2_native a lone number is text. */
function run([kind, source]: Case): string {
  if (kind === 'e') return repr(evaluateExpression(source, undefined, scope, env));
  if (kind === 'w') return repr(evaluateCondition(new Template(source), scope, env).value);
  return repr(
    kind === 'v'
      ? evaluate(new Template(source), scope, env)
      : renderTemplate(source, `${folder}/x.j2`, {}, scope, env),
  );
}

for (const theme of Object.keys(fixture).filter((name) => name !== 'about' && name !== 'variables')) {
  const cases = fixture[theme]!;

  describe(`the same results as in Ansible: ${theme}`, () => {
    test.for(cases.filter(([, , result]) => result !== null))('%s %s', (each) => {
      expect(run(each)).toBe(each[2]);
    });

    test.for(cases.filter(([, , result]) => result === null))('%s %s fails', (each) => {
      expect(() => run(each)).toThrow(TemplateError);
      if (each[3]) expect(() => run(each)).toThrow(each[3]);
    });
  });
}
