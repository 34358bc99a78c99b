import { type Audit, FINDING_KINDS, type FindingKind } from '../finding.ts';
import { KIND_TITLES } from '../forms/told.ts';
import { inOrder, openFindings, summaryOf } from '../summary.ts';
import { type Card, cardsOf } from './card.ts';
import { chartHtml, minuteOf } from './chart.ts';
import { badge, cardHtml, shape } from './finding-html.ts';
import { dataBlock, html, type Markup, type Part } from './markup.ts';
import { SHAPES } from './shapes.ts';

/** The page without its head: everything that a reader without a script needs, and the data that the script works with. */
export function bodyHtml(audit: Audit, diffLines: number): Markup {
  const cards = inSections(cardsOf(audit.findings));
  const hosts = hostNames(audit);
  const options = { startedAt: audit.startedAt, diffLines };
  return html`${SHAPES}<a class="skip" href="#findings">Skip to the findings</a>
<header><div><h1>Audit <span class="quiet">of ${audit.playbooks.join(', ')}</span></h1>
<p class="sum">${sentenceHtml(audit)}</p>
<p class="m">${minuteOf(audit.startedAt)} · exit code ${audit.exitCode}: ${EXIT_CODES[audit.exitCode] ?? 'see the errors'}</p></div>${chartHtml(audit)}</header>
${errorsHtml(audit)}${cards.length === 0 ? undefined : toolsHtml(cards)}<main id="findings"><div id="cards">${sectionsHtml(cards, (card) => cardHtml(card, options))}</div></main>
${hosts.length === 0 ? undefined : hostsHtml(audit, hosts)}<footer><p class="keys" hidden><kbd>/</kbd> search · <kbd>j</kbd> <kbd>k</kbd> or <kbd>↓</kbd> <kbd>↑</kbd> move · <kbd>Enter</kbd> open · <kbd>Esc</kbd> close</p><p>Retrace ${audit.version}</p></footer>
${dataBlock('data', scriptData(audit, cards, hosts))}
`;
}

const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'everything is as declared, or accepted',
  1: 'an error',
  2: 'drift, a task that fails, a lint or an orphan',
  3: 'something is unknown',
  4: 'a host is unreachable',
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const sectionOf = ({ kind, accepted }: Card): FindingKind | 'accepted' => (accepted === undefined ? kind : 'accepted');

const SECTIONS = [...FINDING_KINDS, 'accepted'] as const;

const inSections = (cards: readonly Card[]): readonly Card[] =>
  SECTIONS.flatMap((section) => cards.filter((card) => sectionOf(card) === section));

const findingsIn = (cards: readonly Card[]): number => cards.reduce((sum, { variants }) => sum + variants.length, 0);

const TITLES = { ...KIND_TITLES, accepted: 'Accepted for a time' };

function sectionsHtml(cards: readonly Card[], write: (card: Card) => Markup): Part {
  return SECTIONS.map((section) => {
    const some = cards.filter((card) => sectionOf(card) === section);
    if (some.length === 0) return undefined;
    return html`<section class="g" data-k="${section}"><h2>${TITLES[section]} <span class="n">${findingsIn(some)}</span></h2>
${some.map(write)}</section>
`;
  });
}

/** Names of hosts are texts from elsewhere: an object with such keys could be asked for `__proto__`. */
const hostNames = ({ hosts, findings }: Audit): readonly string[] =>
  [...new Set([...Object.keys(hosts), ...findings.flatMap((finding) => finding.hosts)])].sort(byName.compare);

const byName = new Intl.Collator('en', { numeric: true });

const errorsHtml = ({ errors }: Audit): Markup | undefined =>
  errors.length === 0
    ? undefined
    : html`<section class="errors" aria-labelledby="errors"><h2 id="errors">${shape('failed')}The audit is incomplete</h2><ul>${errors.map((error) => html`<li>${error}</li>`)}</ul></section>
`;

/** Nothing was found: good news only if something was looked at, and the audit had no errors. */
function sentenceHtml(audit: Audit): Markup {
  const { hosts, findings, errors } = audit;
  const [first, ...others] = Object.entries(hosts);
  if (findings.length > 0 || first === undefined) return html`${sentence(summaryOf(audit))}`;
  if (errors.length > 0) return html`No findings, but not everything could be checked.`;
  const ok = Object.values(hosts).reduce((sum, one) => sum + inOrder(one), 0);
  const on = others.length === 0 ? html`${first[0]}` : html`${others.length + 1} hosts`;
  return html`${shape('accepted')}Nothing drifted: ${ok} tasks in order on ${on}.`;
}

function toolsHtml(cards: readonly Card[]): Markup {
  const counted = SECTIONS.map((kind) => ({
    kind,
    count: findingsIn(cards.filter((card) => sectionOf(card) === kind)),
  }));
  const toggles = counted.map(({ kind, count }) =>
    count === 0
      ? undefined
      : html`<button type="button" data-kind="${kind}" aria-pressed="false">${badge(kind)}<span class="n">${count}</span></button>`,
  );
  const groups = ['kind', 'host', 'task', 'step'].map(
    (by) =>
      html`<label><input type="radio" name="group" value="${by}"${by === 'kind' ? html` checked` : undefined}><span>${by}</span></label>`,
  );
  return html`<form class="tools" role="search" hidden><input type="search" id="q" aria-label="Search findings" aria-keyshortcuts="/" placeholder="Search: host, task, path, text of a diff …" autocomplete="off" spellcheck="false"><div class="kinds" role="group" aria-label="Show only">${toggles}</div><fieldset><legend>Group by</legend>${groups}</fieldset><button type="button" id="all">Open all</button><p id="status" role="status"></p></form>
`;
}

function hostsHtml(audit: Audit, names: readonly string[]): Markup {
  const counts = new Map<string, number>();
  for (const { hosts } of openFindings(audit)) for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1);
  const summaries = new Map(Object.entries(audit.hosts));
  const rows = names.map((name) => {
    const summary = summaries.get(name);
    return html`<tr><th scope="row">${name}</th><td>${counts.get(name) ?? 0}</td><td>${summary === undefined ? 0 : inOrder(summary)}</td><td>${summary?.skipped ?? 0}</td></tr>
`;
  });
  const clean = names.filter((name) => !counts.has(name)).length;
  const title = html`${names.length} ${names.length === 1 ? 'host' : 'hosts'}, ${clean} without open findings`;
  return html`<details class="hosts"><summary>${title}</summary><div class="scroll"><table><thead><tr><th scope="col">Host</th><th scope="col">Findings</th><th scope="col">In order</th><th scope="col">Skipped</th></tr></thead><tbody>${rows}</tbody></table></div></details>
`;
}

/** Which hosts each variant of each card has, in the order of the page; hosts by number, as runs: first, count, first, count. */
function scriptData(audit: Audit, cards: readonly Card[], hosts: readonly string[]) {
  const numbers = new Map(hosts.map((name, index) => [name, index]));
  const summaries = new Map(Object.entries(audit.hosts));
  const runs = (names: readonly string[]): readonly number[] => runsOf(names.map((name) => numbers.get(name) ?? 0));
  return {
    hosts,
    inOrder: hosts.map((name) => {
      const summary = summaries.get(name);
      return summary === undefined ? 0 : inOrder(summary);
    }),
    cards: cards.map((card) => ({
      task: card.task.name,
      step: card.task.step ?? '',
      variants: card.variants.map((finding) => runs(finding.hosts)),
    })),
  };
}

function runsOf(numbers: readonly number[]): readonly number[] {
  const runs: number[] = [];
  let next = -1;
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if (number === next) runs.push((runs.pop() ?? 0) + 1);
    else runs.push(number, 1);
    next = number + 1;
  }
  return runs;
}
