import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { VarsLayer } from '../model.ts';
import type { ComposedScope } from './compose-scope.ts';

/** One place that gives a variable a value. */
export interface VarOrigin {
  readonly written: Raw;
  /** Ansible's order of precedence, 1 to 22. */
  readonly level: number;
  readonly from: string;
  readonly at?: Position;
  /** From a file under Ansible Vault: not to be shown. */
  readonly secret: boolean;
}

/** A variable: where its value comes from, and what that hides, strongest first. */
export interface Explanation extends VarOrigin {
  readonly name: string;
  readonly hides: readonly VarOrigin[];
}

/** What a level of precedence is, for people. */
export const LEVEL_NAMES: Readonly<Record<number, string>> = {
  1: 'command line values',
  2: 'role defaults',
  3: 'inventory group vars',
  4: 'inventory group_vars/all',
  5: 'playbook group_vars/all',
  6: 'inventory group_vars',
  7: 'playbook group_vars',
  8: 'inventory host vars',
  9: 'inventory host_vars',
  10: 'playbook host_vars',
  11: 'facts',
  12: 'play vars',
  13: 'vars_prompt',
  14: 'vars_files',
  15: 'role vars',
  16: 'block vars',
  17: 'task vars',
  18: 'include_vars',
  19: 'set_fact and registered',
  20: 'role params',
  21: 'include params',
  22: 'extra vars',
};

/** Where the variables of a scope come from, by name; all of them, or one. */
export function explainVars(scope: ComposedScope, name?: string): readonly Explanation[] {
  const layers = scope.layers();
  const names = name === undefined ? [...new Set(layers.flatMap(({ vars }) => [...vars.keys()]))].sort() : [name];
  return names.flatMap((each) => {
    const [first, ...hides] = differing(layers.flatMap((layer) => originIn(layer, each)));
    return first ? [{ name: each, ...first, hides }] : [];
  });
}

// A folder of both the inventory and the playbook gives its files twice: the stronger counts.
function differing(origins: readonly VarOrigin[]): readonly VarOrigin[] {
  return origins.filter((origin, index) => origins.findIndex(({ from }) => from === origin.from) === index);
}

function originIn({ vars, level, from, secret }: VarsLayer, name: string): VarOrigin[] {
  const found = vars.get(name);
  if (!found) return [];
  return [{ written: found.value, level, from, secret: secret ?? false, ...(found.at && { at: found.at }) }];
}
