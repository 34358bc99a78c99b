import { Chalk } from 'chalk';
import type { Event, Reporter } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';
import { rescuedOf, type Verdict, verdictOf } from './junit-verdict.ts';
import { outcomeLines } from './outcome-lines.ts';
import { isToldByItems, type Told } from './told.ts';
import { type XmlElement, xmlDocument } from './xml.ts';

/** A task on a host. */
interface TestCase {
  readonly attributes: NonNullable<XmlElement['attributes']>;
  readonly tookMs: number;
  verdict: Verdict | undefined;
  /** The text for people, as the other formats print it. */
  readonly text: string;
}

/** A play's tasks on one host, or the errors of the run itself. */
interface Suite {
  readonly name: string;
  readonly host?: string;
  readonly since: number;
  readonly cases: TestCase[];
}

interface JUnitOptions {
  readonly write: (text: string) => void;
  readonly verbosity: number;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

type Finished = Extract<Event, { kind: 'run-finished' }>;

/**
 * Writes JUnit XML for CI servers: a suite per play and host, a test case per task. The whole document is written at the end of the run.
 * Only outcomes that make the exit code nonzero become failures or errors.
 */
export function junitReporter({ write, verbosity, formatDiagnostic }: JUnitOptions): Reporter {
  const chalk = new Chalk({ level: 0 });
  const suites = new Map<string, Suite>();
  const plays = new Map<number, string>();
  const items = new Map<string, string[]>();
  const warnings: string[] = [];
  const failures = new Map<string, TestCase>();
  let run = { name: 'retrace', check: false, since: 0 };
  const suiteOf = (key: string, name: string, since: number, host?: string): Suite => {
    const known = suites.get(key) ?? { name, since, cases: [], ...(host !== undefined && { host }) };
    suites.set(key, known);
    return known;
  };
  const runSuite = (): Suite => suiteOf('run', 'run', run.since);
  const textOf = (event: Told): string => outcomeLines(event, event.host, { chalk, verbosity, check: run.check });
  return (event) => {
    switch (event.kind) {
      case 'run-started':
        run = { name: event.playbooks.join(' '), check: event.check, since: event.time };
        return;
      case 'play-started':
        plays.set(event.play, event.name);
        return;
      case 'no-hosts':
        suiteOf(`${event.play}`, plays.get(event.play) ?? '', event.time).cases.push({
          attributes: { name: `hosts: ${event.pattern}` },
          tookMs: 0,
          verdict: { element: 'skipped', message: 'no hosts matched' },
          text: '',
        });
        return;
      case 'item-finished': {
        const key = `${event.host} ${event.task.id}`;
        items.set(key, [...(items.get(key) ?? []), textOf(event)]);
        return;
      }
      case 'task-finished': {
        const key = `${event.host} ${event.task.id}`;
        const since = event.time - event.tookMs;
        const suite = suiteOf(`${event.play} ${event.host}`, plays.get(event.play) ?? '', since, event.host);
        const done: TestCase = {
          attributes: { name: nameOf(event), file: event.task.at.file, line: event.task.at.line },
          tookMs: event.tookMs,
          verdict: verdictOf(event.outcome, run.check),
          text: [...(items.get(key) ?? []), ...(isToldByItems(event) ? [] : [textOf(event)])].join('').trimEnd(),
        };
        suite.cases.push(done);
        if (done.verdict?.type === 'failed') failures.set(event.host, done);
        items.delete(key);
        return;
      }
      case 'rescued': {
        const failed = failures.get(event.host);
        if (failed?.verdict !== undefined) failed.verdict = rescuedOf(failed.verdict);
        return;
      }
      case 'warning': {
        const text = formatDiagnostic(event.diagnostic);
        if (event.diagnostic.severity === 'warning') warnings.push(text);
        else runSuite().cases.push(errorOf(event.diagnostic.message, event.diagnostic.code, text));
        return;
      }
      case 'run-finished':
        return write(documentOf(event, { suites, runSuite, warnings, run }));
      default:
        return;
    }
  };
}

function nameOf({ task, delegatedTo }: Extract<Event, { kind: 'task-finished' }>): string {
  const step = task.step === undefined ? '' : `${task.step} `;
  const name = task.handler ? `handler: ${task.name}` : task.name;
  return `${step}${name}${delegatedTo === undefined ? '' : ` (delegated to ${delegatedTo})`}`;
}

const errorOf = (message: string, type: string, text: string): TestCase => ({
  attributes: { name: message },
  tookMs: 0,
  verdict: { element: 'error', type, message },
  text,
});

interface Collected {
  readonly suites: ReadonlyMap<string, Suite>;
  readonly runSuite: () => Suite;
  readonly warnings: readonly string[];
  readonly run: { readonly name: string; readonly since: number };
}

function documentOf(event: Finished, { suites, runSuite, warnings, run }: Collected): string {
  const all = [...suites.values()];
  const isWrong = all.some(({ cases }) => cases.some(isFailure));
  if (event.interrupted) runSuite().cases.push(errorOf('the run was interrupted', 'interrupted', ''));
  else if (event.exitCode !== 0 && !isWrong)
    runSuite().cases.push(errorOf(`the run ended with exit code ${event.exitCode}`, 'exit-code', ''));
  if (warnings.length > 0) runSuite();
  const elements = [...suites.entries()].map(([key, suite]) => suiteElement(suite, key === 'run' ? warnings : []));
  const totals = ['tests', 'failures', 'errors', 'skipped'].map(
    (key) => [key, elements.reduce((sum, { attributes }) => sum + Number(attributes?.[key] ?? 0), 0)] as const,
  );
  return xmlDocument({
    name: 'testsuites',
    attributes: { name: run.name, ...Object.fromEntries(totals), time: seconds(event.tookMs) },
    children: elements,
  });
}

const isFailure = ({ verdict }: TestCase): boolean => verdict !== undefined && verdict.element !== 'skipped';

function suiteElement({ name, host, since, cases }: Suite, warnings: readonly string[]): XmlElement {
  const shown = host === undefined ? name : `${name} [${host}]`;
  const count = (element: Verdict['element']): number =>
    cases.filter(({ verdict }) => verdict?.element === element).length;
  return {
    name: 'testsuite',
    attributes: {
      name: shown,
      tests: cases.length,
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
      time: seconds(cases.reduce((sum, { tookMs }) => sum + tookMs, 0)),
      timestamp: new Date(since).toISOString().slice(0, 19),
      hostname: host,
    },
    children: [
      ...cases.map((one) => caseElement(one, shown)),
      ...(warnings.length === 0 ? [] : [{ name: 'system-err', children: [warnings.join('\n')] }]),
    ],
  };
}

function caseElement({ attributes, tookMs, verdict, text }: TestCase, suite: string): XmlElement {
  const output = text === '' ? [] : [text];
  return {
    name: 'testcase',
    attributes: { classname: suite, ...attributes, time: seconds(tookMs) },
    children:
      verdict === undefined
        ? output.map((one) => ({ name: 'system-out', children: [one] }))
        : [
            {
              name: verdict.element,
              attributes: { type: verdict.type, message: verdict.message },
              children: output,
            },
          ],
  };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
