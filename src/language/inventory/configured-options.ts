import type { Config } from '../config/index.ts';
import type { InventoryOptions } from './read-path.ts';

/** How to read an inventory according to the configuration. Ansible warns about what `run` accepts or refuses. */
export function configuredOptions(config: Config, asAnsible: boolean): InventoryOptions {
  return {
    ignoreExtensions: config.inventoryIgnoreExtensions,
    ignorePatterns: config.inventoryIgnorePatterns,
    groupNames: groupNamesOf(config, asAnsible),
    ...(asAnsible && { unparsed: unparsedOf(config), hostLists: hostListsOf(config) }),
  };
}

function groupNamesOf(config: Config, asAnsible: boolean) {
  const choice = config.transformInvalidGroupChars;
  if (asAnsible) return choice;
  return choice === 'always' || choice === 'silently' ? 'silently' : 'ignore';
}

/** The first plugin for host lists among those that are enabled. */
function hostListsOf(config: Config): NonNullable<InventoryOptions['hostLists']> {
  const names = config.inventoryEnabled.map((name) => name.replace(/^ansible\.builtin\./, ''));
  return names.find((name) => name === 'host_list' || name === 'advanced_host_list') ?? 'none';
}

function unparsedOf(config: Config) {
  if (config.inventoryAnyUnparsedIsFailed) return 'error';
  return config.inventoryUnparsedFailed ? 'error-if-all' : 'warning';
}
