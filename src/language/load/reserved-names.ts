import type { Position } from '../../core/source.ts';
import { globalNames } from '../../template/index.ts';
import { keywordsOn } from '../keywords/places.ts';
import type { Loading } from './loading.ts';
import { keyPlace, type RawDict } from './written.ts';

/** Warns about variables that have the name of a keyword or of a function of templates, as Ansible does. */
export function tellReserved(loading: Loading, vars: RawDict, at: Position): void {
  for (const name of vars.keys())
    if (isReserved(String(name)))
      loading.problems.push({
        severity: 'warning',
        code: 'reserved-name',
        message: `Found variable using reserved name: ${String(name)}`,
        at: keyPlace(vars, String(name), at),
      });
}

const isReserved = (name: string): boolean =>
  globalNames.has(name) || (['play', 'block', 'task'] as const).some((place) => keywordsOn(place).has(name));
