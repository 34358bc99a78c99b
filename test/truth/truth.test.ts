import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { isThorough } from '../thorough.ts';
import { makeSources, randomHost } from './host.ts';
import { randomPlay } from './play.ts';
import { Random } from './random.ts';
import { Tally } from './tally.ts';
import { runCase } from './truth-case.ts';
import { World } from './world.ts';

let directory: string;
let sources: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'retrace-truth-'));
  sources = join(directory, 'sources');
  mkdirSync(sources);
  makeSources(sources);
});
afterAll(() => rmSync(directory, { recursive: true }));

// For more cases: npm run truth -- --seed 20261129 --cases 100.
const cases = isThorough ? 12 : 5;

it('a check of some random plays reports no lie, and writes nothing', { timeout: 300_000 }, async () => {
  const program = join(import.meta.dirname, '../../dist/run.cjs');
  const tally = new Tally();
  for (let number = 0; number < cases; number++)
    tally.add(await runCase({ seed: 20261129, commands: false, program, directory, sources }, number));

  // Consequences of an unpredicted failure are attributed to that failure.
  expect(tally.wrong.filter((line) => /^case \d+: (lie|other from → to|other diff|other result)\b/.test(line))).toEqual(
    [],
  );
  expect({ writes: tally.writes, troubles: tally.troubles }).toEqual({ writes: [], troubles: [] });
  // Expect as many as were made, so that the measurement cannot pass by comparing nothing.
  expect(tally.predictions).toBeGreaterThan(cases * 8);
});

it('a case depends only on its seed', () => {
  const make = (seed: number): string => {
    const random = new Random(seed);
    const entries = randomHost(random);
    const world = new World(random, entries);
    return stringify([entries, randomPlay(world, true), [...world.controllerFiles]]);
  };

  expect(make(7)).toBe(make(7));
  expect(make(7)).not.toBe(make(8));
});
