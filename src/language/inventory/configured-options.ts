import type { Config } from '../config/index.ts';
import type { InventoryOptions } from './read-path.ts';

/** How to read an inventory according to the configuration. Ansible warns about what `run` accepts or refuses. */
export function configuredOptions(config: Config, asAnsible: boolean): InventoryOptions {
  return {
    ignoreExtensions: config.inventoryIgnoreExtensions,
    ignorePatterns: config.inventoryIgnorePatterns,
    groupNames: groupNamesOf(config, asAnsible),
    ...(asAnsible && { unparsed: unparsedOf(config) }),
  };
}

function groupNamesOf({ transformInvalidGroupChars: choice }: Config, asAnsible: boolean) {
  if (asAnsible) return choice;
  return choice === 'always' || choice === 'silently' ? 'silently' : 'ignore';
}

function unparsedOf({ inventoryAnyUnparsedIsFailed, inventoryUnparsedFailed }: Config) {
  if (inventoryAnyUnparsedIsFailed) return 'error';
  return inventoryUnparsedFailed ? 'error-if-all' : 'warning';
}
