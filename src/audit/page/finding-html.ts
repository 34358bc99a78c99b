import { Chalk } from 'chalk';
import type { Diff } from '../../core/change.ts';
import { formatDiff } from '../../report/diff.ts';
import type { Finding, FindingKind, Seen } from '../finding.ts';
import { foundText, hostsText } from '../forms/told.ts';
import { type Card, hostsOfCard, type SeenOn, seenOn } from './card.ts';
import { html, type Markup, trusted } from './markup.ts';

/** What all cards of a page have in common. */
export interface CardOptions {
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
    subject === undefined || `${task.name} ${item ?? ''}`.includes(subject) ? undefined : html` <code>${subject}</code>`;
  const step = task.step === undefined ? undefined : html` <span class="chip">${task.step}</span>`;
  return html`<details class="f" data-k="${accepted === undefined ? kind : 'accepted'}" id="f-${card.id}-${kind}"><summary>${badge(
    accepted === undefined ? kind : 'accepted',
  )}<span class="t"><b>${task.name}</b>${label}${about}${step}</span><span class="w">${headText(card)}</span><span class="h">${hostsText(
    all,
    4,
  )}</span>${sinceHead(card, options)}</summary><div class="body">${factsOf(card)}${
    variants.length === 1
      ? variants.map((one) => html`<div class="v">${variantBody(one, options)}</div>`)
      : variants.map((one) => severalHtml(one, options))
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

function sinceHead({ variants }: Card, { startedAt }: CardOptions): Markup | undefined {
  const all = variants.flatMap((one) => seenOn(one)).sort((a, b) => (a.firstSeen < b.firstSeen ? -1 : 1));
  const [first] = all;
  if (first === undefined) return undefined;
  const causes = [...new Set(all.map(({ cause }) => cause))].sort();
  const words = causes.map((cause) => CAUSE_WORDS[cause]).join(' or ');
  return html`<span class="s">since ${dayOf(first.firstSeen)} <small>${age(first.firstSeen, startedAt)} · ${words}</small></span>`;
}

const CAUSE_WORDS: Readonly<Record<Seen['cause'], string>> = { drift: 'strayed', intended: 'intended', new: 'new' };

const CAUSES: Readonly<Record<Seen['cause'], string>> = {
  drift: 'the host has strayed: it agreed before, and the declaration is the same',
  intended: 'intended: the declaration has changed since the host agreed with it',
  new: 'new: the host has never agreed with the declaration',
};

const dayOf = (time: string): Markup => html`<time datetime="${time}">${time.slice(0, 10)}</time>`;

function age(from: string, to: string): string {
  const days = Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
  if (!(days >= 1)) return 'today';
  return days === 1 ? '1 day' : `${days} days`;
}

const factsOf = ({ id, kind, task, accepted }: Card): Markup => html`<p class="m">${
  accepted === undefined
    ? undefined
    : html`<span class="why">${badge(kind)} Accepted by ${accepted.owner} until ${dayOf(accepted.until)}: ${accepted.why}</span> `
}<code>${task.type}</code> in <code>${task.file}:${String(task.line)}</code> <a href="#f-${id}-${kind}" aria-label="link to finding ${id}">${id}</a></p>`;

/** One of several variants. It opens if there is more to it than the line. */
function severalHtml(finding: Finding, options: CardOptions): Markup {
  const body = variantBody(finding, options);
  const line = html`<span class="h">${hostsText(finding.hosts, 4)}</span> <span class="w">${foundText(finding)}</span>`;
  return body.html === ''
    ? html`<div class="v">${line}</div>`
    : html`<details class="v"><summary>${line}</summary>${body}</details>`;
}

function variantBody(finding: Finding, options: CardOptions): Markup {
  const { hosts, changes, assuming, unless, kind, reason } = finding;
  const names = hosts.length <= 4 ? undefined : html`<p class="h all"><b>${hosts.length} hosts:</b> ${hosts.join(', ')}</p>`;
  const listed =
    changes.length < 2 && !(reason !== undefined && changes.length > 0)
      ? undefined
      : html`<ul class="c">${changes.map(({ what, from, to }) => html`<li>${what}: ${value(from, 'del')}${from === '' ? '' : ' → '}${value(to, 'ins')}</li>`)}</ul>`;
  const why =
    reason !== undefined && (kind === 'drift' || kind === 'uncertain') ? html`<p>${reason}</p>` : undefined;
  return html`${names}${seenOn(finding).map((one) => seenHtml(one, hosts.length))}${why}${listed}${premise(
    'Builds on what would change before',
    assuming,
  )}${premise('Unless it is changed by', unless)}${changes.map(({ diff }) => (diff === undefined ? undefined : diffHtml(diff, options)))}`;
}

function value(text: string | null, element: 'del' | 'ins'): Markup {
  const tag = trusted(element);
  return text === '' ? html`` : html`<${tag}>${(text ?? 'absent').replace(/^→ /, '')}</${tag}>`;
}

const premise = (title: string, tasks: readonly string[] | undefined): Markup | undefined =>
  tasks === undefined ? undefined : html`<p>${title}: ${tasks.map((task) => `“${task}”`).join(', ')}</p>`;

function seenHtml({ firstSeen, times, cause, hosts }: SeenOn, all: number): Markup {
  const on = hosts.length === all ? undefined : html`<span class="h"> on ${hostsText(hosts, 4)}</span>`;
  const often = times === 1 ? 'in this audit for the first time' : html`in ${times} audits in a row`;
  return html`<p class="seen">Since ${dayOf(firstSeen)}, ${often}${on}; ${CAUSES[cause]}.</p>`;
}

const plain = new Chalk({ level: 0 });

/** A page that became too long is written again, with the same diffs. */
const known = new WeakMap<Diff, readonly string[]>();

function linesOfDiff(diff: Diff): readonly string[] {
  const indented = known.get(diff) ?? formatDiff(diff, plain).split('\n');
  known.set(diff, indented);
  return indented.map((line) => line.slice(4));
}

function diffHtml(diff: Diff, { diffLines }: CardOptions): Markup {
  const lines = linesOfDiff(diff);
  const hidden = lines.length - diffLines;
  const more = hidden > 0 ? html`<p>${hidden} more lines of this diff are in the form json.</p>` : undefined;
  return html`<pre class="diff" tabindex="0" aria-label="diff">${lines.slice(0, diffLines).map(lineHtml)}</pre>${more}`;
}

/** The first two lines are the headers of both sides. */
function lineHtml(line: string, index: number): Markup {
  const text = `${line}\n`;
  if (index < 2 || line.startsWith('@@')) return html`<i>${text}</i>`;
  if (line.startsWith('+')) return html`<ins>${text}</ins>`;
  return line.startsWith('-') ? html`<del>${text}</del>` : html`${text}`;
}
