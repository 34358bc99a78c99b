import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isThorough } from '../thorough.ts';
import { makeSources } from './host.ts';
import { applyBatch, heldBy, planBatch, sentTo, tamper } from './plan-case.ts';
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
afterAll(() => rmSync(setting.directory, { recursive: true }), 300_000);

const plays = isThorough ? 200 : 5;
const tamperings = isThorough ? 100 : 3;
/** So many at once. */
const BATCH = 20;

it('what is sent when a plan is applied is what was planned, byte for byte', { timeout: 3_600_000 }, async () => {
  const wrong: unknown[] = [];
  const seen = { commands: 0, sent: 0, ends: 0, cut: [] as string[] };
  for (let from = 0; from < plays; from += BATCH) {
    const batch = await planBatch(setting, from, Math.min(BATCH, plays - from));
    const { code, stderr } = await applyBatch(setting, batch);
    if (![0, 2].includes(code) || batch.writes.length > 0) wrong.push({ from, code, stderr, writes: batch.writes });
    for (const name of batch.names) {
      const [planned, sent] = [heldBy(batch.plan, name), sentTo(batch, name, 'applied')];
      seen.commands += planned.length;
      seen.sent += sent.length;
      if (batch.plan.hosts[name]?.ends !== undefined) seen.ends++;
      // The host of a play with a command that fails gets no more.
      if (sent.length < planned.length) seen.cut.push(name);
      if (JSON.stringify(sent) !== JSON.stringify(planned.slice(0, sent.length)))
        wrong.push({ name, planned: planned.length, sent: sent.length });
      if (sentTo(batch, name, 'planned').length > 0) wrong.push({ name, is: 'changed while it was planned' });
    }
  }
  if (isThorough) console.log(`${plays} plays`, seen);

  expect(wrong).toEqual([]);
  expect(seen.sent).toBeGreaterThan(plays * 2);
  expect(seen.cut.length).toBeLessThan(plays / 5);
});

it('a plan is refused before the first change if a host was tampered with', { timeout: 3_600_000 }, async () => {
  const wrong: unknown[] = [];
  let done = 0;
  for (let from = 1000; done < tamperings; from += BATCH) {
    const batch = await planBatch(setting, from, Math.min(BATCH, tamperings - done + 1));
    const tampered = batch.names.flatMap((name, index) => {
      const how = done === tamperings ? undefined : tamper(batch, name, from + index);
      if (how !== undefined) done++;
      return how === undefined ? [] : [{ name, how }];
    });
    const { code, stderr, writes } = await applyBatch(setting, batch);
    const sent = batch.names.flatMap((name) => sentTo(batch, name, 'applied'));
    if (code !== 1 || sent.length > 0 || writes.length > 0) wrong.push({ from, code, sent, writes });
    // Each of them alone is a reason, and no other host is named.
    const told = new Set([...stderr.matchAll(/^ {2}(case-\d+): /gm)].map(([, name]) => name));
    if (JSON.stringify([...told].sort()) !== JSON.stringify(tampered.map(({ name }) => name).sort()))
      wrong.push({ from, tampered, stderr });
  }
  if (isThorough) console.log(`${done} tamperings`);

  expect(wrong).toEqual([]);
});
