import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defineTask, sh, shell } from '../../../src/sdk.ts';
import { runHere } from '../../tasks/harness.ts';
import { folder } from '../../tasks/local-host.ts';

/** A copy of a text that grows while it is copied, as snapshots do; `reached` may know that. */
const follow = (place: string, knows: boolean) =>
  defineTask({
    name: 'follow',
    summary: 'Copies a text that grows.',
    params: {},
    ask: () => ({ source: shell(sh`cat ${place}/source`), target: shell(sh`cat ${place}/target`) }),
    plan: ({ source, target }) => ({
      changes:
        source.stdout === target.stdout
          ? []
          : [
              {
                what: 'text',
                from: target.stdout,
                to: source.stdout,
                commands: [sh`cd ${place}; cp source target; echo more >>source`],
              },
            ],
    }),
    reached: (before, now) => knows && now.target.stdout === before.source.stdout,
    examples: [],
  });

test.for([
  [true, 'changed'],
  [false, 'failed'],
] as const)('new work appears meanwhile, and the type can tell (%s): %s', async ([knows, status]) => {
  using dir = folder();
  writeFileSync(dir.at('source'), 'one\n');
  writeFileSync(dir.at('target'), '');

  const ended = await runHere(follow(dir.at('.'), knows), {});

  expect(ended).toMatchObject({ status });
  expect(readFileSync(dir.at('target'), 'utf8')).toBe('one\n');
});
