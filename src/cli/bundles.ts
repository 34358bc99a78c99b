/** The bundle that answers a command line. `past` is a small one, which is loaded ten times faster than the whole program. */
export const bundleFor = (calledAs: string, word: string | undefined): 'program' | 'past' =>
  !calledAs.startsWith('ansible') && PAST.includes(word) ? 'past' : 'program';

const PAST: readonly (string | undefined)[] = ['history', 'drift'];
