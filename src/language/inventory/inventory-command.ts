import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OptionValues } from '../../core/command-line.ts';
import type { Diagnostic, Result } from '../../core/source.ts';
import { type CommandIo, tell } from '../config/command-io.ts';
import { type Config, loadConfig, type Origins } from '../config/index.ts';
import { extraLayer } from '../variables/extra-vars.ts';
import { secretsOf } from '../vault/vault-options.ts';
import { configuredOptions } from './configured-options.ts';
import { hostVariables, type ListOptions } from './host-variables.ts';
import type { INVENTORY_OPTIONS, InventoryLine } from './inventory-options.ts';
import { graph, hostJson, hostYaml, listJson, listYaml } from './list-inventory.ts';
import { type LoadedInventory, loadInventory, withPlaybookVars } from './load-inventory.ts';
import { nearInventory } from './near-inventory.ts';
import { hostOf, selectHosts } from './select-hosts.ts';

/**
 * `run inventory`: prints the inventory as ansible-inventory does. Exit codes: 0; 1 for errors; under the name ansible-inventory, 5 for
 * wrong options.
 */
export async function inventoryCommand(
  { options: values, rest: positionals }: InventoryLine,
  io: CommandIo,
): Promise<number> {
  const actions = [values.list, values.host !== undefined, values.graph].filter(Boolean).length;
  if (actions === 0)
    return refuse(io, 'No action selected, at least one of --host, --graph or --list needs to be specified.');
  if (actions > 1)
    return refuse(io, 'Conflicting options used, only one of --host, --graph or --list can be used at the same time.');
  const opened = await openInventory(values, io);
  if (!opened.ok) return tell(io, opened.error, 1);
  tell(io, opened.warnings ?? [], 0);
  const { inventory, options } = opened.value;
  const unmatched = io.asAnsible && values.host !== undefined ? unmatchedHost(opened.value, values.host) : [];
  if (unmatched.some(({ severity }) => severity === 'error')) return tell(io, unmatched, 1);
  tell(io, unmatched, 0);
  const text = answer(inventory, values, positionals, options);
  if (typeof text !== 'string') return refuse(io, text.problem);
  if (values.output === undefined || !values.list) io.stdout.write(text);
  else writeFileSync(resolve(io.cwd, values.output), text, { mode: 0o600 });
  return 0;
}

/** What Ansible reports about a host that is not in the inventory; the setting decides whether it is an error. */
function unmatchedHost({ inventory, config }: OpenedInventory, host: string): readonly Diagnostic[] {
  const selected = selectHosts(inventory, host, { mismatch: config.hostPatternMismatch });
  return selected.ok ? (selected.warnings ?? []) : selected.error;
}

function answer(
  inventory: LoadedInventory,
  values: InventoryLine['options'],
  positionals: readonly string[],
  options: ListOptions,
): string | { problem: string } {
  if (values.host !== undefined) {
    const selected = selectHosts(inventory, values.host, { mismatch: 'ignore' });
    const host =
      selected.ok && selected.value.length === 1 ? hostOf(inventory, selected.value[0] as string) : undefined;
    if (!host) return { problem: 'You must pass a single valid host to --host parameter' };
    return (values.yaml ? hostYaml : hostJson)(hostVariables(host, options));
  }
  if (values.graph) {
    const start = positionals[0] ?? 'all';
    return (
      graph(inventory, start, { ...options, vars: values.vars }) ?? {
        problem: 'Pattern must be valid group name when using --graph',
      }
    );
  }
  return (values.yaml ? listYaml : listJson)(inventory, options);
}

/** The options needed to load an inventory. */
type InventoryValues = OptionValues<typeof INVENTORY_OPTIONS> & { readonly export?: boolean };

/** An inventory, and how to show its variables according to options and configuration. */
export interface OpenedInventory {
  readonly inventory: LoadedInventory;
  readonly options: ListOptions;
  readonly config: Config;
}

/** Loads the inventory that options and configuration name, and determines how to show its variables. */
export async function openInventory(values: InventoryValues, io: CommandIo): Promise<Result<OpenedInventory>> {
  const { config, warnings, origins } = loadConfig(io.env, io.cwd);
  if (warnings.some(({ severity }) => severity === 'error')) return { ok: false, error: warnings };
  const secrets = await secretsOf(values, config, io);
  if (!secrets.ok) return secrets;
  const extra = extraLayer(values['extra-vars'] ?? [], { cwd: io.cwd, vaultSecrets: secrets.value });
  if (!extra.ok) return extra;
  const loaded = loadInventory(sourcesOf(values, config, origins, io), {
    cwd: io.cwd,
    env: io.env,
    vaultSecrets: secrets.value,
    ...configuredOptions(config, io.asAnsible === true),
  });
  const playbookDir = values['playbook-dir'] ?? config.playbookDir ?? io.cwd;
  const complete = loaded.ok ? withPlaybookVars(loaded.value, playbookDir) : loaded;
  if (!complete.ok) return complete;
  const limited =
    values.limit === undefined ? undefined : selectHosts(complete.value, 'all', { limit: values.limit, cwd: io.cwd });
  if (limited && !limited.ok) return limited;
  const options: ListOptions = {
    export: values.export === true,
    hashBehaviour: config.hashBehaviour,
    extra: extra.value,
    ...(limited && { only: new Set(limited.value) }),
  };
  return {
    ok: true,
    value: { inventory: complete.value, options, config },
    warnings: [
      ...warnings,
      ...((loaded.ok && loaded.warnings) || []),
      ...(complete.warnings ?? []),
      ...(limited?.warnings ?? []),
    ],
  };
}

// In this order: the given sources; the configured ones; as `run`, a nearby inventory; Ansible's default if it exists.
function sourcesOf(values: InventoryValues, config: Config, origins: Origins, io: CommandIo): readonly string[] {
  if (values.inventory !== undefined) return values.inventory;
  if (origins.has('inventory')) return config.inventory;
  const near = io.asAnsible ? undefined : (nearInventory(io.cwd) ?? nearInventory(values['playbook-dir'] ?? io.cwd));
  return near ? [near] : config.inventory.filter((path) => existsSync(path));
}

function refuse(io: CommandIo, problem: string): number {
  io.stderr.write(`ERROR! ${problem}\n`);
  return io.asAnsible === true ? 5 : 1;
}
