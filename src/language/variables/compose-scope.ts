import type { Raw } from '../../core/value.ts';
import type { VarsLayer } from '../model.ts';
import { isOperators, type Magic } from './magic-variables.ts';
import { type HashBehaviour, strongestFirst, valueIn, writtenIn } from './merge-layers.ts';

/** The sources of the variables for one host and one item. */
interface ScopeInput {
  /** The host whose inventory layers are used; nothing else about it is read. */
  readonly host: { readonly layers: readonly VarsLayer[] };
  /**
   * Variables added by the run: facts (11), vars_prompt (13), vars_files (14), include_vars (18), set_fact and registered (19), extra vars
   * (22) …
   */
  readonly state?: readonly VarsLayer[];
  /** Variables of the item: play, role, block, task and include variables. */
  readonly item?: { readonly layers: readonly VarsLayer[] };
  /** Override everything; computed on access. */
  readonly magic?: Magic;
  readonly hashBehaviour?: HashBehaviour;
}

/** The variables for one host and one item: values as written, looked up on demand. */
export interface ComposedScope {
  get(name: string): Raw | undefined;
  names(): Iterable<string>;
  /** Whether a person wrote the value of a variable, as opposed to a host, a lookup or the run. */
  written(name: string): boolean;
  /** The layers, highest precedence first, as shown by `run vars`. */
  layers(): readonly VarsLayer[];
}

/**
 * Composes the variables for one host and one item in Ansible's order of precedence. Composing costs nothing; a lookup costs at most one
 * step per layer. The layers' maps may be lazy and may throw on access: nothing is caught here.
 */
export function composeScope(input: ScopeInput): ComposedScope {
  let sorted: readonly VarsLayer[] | undefined;
  const layers = () => {
    sorted ??= strongestFirst([...input.host.layers, ...(input.state ?? []), ...(input.item?.layers ?? [])]);
    return sorted;
  };
  return {
    get: (name) => {
      const magic = input.magic?.get(name);
      return magic ? magic() : valueIn(layers(), name, input.hashBehaviour ?? 'replace');
    },
    written: (name) =>
      input.magic?.has(name) === true ? isOperators(name) : writtenIn(layers(), name, input.hashBehaviour ?? 'replace'),
    names: () => namesOf(layers(), input.magic),
    layers,
  };
}

function namesOf(layers: readonly VarsLayer[], magic: Magic | undefined): Set<string> {
  const names = new Set(magic?.keys());
  for (const layer of layers) for (const name of layer.vars.keys()) names.add(name);
  return names;
}
