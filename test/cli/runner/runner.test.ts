import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isThorough } from '../../thorough.ts';
import { playbooks } from './playbooks.ts';
import { hasRunner, type ToldByRunner, toldByRunner } from './told.ts';

// What Debian's ansible-runner 2.3.1 keeps of each playbook when ansible-core 2.14 runs it. RECORD=1 makes it anew, which takes a minute.
const path = join(import.meta.dirname, 'recorded.json');
const names = Object.keys(playbooks);

/** What is compared: how it ended, the counts, and how often each event was told of each play, task and host. */
function comparable({ status, rc, stats, events }: ToldByRunner) {
  const counts = new Map<string, number>();
  for (const event of events) {
    const told = event.map((word) => word ?? '-').join(' | ');
    counts.set(told, (counts.get(told) ?? 0) + 1);
  }
  return { status, rc, stats, events: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

describe.runIf(hasRunner())('under ansible-runner', () => {
  let ours: Readonly<Record<string, ToldByRunner>>;
  let recorded: Readonly<Record<string, ReturnType<typeof comparable>>>;

  beforeAll(async () => {
    if (process.env['RECORD'] !== undefined) {
      const theirs = await toldByRunner('theirs', names);
      const all = Object.fromEntries(names.map((name) => [name, comparable(theirs[name]!)]));
      writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
    }
    recorded = JSON.parse(readFileSync(path, 'utf8'));
    ours = await toldByRunner('ours', names);
  }, 300_000);

  test.for(names)('%s: the same events and counts as of Ansible', (name) => {
    expect(comparable(ours[name]!)).toEqual(recorded[name]);
  });

  test.runIf(isThorough)(
    'what is recorded is what Ansible does',
    async () => {
      const theirs = await toldByRunner('theirs', names);
      expect(Object.fromEntries(names.map((name) => [name, comparable(theirs[name]!)]))).toEqual(recorded);
    },
    300_000,
  );
});
