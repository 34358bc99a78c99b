import type { ContainerOption, OptionKind } from './container-options.ts';

/** How options may be compared. */
const COMPARISONS = ['strict', 'allow_more_present', 'ignore'] as const;

/** One difference between a container and what is wanted. */
export interface OptionDifference {
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly option: ContainerOption;
}

type Comparisons = Readonly<Record<string, unknown>>;

/** What is wrong with `comparisons`, if anything. */
export function wrongComparison(comparisons: Comparisons, known: readonly string[]): string | undefined {
  for (const [name, how] of Object.entries(comparisons)) {
    if (!COMPARISONS.some((one) => one === how))
      return `Unknown comparison mode "${String(how)}". Must be one of ${COMPARISONS.join(', ')}`;
    if (name === '*' && how === 'allow_more_present')
      return 'The wildcard can only be used with comparison modes "strict" and "ignore"!';
    if (name !== '*' && !known.includes(name)) return `Unknown module option "${name}" in comparisons!`;
  }
  return undefined;
}

/** How one option is compared: in sets and dictionaries, there may be more than what is wanted. */
export function comparisonFor(name: string, kind: OptionKind, comparisons: Comparisons): string {
  const [option = name] = name.split(' ');
  const usual = kind === 'set' || kind === 'dict' ? 'allow_more_present' : 'strict';
  return String(comparisons[option] ?? comparisons['*'] ?? usual);
}

/** How a container differs in one option. */
export function optionDifferences(option: ContainerOption, comparisons: Comparisons): readonly OptionDifference[] {
  const how = comparisonFor(option.name, option.kind, comparisons);
  if (how === 'ignore') return [];
  if (option.kind === 'dict') return entryDifferences(option, how === 'strict');
  const { name: what, wanted, is } = option;
  return isSame(option, how === 'strict')
    ? []
    : [{ what, from: is.join(' ') || null, to: wanted.join(' ') || null, option }];
}

function isSame({ kind, wanted, is }: ContainerOption, strictly: boolean): boolean {
  const equal = wanted.length === is.length && wanted.every((one, index) => one === is[index]);
  if (kind === 'value' || (kind === 'list' && strictly)) return equal;
  return wanted.every((one) => is.includes(one)) && (!strictly || is.every((one) => wanted.includes(one)));
}

function entryDifferences(option: ContainerOption, strictly: boolean): readonly OptionDifference[] {
  const [wanted, is] = [entries(option.wanted), entries(option.is)];
  const names = [...wanted.keys(), ...(strictly ? [...is.keys()].filter((name) => !wanted.has(name)) : [])];
  return names.flatMap((name) => {
    const [from, to] = [is.get(name), wanted.get(name)];
    if (from === to) return [];
    const told = (text: string | undefined) => (text === undefined ? null : shownValue(name, text));
    return [{ what: `${option.name} ${name}`, from: told(from), to: told(to), option }];
  });
}

const entries = (list: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    list.map((text) => {
      const [, name = text, value = ''] = /^([^=:]+)[=:](.*)$/s.exec(text) ?? [];
      return [name, value];
    }),
  );

/** The value of a variable as it is reported: hidden if its name says that it is secret. */
const shownValue = (name: string, value: string): string =>
  /pass|secret|token|key|credential|auth/i.test(name) ? '(hidden)' : value;
