import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { fromJs, isTemplateText } from '../../src/core/value.ts';
import { loadYaml } from '../../src/yaml/load.ts';
import { locationOf } from '../../src/yaml/places.ts';
import { loadPlain } from '../../src/yaml/plain-values.ts';

/** Texts that look enough like YAML to reach its corner cases. */
const yamlish = fc
  .array(
    fc.constantFrom(
      'a',
      'b: ',
      '- ',
      '\n',
      '  ',
      ': ',
      '#',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '&x ',
      '*x',
      '!t ',
      '|',
      '>',
      '?',
      '%',
      '\t',
      '{{',
      '---\n',
      '\\',
      '<<',
      '0',
      'é',
    ),
  )
  .map((parts) => parts.join(''));

const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('loadYaml, whatever the text', () => {
  test('never throws, and places mistakes inside the text', () => {
    fc.assert(
      fc.property(yamlish, (text) => {
        const loaded = loadYaml(text, 'f');
        const lines = text.split('\n');

        for (const { at } of loaded.ok ? [] : loaded.error) {
          expect(at!.line).toBeLessThanOrEqual(lines.length);
          expect(at!.column).toBeLessThanOrEqual((lines[at!.line - 1]?.length ?? 0) + 1);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('reads JSON as JSON', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(loadPlain(JSON.stringify(value))).toEqual({ ok: true, value: fromJs(value) });
      }),
    );
  });

  test('reads the YAML 1.1 output of the yaml package', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(loadPlain(stringify(value, { version: '1.1' }))).toEqual({ ok: true, value: fromJs(value) });
      }),
    );
  });

  test('records where each value of a dict was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer()), (dict) => {
        const loaded = loadYaml(stringify(dict, { version: '1.1' }), 'f');
        const map = loaded.ok ? loaded.value.value : null;

        for (const [key, value] of Object.entries(dict)) expect(locationOf(map, key)?.source).toBe(String(value));
      }),
    );
  });

  test('makes a template of a string exactly if it contains braces', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const loaded = loadYaml(JSON.stringify([text]), 'f');
        const [value] = loaded.ok ? (loaded.value.value as unknown[]) : [];

        expect(typeof value === 'string').toBe(!isTemplateText(text));
      }),
    );
  });
});
