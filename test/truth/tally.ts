import { shortType, type Verdict, type Worth, WRONG } from './compare.ts';
import type { CaseResult } from './truth-case.ts';

/** The totals over many cases. */
export class Tally {
  cases = 0;
  /** Cases in which the program crashed, or rejected the play. */
  readonly troubles: string[] = [];
  readonly writes: string[] = [];
  /** Each wrong prediction on one line; printing removes them. */
  readonly wrong: string[] = [];
  readonly worths = new Map<string, number>();
  readonly following = new Map<string, number>();
  readonly pairs = new Map<string, number>();
  readonly reasons = new Map<string, number>();
  readonly details = new Map<string, number>();
  predictions = 0;

  /** Adds a case. */
  add(result: CaseResult): void {
    this.cases++;
    this.troubles.push(...result.troubles.map((trouble) => `case ${result.number}: ${trouble}`));
    this.writes.push(...result.writes.map((path) => `case ${result.number}: ${path}`));
    for (const verdict of result.verdicts) this.#addVerdict(result.number, verdict);
    for (const verdict of result.again) if (isBad(verdict)) this.#addVerdict(result.number, verdict, ' (second time)');
  }

  #addVerdict(number: number, verdict: Verdict, when = ''): void {
    const { worth, about, detail, follows, causes, reason } = verdict;
    if (when === '') this.predictions++;
    count(follows && isBad(verdict) ? this.following : this.worths, worth + when);
    if (worth === 'unknown') {
      count(this.pairs, `${shortType(about.type)} ← ${causes?.join(' + ') || '?'}`);
      count(this.reasons, reason ?? '');
    }
    if (!isBad(verdict)) return;
    const kind = `${worth}${when}: ${shortType(about.type)}${worth === 'lie' ? ` ${detail}` : ''}`;
    if (!follows) count(this.details, kind);
    const message = verdict.run?.message ?? verdict.check?.message ?? '';
    this.wrong.push(
      `case ${number}: ${follows ? '(follows) ' : ''}${worth}${when}: ${about.name}: ${detail} ${message}`.slice(
        0,
        600,
      ),
    );
  }

  /** The percentage of predictions that are unknown. */
  get unknownPercent(): number {
    return this.predictions === 0 ? 0 : (100 * (this.worths.get('unknown') ?? 0)) / this.predictions;
  }

  /** Whether nothing is wrong: no lie, no other change, nothing written by a check, no crash. */
  get isTrue(): boolean {
    const lies = WRONG.some((worth) => [...this.worths.keys()].some((key) => key.startsWith(worth)));
    return !lies && this.writes.length === 0 && this.troubles.length === 0;
  }

  /** The tables, as text. */
  toString(): string {
    const rows = (of: ReadonlyMap<string, number>, most = 60): string =>
      [...of]
        .toSorted(([a, one], [b, other]) => other - one || a.localeCompare(b))
        .slice(0, most)
        .map(([what, times]) => `${String(times).padStart(7)}  ${what}\n`)
        .join('');
    const part = (title: string, body: string): string => (body === '' ? '' : `\n${title}\n${body}`);
    return [
      `${this.cases} cases, ${this.predictions} predictions, ${this.unknownPercent.toFixed(2)} % unknown\n`,
      part('What predictions were worth', rows(this.worths)),
      part('Wrong after an earlier wrong one of the same play', rows(this.following)),
      part('Wrong ones by type', rows(this.details)),
      part('Unknown: type ← type that it depends on', rows(this.pairs)),
      part('Unknown: reasons', rows(this.reasons, 20)),
      part('Written by a check', this.writes.map((line) => `  ${line}\n`).join('')),
      part('Crashed or refused', this.troubles.map((line) => `  ${line}\n`).join('')),
    ].join('');
  }
}

const BAD: readonly Worth[] = [...WRONG, 'failure not foreseen', 'failed in the check only'];

const isBad = ({ worth }: Verdict): boolean => BAD.includes(worth);

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
