import { type Parts, partLines, partText, readParts } from '../../core/facts/parts.ts';
import type { Question } from '../../core/question.ts';
import { type ShellAnswer, shell } from '../../core/questions/shell.ts';
import type { HostFinding } from '../finding.ts';
import { commandFor, commandsIn, namesPath, type Ran } from './journal.ts';
import { type AptCall, aptCalls, changedByDpkg, type DpkgLine, lastByDpkg } from './packages.ts';
import { type Traced, tracesScript } from './script.ts';
import { type ChangedEntry, isoOf, type Trace } from './trace.ts';

/** So many findings of a host are looked into; more have a cause that people know. */
const MOST = 60;

/** The question about the causes of findings; undefined if they are about nothing that leaves traces. */
export function traceQuestion(findings: readonly HostFinding[]): Question<ShellAnswer> | undefined {
  const all = findings.slice(0, MOST).map(tracedBy);
  const traced: Traced = {
    paths: [...new Set(all.flatMap(({ paths }) => paths))],
    packages: [...new Set(all.flatMap(({ packages }) => packages))],
    units: [...new Set(all.flatMap(({ units }) => units))],
  };
  const isNothing = traced.paths.length + traced.packages.length + traced.units.length === 0;
  return isNothing ? undefined : shell({ script: tracesScript(traced), about: [], deadlineMs: 90_000 });
}

/** What a finding is about. */
function tracedBy({ subject, changes }: HostFinding): Traced {
  const headers = changes.flatMap(({ diff }) => diff?.beforeHeader ?? []);
  const paths = [subject ?? '', ...headers].filter((path) => /^\/[^\n]*[^/\n]$/.test(path));
  const named = (pattern: RegExp): readonly string[] => changes.flatMap(({ what }) => pattern.exec(what)?.[1] ?? []);
  return { paths: [...new Set(paths)], packages: named(/^package (\S+)$/), units: named(/^unit (\S+)$/) };
}

/** What has been proven to have caused each finding, from a host's answer. */
export function tracesOf(
  findings: readonly HostFinding[],
  { stdout }: ShellAnswer,
): ReadonlyMap<HostFinding, readonly Trace[]> {
  const seen = readTraces(readParts(stdout));
  return new Map(
    findings.map((finding) => {
      const { paths, packages, units } = tracedBy(finding);
      const traces = [
        ...seen.entries.filter(({ named }) => paths.includes(named)).flatMap((entry) => ofEntry(entry, seen)),
        ...packages.flatMap((name) => lastByDpkg(seen.dpkg, seen.calls, name) ?? []),
        ...units.flatMap((name) => ofUnit(name, seen)),
      ];
      return [finding, traces];
    }),
  );
}

interface Traces {
  readonly entries: readonly ChangedEntry[];
  /** Rows by their first field. */
  readonly rows: (name: string) => readonly (readonly string[])[];
  readonly dpkg: readonly DpkgLine[];
  readonly calls: readonly AptCall[];
  readonly commands: readonly Ran[];
}

function readTraces(parts: Parts): Traces {
  const all = partLines(parts, 'rows').map((line) => line.split('\x1f'));
  const rows = (name: string): readonly (readonly string[])[] =>
    all.filter(([first]) => first === name).map(([, ...fields]) => fields);
  return {
    rows,
    entries: rows('entry').map(([named = '', path = '', what = '', at = '']) => ({
      named,
      path,
      what: what as ChangedEntry['what'],
      at: Number(at),
    })),
    dpkg: rows('dpkg').map(([name = '', at = '', text = '']) => ({ package: name, at: Number(at), text })),
    calls: aptCalls(partText(parts, 'apt')),
    commands: commandsIn(partLines(parts, 'journal')),
  };
}

function ofEntry(entry: ChangedEntry, traces: Traces): readonly Trace[] {
  const { path, at, named } = entry;
  const owners = entry.what === 'gone' ? [] : traces.rows('owner').filter(([one]) => one === path);
  const found = [
    ...owners.map(([, name = '']) => changedByDpkg(traces.dpkg, traces.calls, name, at)),
    ofClone(entry, traces),
    ofEtckeeper(entry, traces),
    commandFor(traces.commands, at, (command) => namesPath(command, path) || namesPath(command, named)),
  ];
  return found.flatMap((trace) => trace ?? []);
}

/** Git writes the reflog when it has written the files. */
const CHECKOUT_S = 30;

/** The move of a clone's branch that brought the content that the file has: the script has compared them. */
function ofClone({ path, at }: ChangedEntry, { rows }: Traces): Trace | undefined {
  const moves = rows('moved').filter(([one]) => one === path);
  const [, clone = '', who = '', what = ''] = moves.at(-1) ?? [];
  const [, name, time] = /^(.*) <[^>]*> (\d+) [+-]\d{4}$/.exec(who) ?? [];
  const moved = Number(time);
  if (name === undefined || at < moved - CHECKOUT_S || at > moved + 1) return undefined;
  return { how: 'clone', at: isoOf(moved), text: `${name} in ${clone}: git ${what}` };
}

/** Commits that say no more than that somebody changed something. */
const AUTOMATIC = /^(daily autocommit|saving uncommitted changes in \/etc prior to)/;

/** The first commit after the change, if it has the content that the file has, and the one before is older than the change. */
function ofEtckeeper({ path, at }: ChangedEntry, { rows }: Traces): Trace | undefined {
  const [, time = '', hash = '', name = '', subject = ''] = rows('etckeeper').find(([one]) => one === path) ?? [];
  const [, before = ''] = rows('before').find(([one]) => one === path) ?? [];
  const isAfter = before !== '' && Number(before) < at && at <= Number(time) + 1;
  if (!isAfter || AUTOMATIC.test(subject)) return undefined;
  return { how: 'etckeeper', at: isoOf(Number(time)), text: `${name} committed ${hash}: ${subject}` };
}

/** What the journal says last of a unit that does not run: the job that stopped it, or how it ended. */
function ofUnit(name: string, { rows, commands }: Traces): readonly Trace[] {
  const [, state = '', lines = ''] = rows('unit').find(([one]) => one === name) ?? [];
  if (state !== 'inactive' && state !== 'failed') return [];
  const messages = lines.split('\x1d').flatMap(messageIn);
  const ended = messages.findLast(
    ({ job, text }) => job === 'stop' || /: (Main process exited|Failed with|Deactivated)/.test(text),
  );
  if (ended === undefined || messages.some(({ at, job }) => job === 'start' && at > ended.at)) return [];
  const verb = ended.job === 'stop' ? 'stopped by a job of systemd' : ended.text;
  const stem = name.replace(/\.service$/, '');
  const command = commandFor(commands, ended.at, ({ command: line }) => {
    const words = line.split(/\s+/);
    return /(^|\/)(systemctl|service)$/.test(words[0] ?? '') && words.some((word) => word === name || word === stem);
  });
  return [...(command === undefined ? [] : [command]), { how: 'systemd', at: isoOf(ended.at), text: verb }];
}

interface Message {
  readonly at: number;
  readonly text: string;
  readonly job: string | undefined;
}

function messageIn(line: string): readonly Message[] {
  try {
    const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const { MESSAGE: text, JOB_TYPE: job, JOB_RESULT: result, __REALTIME_TIMESTAMP: at } = entry;
    const isEnd = result !== undefined || job === undefined;
    if (typeof text !== 'string' || !isEnd) return [];
    return [{ at: Number(at) / 1e6, text, job: job === undefined ? undefined : String(job) }];
  } catch {
    return []; // an empty line, or a message that is not text
  }
}
