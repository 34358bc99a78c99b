import type { Diagnostic } from '../core/source.ts';
import { upTo } from '../core/text/up-to.ts';
import { isDict, type Raw, type Value, Vaulted } from '../core/value.ts';
import type { Definition, Definitions } from '../language/check/checking.ts';
import { addVars } from '../language/check/variables.ts';
import { selectHosts } from '../language/inventory/index.ts';
import type { Item, Play, VarsLayer } from '../language/model.ts';
import { checkPlaybooks } from '../language/static-check.ts';
import { TemplateError } from '../template/index.ts';
import { hostsOf, isSettled, mayAddHosts, unknownHosts } from './listings.ts';
import type { Loaded } from './load-all.ts';
import { nothingToDo } from './nothing-to-do.ts';
import { unconfirmed } from './to-confirm.ts';

/** Reports all errors that can be found before any host is touched. */
export function preflight(
  loaded: Loaded,
  { only }: { readonly only?: 'listing' | 'syntax' } = {},
): readonly Diagnostic[] {
  const { context, playbooks, files, decrypt } = loaded;
  // Listings and syntax checks work without an inventory.
  const idle = nothingToDo(loaded, only === undefined ? 'error' : 'warning');
  const withoutHosts = context.inventory.hosts.size === 0 && idle.length > 0;
  const wrongHosts = withoutHosts ? [] : [...emptyLimit(loaded), ...unknownHosts(loaded)];
  return [
    ...(wrongHosts.length > 0 ? wrongHosts : idle),
    ...checkPlaybooks(playbooks, {
      hasHosts: (play) => mayHaveHosts(play, loaded),
      layersOfHosts: (play) => layersOfHosts(play, loaded),
      opensVaults: only !== 'listing' || loaded.passwords.length > 0,
      taskType: context.loadedType,
      typeNames: loaded.typeNames.map((name) => name.replace(/^ansible\.builtin\./, '')),
      files,
      loader: context.loader,
      // The variables of hosts that are not there are not there either.
      ...(gathersAsUsual(loaded) && !withoutHosts && { variables: definitionsOf(loaded) }),
      tags: { only: context.options.tags, skip: context.options.skipTags },
      env: context.env([], context.inventory),
    }),
    // A listing decrypts nothing, so it needs no password.
    ...(only === undefined ? unconfirmed(loaded) : []),
    ...(only !== undefined && loaded.passwords.length === 0 ? [] : wrongPasswords(loaded, decrypt)),
  ];
}

/** Whether only `setup` gathers facts, so that their names are known. */
const gathersAsUsual = ({ context }: Loaded): boolean =>
  (context.options.factModules ?? []).every((name) => name === 'smart' || name.endsWith('setup'));

/** Whether a play may have hosts in this run, as far as this is known in advance. */
const mayHaveHosts = (play: Play, { context, playbooks }: Loaded): boolean =>
  !isSettled(play) || hostsOf(play, context).length > 0 || mayAddHosts(playbooks.flatMap((playbook) => playbook.plays));

/** Without hosts, there is still what the command line sets. */
function layersOfHosts(play: Play, { context }: Loaded): readonly (readonly VarsLayer[])[] {
  const { inventory, extra } = context;
  const names = hostsOf(play, context);
  return names.length === 0 ? [[extra]] : names.map((name) => [...(inventory.hosts.get(name)?.layers ?? []), extra]);
}

/** Reports a limit that matches no host, which is probably a typo. */
function emptyLimit({ context }: Loaded): readonly Diagnostic[] {
  const { limit } = context.options;
  if (limit === undefined) return [];
  const selected = selectHosts(context.inventory, limit, { mismatch: 'error' });
  if (!selected.ok) return selected.error;
  return selected.value.length > 0
    ? []
    : [
        {
          severity: 'error',
          code: 'empty-limit',
          message: `Specified hosts and/or --limit does not match any hosts: ${limit}`,
        },
      ];
}

/** All values of each inventory and command-line variable. Layers that several hosts share are read once. */
function definitionsOf({ context }: Loaded): Definitions {
  const hosts = [...context.inventory.hosts.values(), context.inventory.localhost];
  const layers = new Set([context.extra, ...hosts.flatMap((host) => host.layers)]);
  const definitions = new Map<string, Set<Definition | undefined>>();
  for (const { vars } of layers) addVars(definitions, vars);
  return definitions;
}

/** Reports vault values that the given passwords do not decrypt. Tries only one value per label, because each try takes 10 ms. */
function wrongPasswords({ context, playbooks }: Loaded, decrypt: Loaded['decrypt']): readonly Diagnostic[] {
  const tried = new Map<string, Vaulted>();
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  // Do not try the secrets of hosts that are not part of this run.
  const names = new Set(plays.flatMap((play) => hostsOf(play, context)));
  const hosts = [...context.inventory.hosts.values()].filter((host) => names.has(host.name));
  for (const vaulted of vaultedIn(
    plays.filter((play) => hostsOf(play, context).length > 0),
    hosts.flatMap((host) => host.layers),
  )) {
    const label = upTo(vaulted.envelope.trim(), '\n');
    if (!tried.has(label)) tried.set(label, vaulted);
  }
  return [...tried.values()].flatMap((vaulted) => {
    try {
      decrypt(vaulted);
      return [];
    } catch (error) {
      if (error instanceof TemplateError) return [error.diagnostic];
      throw error;
    }
  });
}

function* vaultedIn(plays: readonly Play[], layers: readonly VarsLayer[]): Generator<Vaulted> {
  for (const layer of new Set([
    ...layers,
    ...plays.flatMap((play) => play.layers),
    ...plays.flatMap((play) => play.items.flatMap(layersOf)),
  ]))
    for (const { value } of layer.vars.values()) yield* vaultedValues(value);
}

const layersOf = (item: Item): readonly VarsLayer[] =>
  item.kind === 'block'
    ? [...item.layers, ...[...item.block, ...item.rescue, ...item.always].flatMap(layersOf)]
    : item.layers;

function* vaultedValues(value: Raw): Generator<Vaulted> {
  if (value instanceof Vaulted) yield value;
  else if (Array.isArray(value)) for (const one of value as readonly Raw[]) yield* vaultedValues(one);
  else if (isDict(value)) for (const one of (value as Map<Value, Raw>).values()) yield* vaultedValues(one);
}
