import type { Diff } from '../../core/change.ts';
import { formatDiff } from '../../report/diff.ts';
import { coloured } from '../../report/index.ts';
import type { Finding, FindingKind, Seen } from '../finding.ts';
import { doneByTexts, foundText, hostsText } from '../forms/told.ts';
import { type Card, hostsOfCard, type SeenOn, seenOn } from './card.ts';
import { html, type Markup, trusted } from './markup.ts';

/** What all cards of a page have in common. */
interface CardOptions {
  /** When the audit began: ages are counted up to it. */
  readonly startedAt: string;
  /** How many lines of each diff are shown. */
  readonly diffLines: number;
}

/** A card: a line that is always seen, and the rest, which opens. */
export function cardHtml(card: Card, options: CardOptions): Markup {
  const { kind, task, item, accepted, variants } = card;
  const all = hostsOfCard(card);
  const subjects = new Set(variants.map(({ subject }) => subject));
  const [subject] = subjects.size === 1 ? subjects : [];
  const label = item === undefined ? undefined : html` <span class="item">${item}</span>`;
  // A name often contains what the task is about; then it is not told twice.
  const about =
    subject === undefined || `${task.name} ${item ?? ''}`.includes(subject)
      ? undefined
      : html` <code>${subject}</code>`;
  const step = task.step === undefined ? undefined : html` <span class="chip">${task.step}</span>`;
  return html`<details class="f" data-k="${accepted === undefined ? kind : 'accepted'}" id="f-${card.id}-${kind}"><summary>${badge(
    accepted === undefined ? kind : 'accepted',
  )} <span class="t"><b>${task.name}</b>${label}${about}${step}</span> <span class="w">${headText(card)}</span> <span class="h">${hostsText(
    all,
    4,
  )}</span>${sinceHead(card, options)}</summary><div class="body">${factsOf(card)}${
    variants.length === 1
      ? variants.map((one) => html`<div>${variantBody(one, options)}</div>`)
      : variants.map((one) => severalHtml(one, options, variants.length <= FEW))
  }</div></details>
`;
}

/** The shape and the word of a kind. */
export const badge = (kind: FindingKind | 'accepted'): Markup =>
  html`<span class="k k-${kind}">${shape(kind)}${kind}</span>`;

/** The shape of a kind, for eyes only. */
export const shape = (kind: FindingKind | 'accepted'): Markup =>
  html`<svg class="i" aria-hidden="true"><use href="#k-${kind}"/></svg>`;

const headText = ({ variants }: Card): Markup | string => {
  const [first, ...rest] = variants;
  if (first === undefined) return '';
  return rest.length === 0 ? foundText(first) : html`not the same on all hosts: ${variants.length} variants`;
};

function sinceHead({ kind, variants }: Card, { startedAt }: CardOptions): Markup | undefined {
  const all = variants.flatMap((one) => seenOn(one)).sort((a, b) => (a.firstSeen < b.firstSeen ? -1 : 1));
  const [first] = all;
  if (first === undefined) return undefined;
  const causes = [...new Set(all.map(({ cause }) => cause))].sort();
  const words = hasCause(kind) ? ` · ${causes.map((cause) => CAUSE_WORDS[cause]).join(' or ')}` : '';
  return html` <span class="s">since ${dayOf(first.firstSeen)} <small>${age(first.firstSeen, startedAt)}${words}</small></span>`;
}

/** Whether what differs is known, so that it can be told which side has changed. */
const hasCause = (kind: FindingKind): boolean => kind === 'drift' || kind === 'uncertain';

const CAUSE_WORDS: Readonly<Record<Seen['cause'], string>> = { drift: 'strayed', intended: 'intended', new: 'new' };

const CAUSES: Readonly<Record<Seen['cause'], string>> = {
  drift: 'the host has strayed: it agreed before, and the declaration is the same',
  intended: 'intended: the declaration has changed since the host agreed with it',
  new: 'new: the host has never agreed with the declaration',
};

const dayOf = (time: string): Markup => html`<time datetime="${time}">${time.slice(0, 10)}</time>`;

function age(from: string, to: string): string {
  const days = (Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000;
  if (!(days >= 1)) return 'today';
  return days === 1 ? '1 day' : `${days} days`;
}

const factsOf = ({ id, kind, task, accepted }: Card): Markup =>
  html`<p class="m">${
    accepted === undefined
      ? undefined
      : html`<span class="why">${badge(kind)} Accepted by ${accepted.owner} until ${dayOf(accepted.until)}: ${accepted.why}</span> `
  }${placeOf(task)} <a href="#f-${id}-${kind}" aria-label="link to finding ${id}">${id}</a></p>`;

const placeOf = ({ type, file, line }: Card['task']): Markup =>
  file === undefined ? html`<code>${type}</code>` : html`<code>${type}</code> in <code>${file}:${String(line)}</code>`;

/** So many variants are open when their card is. */
const FEW = 4;

/** One of several variants. It opens if there is more to it than the line. */
function severalHtml(finding: Finding, options: CardOptions, open: boolean): Markup {
  const body = variantBody(finding, options);
  const line = html`<b class="h">${hostsText(finding.hosts, 4)}</b> <i class="w">${foundText(finding)}</i>`;
  return body.html === ''
    ? html`<div>${line}</div>`
    : html`<details${open ? html` open` : undefined}><summary>${line}</summary>${body}</details>`;
}

function variantBody(finding: Finding, { diffLines }: CardOptions): Markup {
  const { hosts, subject, changes, assuming, unless, kind, reason, remedy } = finding;
  const names =
    hosts.length <= 4 ? undefined : html`<p class="h all"><b>${hosts.length} hosts:</b> ${hosts.join(', ')}</p>`;
  const listed =
    changes.length < 2 && !(reason !== undefined && changes.length > 0)
      ? undefined
      : html`<ul class="c">${changes.map(({ what, from, to }) => html`<li>${what}: ${value(from, 'del')}${from === '' ? '' : ' → '}${value(to, 'ins')}</li>`)}</ul>`;
  const by = doneByTexts(finding).map((text) => html`<p>By: ${text}</p>`);
  const todo = remedy === undefined ? undefined : html`<p>Remedy: ${remedy}</p>`;
  const why = reason !== undefined && hasCause(kind) ? html`<p>${reason}</p>` : undefined;
  return html`${names}${seenOn(finding).map((one) => seenHtml(one, finding))}${by}${why}${todo}${listed}${premise(
    'Builds on what would change before',
    assuming,
  )}${premise('Unless it is changed by', unless)}${changes.map(({ diff }) => (diff === undefined ? undefined : diffHtml(diff, subject, diffLines)))}`;
}

function value(text: string | null, element: 'del' | 'ins'): Markup {
  const tag = trusted(element);
  return text === '' ? html`` : html`<${tag}>${(text ?? 'absent').replace(/^→ /, '')}</${tag}>`;
}

const premise = (title: string, tasks: readonly string[] | undefined): Markup | undefined =>
  tasks === undefined ? undefined : html`<p>${title}: ${tasks.map((task) => `“${task}”`).join(', ')}</p>`;

function seenHtml({ firstSeen, times, cause, hosts }: SeenOn, finding: Finding): Markup {
  const on =
    hosts.length === finding.hosts.length ? undefined : html`<span class="h"> on ${hostsText(hosts, 4)}</span>`;
  const often = times === 1 ? 'in this audit for the first time' : html`in ${times} audits in a row`;
  return html`<p class="seen">Since ${dayOf(firstSeen)}, ${often}${on}${hasCause(finding.kind) ? `; ${CAUSES[cause]}` : ''}.</p>`;
}

const plain = coloured(false);

/** A page that became too long is written again, with the same diffs. */
const known = new WeakMap<Diff, readonly string[]>();

function linesOfDiff(diff: Diff): readonly string[] {
  const indented = known.get(diff) ?? formatDiff(diff, plain).split('\n');
  known.set(diff, indented);
  return indented.map((line) => line.slice(4));
}

function diffHtml(diff: Diff, subject: string | undefined, most: number): Markup {
  const lines = [...linesOfDiff(diff)];
  const [before, after] = lines.splice(0, 2).map((line) => line.slice(4));
  const names =
    before === after || before === 'before'
      ? [before].filter((name) => name !== subject && name !== 'before')
      : [before, after];
  // Where the only part begins needs telling only if something is above it.
  if (/^@@ -[01],/.test(lines[0] ?? '') && !lines.slice(1).some((line) => line.startsWith('@@'))) lines.shift();
  const hidden = lines.length - most;
  const more = hidden > 0 ? html`<p>… ${hidden} more lines (form json)</p>` : undefined;
  const head = names.length === 0 ? undefined : html`<i>${names.join(' → ')}\n</i>`;
  return html`<pre>${head}${runsOfLines(lines.slice(0, most)).map(linesHtml)}</pre>${more}`;
}

/** Neighbouring lines of one kind together. */
function runsOfLines(lines: readonly string[]): readonly string[] {
  const runs: string[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === line[0]) runs[runs.length - 1] = `${last}${line}\n`;
    else runs.push(`${line}\n`);
  }
  return runs;
}

function linesHtml(lines: string): Markup {
  if (lines.startsWith('@@')) return html`<i>${lines}</i>`;
  if (lines.startsWith('+')) return html`<ins>${lines}</ins>`;
  return lines.startsWith('-') ? html`<del>${lines}</del>` : html`${lines}`;
}
