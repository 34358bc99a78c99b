import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isThorough } from '../thorough.ts';
import { makeSources } from './host.ts';
import { applyCase, heldBy, planCase, sentIn, tamper } from './plan-case.ts';
import type { Setting } from './truth-case.ts';

let setting: Setting;
beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'retrace-plans-'));
  const sources = join(directory, 'sources');
  mkdirSync(sources);
  makeSources(sources);
  setting = {
    seed: 20261130,
    commands: true,
    program: join(import.meta.dirname, '../../dist/run.cjs'),
    directory,
    sources,
  };
});
afterAll(() => rmSync(setting.directory, { recursive: true }));

const plays = isThorough ? 200 : 4;
const tamperings = isThorough ? 100 : 3;

it('what is sent when a plan is applied is what was planned, byte for byte', { timeout: 1_800_000 }, async () => {
  const wrong: unknown[] = [];
  let commands = 0;
  for (let number = 0; number < plays; number++) {
    const made = await planCase(setting, number);
    const planned = heldBy(made.plan);
    const applied = await applyCase(setting, made);
    commands += planned.length;
    const isSame = JSON.stringify(applied.sent) === JSON.stringify(planned);
    const isQuiet = made.writes.length === 0 && sentIn(join(made.directory, 'planned')).length === 0;
    if (!isSame || !isQuiet || applied.code !== 0)
      wrong.push({ number, code: applied.code, stderr: applied.stderr, planned: planned.length, sent: applied.sent.length });
    else rmSync(made.directory, { recursive: true });
  }
  console.log(`${plays} plays, ${commands} commands`);

  expect(wrong).toEqual([]);
  expect(commands).toBeGreaterThan(plays * 3);
});

it('a plan is refused before the first change if the host was tampered with', { timeout: 1_800_000 }, async () => {
  const wrong: unknown[] = [];
  let done = 0;
  for (let number = 1000; done < tamperings; number++) {
    const made = await planCase(setting, number);
    const how = tamper(made, number);
    if (how === undefined) continue;
    done++;
    const { code, stderr, sent, writes } = await applyCase(setting, made);
    const isTold = stderr.includes('nothing was changed: the hosts are not as they were');
    if (code !== 1 || sent.length > 0 || writes.length > 0 || !isTold) wrong.push({ number, how, code, stderr, writes });
    else rmSync(made.directory, { recursive: true });
  }
  console.log(`${done} tamperings`);

  expect(wrong).toEqual([]);
});
