import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Controller } from '../../src/core/task-type.ts';
import shutdown from '../../tasks/shutdown.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-shutdown-'));
afterAll(() => rmSync(place, { recursive: true }));
const args = { delay: 130, msg: "It's over", search_paths: [join(place, 'none'), place] };
const said = join(place, 'said');

const over = (connection: 'ssh' | 'local'): Partial<Controller> => ({
  endpoint: { connection } as Controller['endpoint'],
});

test('shuts the host down every time, after a check that does not', async () => {
  const program = join(place, 'shutdown');
  writeFileSync(program, `#!/bin/sh\nprintf '<%s>' "$@" >${said}\n`);
  chmodSync(program, 0o755);
  const command = `${program} -h 2 'It'\\''s over'`;
  for (const check of [true, false]) {
    const ended = await runHere(shutdown, args, { check, controller: over('ssh') });
    expect(outcomeOf(ended)).toEqual(['changed', `shutdown:  → ${command}`]);
    expect(ended).toMatchObject({ result: { shutdown: true, shutdown_command: command } });
    expect(existsSync(said)).toBe(false);
  }
  while (!existsSync(said) || readFileSync(said, 'utf8') === '') await sleep(50);
  expect(readFileSync(said, 'utf8')).toBe("<-h><2><It's over>");
});

test('never shuts the controller down', async () => {
  for (const check of [true, false])
    expect(outcomeOf(await runHere(shutdown, args, { check, controller: over('local') }))).toEqual([
      'failed',
      'Running shutdown with local connection would shutdown the control node.',
    ]);
});
