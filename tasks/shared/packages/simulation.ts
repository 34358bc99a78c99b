import { joined, type Script, script } from '../../../src/sdk.ts';
import type { PackageStep } from './transaction.ts';

/*
 * What a package manager is asked: which packages are installed (a line `+ NAME`, `- NAME`, or `? NAME` if only the manager itself can
 * tell), and what its commands would do (a line with a record separator, one with the verb, the output, and `= CODE`).
 */

/** What the script says about names: `+` is installed, `-` is not, `?` is not known. */
export type NameSigns = ReadonlyMap<string, string>;

/** A command of a package manager, with what it said about itself. */
export interface Said {
  readonly verb: string;
  readonly output: string;
  /** Undefined if it was not asked. */
  readonly code: number | undefined;
}

/** Reads such an answer. */
export function readSaid(stdout: string): { readonly names: NameSigns; readonly said: readonly Said[] } {
  const [first = '', ...rest] = stdout.split('\x1e\n');
  const lines = first.split('\n').filter((line) => /^[-+?] /.test(line));
  return {
    names: new Map(lines.map((line) => [line.slice(2), line.slice(0, 1)])),
    said: rest.map((text) => {
      const [verb = '', ...output] = text.split('\n');
      const code = output.findLast((line) => /^= \d+$/.test(line))?.slice(2);
      return { verb, output: output.join('\n'), code: code === undefined ? undefined : Number(code) };
    }),
  };
}

/** Says what the function `tells` knows about each name. */
export const tellsAll = (names: readonly string[]): Script =>
  names.length === 0
    ? script``
    : script`for n in ${names}; do tells "$n"; done
`;

/** Runs a command with those names about which `tells` says one of these signs. */
export const collects = (names: readonly string[], signs: readonly string[], command: Script): Script =>
  names.length === 0
    ? script``
    : script`set --
for n in ${names}; do case $(tells "$n") in ${joined(
        signs.map((sign) => script`${`${sign} `}*`),
        script` | `,
      )}) set -- "$@" "$n" ;; esac; done
[ $# = 0 ] || ${command} "$@"
`;

/** The names with one of these signs. */
export const namesWith = (names: NameSigns, signs: string): readonly string[] =>
  [...names].filter(([, sign]) => signs.includes(sign)).map(([name]) => name);

/** Steps for names about which nothing else is known. */
export const plainSteps = (names: readonly string[], to: string | null): readonly PackageStep[] =>
  names.map((name) => ({ name, from: to === null ? 'installed' : null, to }));
