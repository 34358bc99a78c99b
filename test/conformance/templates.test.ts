import { expect, test } from 'vitest';
import { caseSeed, Random } from '../truth/random.ts';
import { randomSource } from './templates/generate.ts';
import { evaluateOurs } from './templates/ours.ts';
import { ALL } from './templates/variables.ts';

test('a random template has a value or an error of its own, never a crash', () => {
  const crashes = Array.from({ length: 2000 }, (_, at) => randomSource(new Random(caseSeed(7, at)))).flatMap(
    (source) => {
      const result = evaluateOurs(source, ALL);
      return 'fails' in result && result.fails.startsWith('BUG') ? [`${source.text}: ${result.fails}`] : [];
    },
  );

  expect(crashes).toEqual([]);
});
