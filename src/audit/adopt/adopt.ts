import { resolve } from 'node:path';
import { changeText } from '../../core/change.ts';
import type { EditedFiles } from '../../core/edited-files.ts';
import type { ReportedChange } from '../../core/event.ts';
import { LINT } from '../finding.ts';
import type { Candidate } from './candidate.ts';
import { waysFor } from './candidates.ts';
import { contentToRead } from './file-ways.ts';
import { likeBefore, plainText } from './line-ends.ts';
import { loopList } from './list-ways.ts';
import { type Declared, isOfHandler, type Look } from './look.ts';
import { overridesOf } from './overrides.ts';
import { insideOf, type SourceTexts, sourcePlace, type WrittenValue } from './pieces.ts';
import { nodeAt } from './source-node.ts';

/** What adopting needs of its surroundings. */
export interface Surroundings {
  /** Checks the playbooks as they would be with these files; the errors, if they do not load. */
  readonly look: (files: EditedFiles) => Promise<Look | { readonly errors: readonly string[] }>;
  /** The text of a file as it is; undefined if it is not text. */
  readonly read: (file: string) => string | undefined;
  /** The content of a file on a host; undefined if it cannot be read, is not text or too large. */
  readonly contentOf: (host: string, path: string) => Promise<string | undefined>;
  /** The directory of the playbook. */
  readonly folder: string;
  /** Whether a file belongs to what the team edits. */
  readonly isOurs: (file: string) => boolean;
}

/** What is to be adopted: a finding on hosts. */
interface WantedFinding {
  readonly id: string;
  readonly hosts: readonly string[];
}

/** The files with their new texts, and what is to be said about them; or why it cannot be adopted. */
export type Adopted =
  | { readonly ok: true; readonly files: EditedFiles; readonly notes: readonly string[] }
  | { readonly ok: false; readonly why: readonly string[] };

/** The most ways that are tried for one difference: each is a check of the hosts. */
const MOST_TRIED = 24;

/**
 * Finds the change of the sources after which a check finds the state of the hosts in order. Nothing is written: each way is tried in a check
 * that reads the edited texts, and only one that leaves nothing to do, and brings no other difference, counts.
 */
export async function adopt(wanted: WantedFinding, first: Look, around: Surroundings): Promise<Adopted> {
  let files: EditedFiles = new Map();
  let look = first;
  const notes: string[] = [];
  for (let rounds = 0; rounds < 50; rounds++) {
    const open = openIn(look, wanted);
    const [next] = open;
    if (next === undefined) return { ok: true, files, notes };
    const refused = whyNever(next);
    if (refused !== undefined) return { ok: false, why: [refused] };
    const step = await stepFor(next, { wanted, first, look, files, around });
    if ('why' in step) return { ok: false, why: step.why };
    ({ files, look } = step);
    notes.push(...step.notes);
  }
  return { ok: false, why: ['there are too many differences'] };
}

const openIn = (look: Look, { id, hosts }: WantedFinding): readonly Declared[] =>
  look.findings.filter(({ finding }) => finding.id === id && hosts.includes(finding.host));

/** Why a finding cannot be adopted at all. */
function whyNever({ finding, outcome, task, type }: Declared): string | undefined {
  if (finding.task.type === LINT) return 'it was found beyond the tasks: no task declares it';
  if (isOfHandler(finding)) return 'a handler runs only because something else changes: adopt that';
  if (finding.kind !== 'drift' && finding.kind !== 'uncertain')
    return `it is ${finding.kind}${finding.reason === undefined ? '' : `: ${finding.reason}`}`;
  if (outcome.censored === true) return 'its task has no_log: what it declares and what was found are hidden';
  if (type?.acts === true) return 'its task runs a command, which declares no state';
  if (finding.changes.length === 0) return finding.reason ?? 'it tells no change';
  if (finding.assuming !== undefined) return `it builds on what would change first: ${finding.assuming.join(', ')}`;
  if (task === undefined) return 'its task was not found in the playbooks';
  return undefined;
}

interface StepInput {
  readonly wanted: WantedFinding;
  readonly first: Look;
  readonly look: Look;
  readonly files: EditedFiles;
  readonly around: Surroundings;
}

type AdoptStep =
  | { readonly files: EditedFiles; readonly look: Look; readonly notes: readonly string[] }
  | { readonly why: readonly string[] };

/** Finds a way for the first of a finding's changes that a check approves. */
async function stepFor(next: Declared, situation: StepInput): Promise<AdoptStep> {
  const { files, around } = situation;
  const sources = sourcesFor(next, files, around);
  const [change] = next.finding.changes;
  if (change === undefined) return { why: ['it tells no change'] };
  const path = contentToRead(next, change);
  const read = path === undefined ? undefined : await around.contentOf(next.finding.host, path);
  const { candidates, barred } = waysFor(next, change, sources, read);
  const why: string[] = [];
  const tried = candidates.slice(0, MOST_TRIED);
  const trial = async (candidate: Candidate, notes: readonly string[]): Promise<AdoptStep | undefined> => {
    const foreign = [...candidate.files.keys()].find((file) => !around.isOurs(file));
    if (foreign !== undefined) {
      why.push(`${foreign} lies outside of the working tree`);
      return undefined;
    }
    const written = [...candidate.files].map(
      ([file, text]) => [file, candidate.exact === true ? text : likeBefore(sources.rawOf(file), text)] as const,
    );
    const mixed = written.find(([, text]) => text === undefined);
    if (mixed !== undefined) {
      why.push(`${mixed[0]} has line ends of several kinds`);
      return undefined;
    }
    const edited = new Map([...files, ...written.map(([file, text]) => [resolve(file), text ?? ''] as const)]);
    const after = await around.look(edited);
    const wrong = 'findings' in after ? objection(change, next, after, candidate, situation) : after.errors[0];
    if (wrong === undefined && 'findings' in after) return { files: edited, look: after, notes };
    why.push(`${candidate.about}: ${wrong}`);
    return undefined;
  };
  for (const candidate of tried) {
    const step = await trial(candidate, []);
    if (step !== undefined) return step;
  }
  // A variable that others use, too, is set for the hosts alone.
  for (const candidate of tried) {
    for (const override of overridesOf(candidate.variables, next, sources, around.folder)) {
      const step = await trial(override.candidate, [override.why]);
      if (step !== undefined) return step;
    }
  }
  const reasons = [...new Set([...why, ...barred])];
  return { why: reasons.length > 0 ? reasons : [`nothing that is written says \`${changeText(change)}\``] };
}

/** What is wrong with what a check saw after an edit; undefined if it leaves less to do and nothing new. */
function objection(
  change: ReportedChange,
  next: Declared,
  after: Look,
  candidate: Pick<Candidate, 'undeclares'>,
  { wanted, first, look }: Pick<StepInput, 'wanted' | 'first' | 'look'>,
): string | undefined {
  if (after.errors.length > 0) return after.errors[0];
  const stays = openIn(after, wanted);
  const known = new Set([...first.findings, ...look.findings].map(({ finding }) => keyOf(finding)));
  const isWanted = ({ finding: { id, host } }: Declared): boolean => id === wanted.id && wanted.hosts.includes(host);
  const fresh = after.findings.find((one) => !isWanted(one) && !known.has(keyOf(one.finding)));
  if (fresh !== undefined) {
    const { host, task, changes, reason } = fresh.finding;
    const what = changes[0] === undefined ? (reason ?? fresh.finding.kind) : changeText(changes[0]);
    return `it would bring something new on ${host}: ${task.name}: ${what}`;
  }
  const count = (some: readonly Declared[]): number => some.reduce((sum, one) => sum + one.finding.changes.length, 0);
  const before = openIn(look, wanted);
  const { host } = next.finding;
  const own = stays.find(({ finding }) => finding.host === host && finding.item === next.finding.item);
  const isSame = own?.finding.changes.some(
    (one) => one.what === change.what && one.to === change.to && one.from === change.from,
  );
  if (isSame === true || count(stays) >= count(before)) return 'the difference would stay';
  if (stays.some(({ finding }) => finding.kind !== next.finding.kind))
    return `the task would be ${stays[0]?.finding.kind}`;
  // A check in which a task is skipped, or a host is left out, proves nothing.
  for (const [name, inOrder] of first.inOrder) {
    const fixed = before.some(({ finding }) => finding.host === name)
      ? openIn(first, wanted).filter(({ finding }) => finding.host === name).length
      : 0;
    const done = stays.some(({ finding }) => finding.host === name) || candidate.undeclares === true ? 0 : fixed;
    if ((after.inOrder.get(name) ?? 0) < inOrder + done) return `fewer tasks would be looked at on ${name}`;
  }
  if (candidate.undeclares === true) {
    const others = [...first.agreeing].flatMap((one) => (one.startsWith(`${wanted.id} `) ? [one.slice(11)] : []));
    if (others.length > 0) return `it is right on ${others.join(', ')}, where it would be declared no more`;
  }
  return undefined;
}

const keyOf = ({ id, host, kind, changes, reason }: Declared['finding']): string =>
  JSON.stringify([id, host, kind, reason, changes.map(({ what, from, to }) => [what, from, to])]);

/** Where what a task sees is written. */
function sourcesFor(declared: Declared, files: EditedFiles, around: Surroundings): SourceTexts {
  const { task, layers, item } = declared;
  const rawOf = (file: string): string | undefined => files.get(resolve(file)) ?? around.read(file);
  const sources: SourceTexts = {
    rawOf,
    textOf(file) {
      const raw = rawOf(file);
      return raw === undefined ? undefined : plainText(raw);
    },
    variable(name): WrittenValue | string {
      const { loopVar } = task?.loop ?? {};
      if (task?.loop !== undefined && name === (typeof loopVar === 'string' ? loopVar : 'item')) {
        const list = loopList(task, sources);
        if (typeof list === 'string') return list;
        return insideOf(list, item ?? -1) ?? 'its loop is computed';
      }
      const layer = layers.find(({ vars }) => vars.has(name));
      const entry = layer?.vars.get(name);
      if (layer === undefined || entry === undefined)
        return `\`${name}\` is not set in a file: it is a fact, registered, or set by a task`;
      if (layer.secret === true) return `\`${name}\` is encrypted with vault`;
      if (entry.at === undefined) return `\`${name}\` is not set in a file`;
      const text = sources.textOf(entry.at.file);
      const place = sourcePlace(entry.at);
      // An inventory in INI form has `name=value`.
      const isYaml = text !== undefined && place !== undefined && nodeAt(text, place) !== undefined;
      return { raw: entry.value, place: isYaml ? place : sourcePlace(entry.at, name), variable: name };
    },
  };
  return sources;
}
