import type { Difference } from './compare.ts';
import { explained } from './explained.ts';
import type { Seen } from './seen.ts';

/** The sum of all cases. */
export class Tally {
  unexplained = 0;
  #cases = 0;
  #same = 0;
  #outcomes = 0;
  #failed = 0;
  readonly #all: boolean;
  readonly #why = new Map<string, number>();

  /** `all`: differences that have an explanation are printed, too. */
  constructor(all = false) {
    this.#all = all;
  }

  /** Counts a case, and returns what is to be printed about it. */
  add(number: number, differences: readonly Difference[], theirs: Seen): string {
    this.#cases++;
    this.#outcomes += theirs.rows.length;
    if (theirs.exitCode !== 0) this.#failed++;
    if (differences.length === 0) this.#same++;
    return differences.map((difference) => this.#told(number, difference)).join('');
  }

  #told(number: number, difference: Difference): string {
    const why = explained(difference);
    if (why === undefined) this.unexplained++;
    else this.#why.set(why, (this.#why.get(why) ?? 0) + 1);
    if (why !== undefined && !this.#all) return '';
    return `${number} ${lineOf(difference)}${why === undefined ? '' : `\n    (${why})`}\n`;
  }

  toString(): string {
    const plays = `${this.#cases} plays (${this.#failed} of them fail with Ansible), ${this.#outcomes} outcomes`;
    const sum = `${plays}: ${this.#same} plays the same in everything, ${this.unexplained} differences without a known reason\n`;
    return sum + [...this.#why].map(([why, times]) => `${String(times).padStart(7)}  ${why}\n`).join('');
  }
}

const lineOf = ({ kind, type, place, key, ours: mine, theirs }: Difference): string =>
  `${[kind, type, place, key].filter((text) => text !== '').join(' ')}\n    Ansible: ${theirs}\n    ours:    ${mine}`;
