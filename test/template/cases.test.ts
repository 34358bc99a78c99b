import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromJs, toJs } from '../../src/core/value.ts';
import { defaultEnv, evaluateExpression, renderTemplate, TemplateError } from '../../src/template/index.ts';

interface Case {
  readonly kind: 't' | 'e';
  readonly cat: string;
  readonly src: string;
  readonly exp?: unknown;
  readonly err?: boolean;
  readonly pyerr?: string;
  readonly lstrip?: boolean;
}

interface Fixture {
  readonly ctx: Record<string, unknown>;
  readonly tpl: Record<string, string>;
  readonly cases: readonly Case[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/templating-cases.json', import.meta.url), 'utf8'),
);

const variables = new Map(Object.entries(fixture.ctx).map(([name, value]) => [name, fromJs(value)]));
const scope = { get: (name: string) => variables.get(name), names: () => variables.keys() };
const env = defaultEnv({
  searchPath: () => ['/templates'],
  readFile: (path) => {
    const text = fixture.tpl[path.replace('/templates/', '')];
    return text === undefined ? undefined : Buffer.from(text);
  },
});

const run = ({ kind, src, lstrip = false }: Case): unknown =>
  kind === 't'
    ? renderTemplate(src, '/templates/case.j2', { lstrip_blocks: lstrip, keep_trailing_newline: true }, scope, env)
    : toJs(evaluateExpression(src, undefined, scope, env));

describe('templates have the same results as in Python and Ansible', () => {
  test.for(fixture.cases.filter(({ err }) => !err))('$cat: $src', (each) => {
    expect(run(each)).toEqual(each.exp);
  });

  test.for(fixture.cases.filter(({ err }) => err))('$cat: $src fails', (each) => {
    // Python's message follows the name of its exception.
    const message = each.pyerr!.replace(/^\w+: /, '');

    expect(() => run(each)).toThrow(TemplateError);
    expect(() => run(each)).toThrow(message);
  });
});
