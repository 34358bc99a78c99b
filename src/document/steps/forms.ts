import { type Coverage, type CoveredPart, countsOf } from './cover.ts';
import type { Retraced } from './match.ts';

/** What is known of a step by the last audit, in words. */
export type StepStates = ReadonlyMap<string, string>;

/** A report of a document's steps. */
export interface StepsReport {
  readonly coverage: Coverage;
  readonly playbooks: readonly string[];
  /** When the last audit of these playbooks was made, as ISO 8601; undefined if the history has none. */
  readonly audited?: string;
  readonly states: StepStates;
}

const KINDS = { command: 'command', content: 'excerpt', instruction: 'instruction' } as const;

/** `33 of 33 commands, 8 of 8 excerpts and 29 of 29 instructions are accounted for`. */
export function summaryText({ coverage }: StepsReport): string {
  const counts = countsOf(coverage);
  const texts = (['command', 'content', 'instruction'] as const).map((kind) => {
    const all = Object.values(counts[kind]).reduce((sum, one) => sum + one, 0);
    return `${all - counts[kind].open} of ${all} ${KINDS[kind]}s`;
  });
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)} are accounted for`;
}

/** `25 exact, 4 proof, 2 left out`: the ways in which parts are retraced. */
export function waysText({ coverage }: StepsReport): string {
  const ways: readonly Retraced[] = ['exact', 'proof', 'manual', 'left out', 'open'];
  return ways
    .map((way) => [way, coverage.parts.filter(({ retraced }) => retraced === way).length] as const)
    .filter(([, count]) => count > 0)
    .map(([way, count]) => `${count} ${way}`)
    .join(', ');
}

/** What retraces a part, in words: its tasks with their steps, or why there are none. */
export function byText({ tasks, because, retraced, byHand }: CoveredPart): string {
  if (retraced === 'left out' || tasks.length === 0) return because;
  const names = [...new Set(tasks.map(({ name, step }) => (step === undefined ? name : `${step} ${name}`)))];
  const some = names.slice(0, 3).join('; ');
  const all = names.length > 3 ? `${some}; and ${names.length - 3} more` : some;
  return byHand === true ? `${all} (assigned by hand)` : all;
}

/** What the last audit knows of a part's steps. */
export const stateText = ({ steps }: CoveredPart, states: StepStates): string =>
  [...new Set(steps.flatMap((step) => states.get(step) ?? []))].join('; ');

/** A line for each part under its heading, for a terminal. `colour` colours a text by how it is retraced. */
export function writeStepsText(report: StepsReport, colour: (way: Retraced, text: string) => string): string {
  const { coverage, states } = report;
  let heading = '';
  const lines = coverage.parts.flatMap((one) => {
    const title = one.part.under.map((each) => each.title).join(' › ');
    const head = title === heading ? [] : ['', title];
    heading = title;
    const [first = ''] = one.part.text.trim().split('\n');
    const sign = one.part.kind === 'command' ? '$ ' : '';
    const what = `${String(one.part.at.line).padStart(4)}  ${colour(one.retraced, one.retraced.padEnd(8))}  ${sign}${shortened(first, 100)}`;
    const state = stateText(one, states);
    return [...head, what, `                ${shortened(byText(one), 160)}${state === '' ? '' : ` [${state}]`}`];
  });
  return `${[...lines, '', ...footer(report)].join('\n').trimStart()}\n`;
}

function footer(report: StepsReport): readonly string[] {
  const { elsewhere } = report.coverage;
  return [
    `${summaryText(report)}: ${waysText(report)}`,
    ...(elsewhere.length === 0
      ? []
      : [`steps of tasks that no part of the document leads to: ${elsewhere.join(', ')}`]),
    auditText(report),
  ];
}

/** When the last audit was made. */
export const auditText = ({ audited }: StepsReport): string =>
  audited === undefined
    ? 'the history knows no audit of these playbooks'
    : `states are those of the last audit, ${audited.slice(0, 10)} ${audited.slice(11, 16)}Z`;

const shortened = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** A table beside the document, for a merge request or a wiki. */
export function writeStepsMarkdown(report: StepsReport): string {
  const { coverage, states } = report;
  const rows = coverage.parts.map((one) => {
    const [first = '', ...more] = one.part.text.trim().split('\n');
    const what = one.part.kind === 'command' ? code(first) : escaped(first);
    const cells = [
      one.part.at.line,
      `${what}${more.length > 0 ? ' …' : ''}`,
      one.retraced === 'open' ? '**open**' : one.retraced,
    ];
    return `| ${[...cells, escaped(byText(one)), escaped(stateText(one, states))].join(' | ')} |`;
  });
  const head = ['| line | what | retraced | by | last audit |', '| ---: | --- | --- | --- | --- |'];
  return `${[`# Steps of ${escaped(coverage.document.name)}`, `${escaped(footer(report).join('. '))}.`, [...head, ...rows].join('\n')].join('\n\n')}\n`;
}

/** Text of a document must not become a link or another cell of the table. */
const escaped = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#~]/g, (character) => `\\${character}`).replaceAll('\n', ' ');

function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const inside = text.replaceAll('|', '\\|');
  return longest === 0 ? `${fence}${inside}${fence}` : `${fence} ${inside} ${fence}`;
}

/** Everything, for programs. */
export function writeStepsJson(report: StepsReport): string {
  const { coverage, playbooks, audited, states } = report;
  const parts = coverage.parts.map((one) => {
    const { part, retraced, because, steps, tasks, byHand = false } = one;
    return {
      kind: KINDS[part.kind],
      line: part.at.line,
      column: part.at.column,
      endLine: part.at.endLine,
      text: part.text,
      under: part.under.map(({ title }) => title),
      retraced,
      because,
      byHand,
      steps,
      tasks: tasks.map(({ name, step, file, line, how }) => ({ name, step, file, line, how })),
      ...(stateText(one, states) !== '' && { audit: stateText(one, states) }),
    };
  });
  const { command, content, instruction } = countsOf(coverage);
  const data = {
    document: coverage.document.name,
    playbooks,
    audited,
    counts: { command, excerpt: content, instruction },
    parts,
    lines: coverage.document.lines.map(({ number, kind }) => ({
      line: number,
      kind: kind === 'content' ? 'excerpt' : kind,
    })),
    elsewhere: coverage.elsewhere,
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}
