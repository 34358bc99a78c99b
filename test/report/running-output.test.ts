import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { runningOutput } from '../../src/report/running-output.ts';
import { finished, task } from './events.ts';

let lines: string[];
let report: (event: Event) => void;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  report = runningOutput((line) => lines.push(line));
});
afterEach(() => void vi.useRealTimers());

const says = (text: string, host = 'web1'): void =>
  report({ kind: 'output', task, host, stream: 'stdout', text, time: 0 });

describe('the output of a command while it runs', () => {
  test('is not told of a command that ends soon', () => {
    says('one\n');
    vi.advanceTimersByTime(2900);
    report(finished());
    vi.advanceTimersByTime(10_000);

    expect(lines).toEqual([]);
  });

  test('is told line by line, with its host, once it has run for three seconds', () => {
    says('one\ntwo\n');
    says('other\n', 'web2');
    vi.advanceTimersByTime(3000);
    expect(lines).toEqual(['web1 | one', 'web1 | two', 'web2 | other']);

    says('three\n');
    expect(lines.slice(3)).toEqual(['web1 | three']);
  });

  test('begins anew with each task', () => {
    says('one\n');
    vi.advanceTimersByTime(3000);
    report(finished());
    says('of the next task\n');

    expect(lines).toEqual(['web1 | one']);
  });

  test('is told from the last hundred lines on, if there were more before', () => {
    for (let at = 1; at <= 250; at++) says(`${at}\n`);
    vi.advanceTimersByTime(3000);

    expect(lines).toHaveLength(101);
    expect(lines.slice(0, 2)).toEqual(['web1 | … (150 lines before)', 'web1 | 151']);
  });

  test('has no colours, no control characters, and of a progress bar only its last state', () => {
    says('\x1b[31mred\x1b[0m\x07\n10 %\r20 %\r\n\n  indented\n');
    vi.advanceTimersByTime(3000);

    expect(lines).toEqual(['web1 | red␇', 'web1 | 20 %', 'web1 |   indented']);
  });
});
