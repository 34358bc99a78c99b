import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { VarsLayer } from '../model.ts';
import type { ComposedScope } from './compose-scope.ts';
import { LEVELS } from './levels.ts';

/** One place that sets a variable. */
export interface VarOrigin {
  readonly written: Raw;
  /** Ansible's order of precedence, 1 to 22. */
  readonly level: number;
  readonly from: string;
  readonly at?: Position;
  /** From a vault-encrypted file, so not to be shown. */
  readonly secret: boolean;
}

/** A variable: where its value comes from, and what that overrides, highest precedence first. */
export interface Explanation extends VarOrigin {
  readonly name: string;
  readonly hides: readonly VarOrigin[];
}

/** Descriptions of the precedence levels, for people. */
export const LEVEL_NAMES: Readonly<Record<number, string>> = {
  [LEVELS.commandLine]: 'command line values',
  [LEVELS.roleDefaults]: 'role defaults',
  [LEVELS.inventoryGroup]: 'inventory group vars',
  [LEVELS.inventoryGroupVarsAll]: 'inventory group_vars/all',
  [LEVELS.playbookGroupVarsAll]: 'playbook group_vars/all',
  [LEVELS.inventoryGroupVars]: 'inventory group_vars',
  [LEVELS.playbookGroupVars]: 'playbook group_vars',
  [LEVELS.inventoryHost]: 'inventory host vars',
  [LEVELS.inventoryHostVars]: 'inventory host_vars',
  [LEVELS.playbookHostVars]: 'playbook host_vars',
  [LEVELS.facts]: 'facts',
  [LEVELS.play]: 'play vars',
  [LEVELS.varsPrompt]: 'vars_prompt',
  [LEVELS.varsFiles]: 'vars_files',
  [LEVELS.role]: 'role vars',
  [LEVELS.block]: 'block vars',
  [LEVELS.task]: 'task vars',
  [LEVELS.includeVars]: 'include_vars',
  [LEVELS.set]: 'set_fact and registered',
  [LEVELS.roleParams]: 'role params',
  [LEVELS.includeParams]: 'include params',
  [LEVELS.extraVars]: 'extra vars',
};

/** Where the variables of a scope come from, by name: all of them, or just one. */
export function explainVars(scope: ComposedScope, name?: string): readonly Explanation[] {
  const layers = scope.layers();
  const names = name === undefined ? [...new Set(layers.flatMap(({ vars }) => [...vars.keys()]))].sort() : [name];
  return names.flatMap((each) => {
    const [first, ...hides] = differing(layers.flatMap((layer) => originIn(layer, each)));
    return first ? [{ name: each, ...first, hides }] : [];
  });
}

// A directory that serves both the inventory and the playbook yields its files twice; keep the one with higher precedence.
function differing(origins: readonly VarOrigin[]): readonly VarOrigin[] {
  return origins.filter((origin, index) => origins.findIndex(({ from }) => from === origin.from) === index);
}

function originIn({ vars, level, from, secret }: VarsLayer, name: string): VarOrigin[] {
  const found = vars.get(name);
  if (!found) return [];
  return [{ written: found.value, level, from, secret: secret ?? false, ...(found.at && { at: found.at }) }];
}
