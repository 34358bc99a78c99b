import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raw, Value } from '../../../src/core/value.ts';
import type { VarsLayer } from '../../../src/language/model.ts';
import { composeScope } from '../../../src/language/variables/compose-scope.ts';
import { LEVELS, type Level } from '../../../src/language/variables/levels.ts';

const layer = (level: Level, vars: Record<string, Raw>, from = `level ${level}`): VarsLayer => ({
  level,
  from,
  vars: new Map(Object.entries(vars).map(([name, value]) => [name, { value }])),
});
const dict = (entries: Record<string, Raw>) => new Map<Value, Raw>(Object.entries(entries)) as Raw;

describe('composeScope', () => {
  test('the highest level wins, whatever the order', () => {
    const scope = composeScope({
      host: { layers: [layer(3, { a: 'group', b: 'group' }), layer(8, { a: 'host' })] },
      state: [layer(22, { a: 'extra' }), layer(11, { a: 'fact', c: 'fact' })],
      item: { layers: [layer(2, { a: 'default', c: 'default', d: 'default' }), layer(17, { a: 'task' })] },
    });

    expect([...'abcde'].map((name) => scope.get(name))).toEqual(['extra', 'group', 'fact', 'default', undefined]);
  });

  test('where a role is counts as written, the name of a host does not', () => {
    const magic = new Map(['role_path', 'inventory_hostname'].map((name) => [name, () => 'x']));
    const scope = composeScope({ host: { layers: [] }, magic });

    expect([scope.written('role_path'), scope.written('inventory_hostname')]).toEqual([true, false]);
  });

  test('the later of two equal levels wins', () => {
    const scope = composeScope({ host: { layers: [layer(6, { a: 'first' }), layer(6, { a: 'second' })] } });

    expect(scope.get('a')).toBe('second');
  });

  test('all levels yield the same value in any order', () => {
    const levels = Object.values(LEVELS);
    fc.assert(
      fc.property(fc.shuffledSubarray(levels, { minLength: 1 }), (some) => {
        const scope = composeScope({ host: { layers: [] }, state: some.map((level) => layer(level, { a: level })) });

        expect(scope.get('a')).toBe(Math.max(...some));
      }),
    );
  });

  test('magic variables override all others, and are computed only on access', () => {
    let touched = 0;
    const magic = new Map([['a', () => ++touched]]);
    const scope = composeScope({ host: { layers: [layer(22, { a: 'x', b: 'y' })] }, magic });

    expect(scope.get('b')).toBe('y');
    expect(touched).toBe(0);
    expect(scope.get('a')).toBe(1);
  });

  test('a null hides what is below it', () => {
    const scope = composeScope({ host: { layers: [layer(3, { a: 'x' }), layer(8, { a: null })] } });

    expect(scope.get('a')).toBeNull();
  });

  test('lists each name once', () => {
    const scope = composeScope({
      host: { layers: [layer(3, { a: 1, b: 1 }), layer(8, { b: 2 })] },
      magic: new Map([['m', () => 1]]),
    });

    expect([...scope.names()].sort()).toEqual(['a', 'b', 'm']);
  });

  test('passes on exceptions of a layer, and only on access', () => {
    const pending = new Error('pending');
    const vars = new Map<string, { value: Raw }>();
    vars.get = (name) => {
      if (name.startsWith('ansible_')) throw pending;
      return undefined;
    };
    const scope = composeScope({ host: { layers: [layer(3, { a: 1 })] }, state: [{ level: 11, from: 'facts', vars }] });

    expect(scope.get('a')).toBe(1);
    expect(() => scope.get('ansible_os_family')).toThrow(pending);
  });
});

describe('composeScope with hash_behaviour=merge', () => {
  const merging = (...layers: VarsLayer[]) => composeScope({ host: { layers }, hashBehaviour: 'merge' });

  test('merges dicts deeply, and the higher level wins', () => {
    const scope = merging(
      layer(3, { d: dict({ a: 1, deep: dict({ x: 1, y: 1 }) }) }),
      layer(8, { d: dict({ b: 2, deep: dict({ y: 2 }) }) }),
    );

    expect(scope.get('d')).toEqual(dict({ a: 1, deep: dict({ x: 1, y: 2 }), b: 2 }));
  });

  test('does not merge lists, or dicts below a value that is not a dict', () => {
    const scope = merging(
      layer(3, { d: dict({ a: 1 }), l: [1] }),
      layer(6, { d: 'text', l: [2] }),
      layer(8, { d: dict({ b: 2 }) }),
    );

    expect(scope.get('d')).toEqual(dict({ b: 2 }));
    expect(scope.get('l')).toEqual([2]);
  });

  test('leaves the layers unchanged', () => {
    const weak = dict({ a: 1 });
    merging(layer(3, { d: weak }), layer(8, { d: dict({ b: 2 }) })).get('d');

    expect(weak).toEqual(dict({ a: 1 }));
  });
});

test('a thousand hosts times forty tasks compose in well under a second', () => {
  const levels = Object.values(LEVELS).slice(0, 8);
  const layers = levels.map((level) => layer(level, { [`v${level}`]: level }));
  const state = [layer(11, {}), layer(19, {}), layer(22, {})];
  const started = performance.now();
  for (let run = 0; run < 40_000; run++) composeScope({ host: { layers }, state, item: { layers } }).get('v3');

  expect(performance.now() - started).toBeLessThan(2_000);
});
