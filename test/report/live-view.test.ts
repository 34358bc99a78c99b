import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import { liveReporter } from '../../src/report/live-reporter.ts';
import { type Busy, liveLines } from '../../src/report/live-view.ts';
import { plainReporter } from '../../src/report/plain-reporter.ts';

const chalk = new Chalk({ level: 0 });
const size = { rows: 24, columns: 60 };
const busy = (count: number): readonly Busy[] =>
  Array.from({ length: count }, (_, index) => ({ host: `h${index}`, task: 'a task', doing: 'changing', since: 0 }));
const lines = (count: number, tasks: number, hosts = count) =>
  liveLines(busy(count), { play: 'play', hosts, tasks, changed: 0, failed: 0 }, 10_000, size, chalk);

test.for([
  [1, 1, '  play: 1 of 1 host busy, 1 task done, 0 changed'],
  [2, 0, '  play: 2 of 2 hosts busy, 0 tasks done, 0 changed'],
  [13, 2, '  play: 13 of 13 hosts busy, 2 tasks done, 0 changed, 1 mo…'],
] as const)('%i hosts and %i tasks are counted in correct English', ([hosts, tasks, line]) => {
  expect(lines(hosts, tasks).at(-1)).toBe(line);
});

test('a host that does not fit is counted as one more host', () => {
  const wide = { rows: 24, columns: 200 };
  const told = liveLines(busy(13), { play: 'p', hosts: 13, tasks: 0, changed: 0, failed: 0 }, 10_000, wide, chalk);

  expect(told).toHaveLength(13);
  expect(told.at(-1)).toContain('1 more host not shown');
});

test('instructions are printed in full, and painted as a single line', async () => {
  const instructions = `Add the record ${'in the console of the registrar '.repeat(10)}\nthen wait\n(not yet: nobody did)`;
  const written: string[] = [];
  const live = liveReporter({ write: (text) => written.push(text), chalk, size: () => size }, (write) =>
    plainReporter({ write, chalk, verbosity: 0, columns: 60, ansible: false, formatDiagnostic: () => '' }),
  );
  const at = { file: 'p.yaml', line: 1, column: 1, length: 1 };
  const time = Date.now() - 1000;
  live({ kind: 'play-started', play: 1, pattern: 'all', name: 'play', hosts: ['h'], at, time });
  live({ kind: 'host-busy', host: 'h', doing: 'waiting', about: instructions, time });
  await new Promise((resolve) => setTimeout(resolve, 300));
  live({ kind: 'play-finished', play: 1, rounds: {}, time });

  const told = written.filter((text) => text.includes('waiting: [h]'));
  const painted = written.filter((text) => text.includes('1 of 1 host busy'));
  expect(told).toEqual([`waiting: [h] ${instructions}\n`]);
  expect(painted.length).toBeGreaterThan(0);
  for (const text of painted.filter((one) => one.includes('Add'))) expect(text.trimEnd().split('\n')).toHaveLength(2);
  expect(painted.some((text) => text.includes('Add the record'))).toBe(true);
});
