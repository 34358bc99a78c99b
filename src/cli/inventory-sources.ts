import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { labInventoryPath } from '../lab/paths.ts';
import type { Config, Origins } from '../language/config/index.ts';
import { nearInventory } from '../language/inventory/near-inventory.ts';
import type { Face } from './face.ts';
import type { Parsed } from './options.ts';

/**
 * The inventory given on the command line, else the configured one, else the one next to the playbook or in the directory above, else only
 * localhost.
 */
export function inventorySources(parsed: Parsed, config: Config, origins: Origins, face: Face): readonly string[] {
  const given = parsed.options.inventory;
  if (given !== undefined) return given;
  const directory = dirname(resolve(parsed.rest[0] ?? '.'));
  if (parsed.options.lab) return [labInventory(directory)];
  if (origins.has('inventory')) return config.inventory;
  if (face.ansible) return config.inventory.filter((path) => existsSync(path));
  const near = nearInventory(directory);
  return near === undefined ? config.inventory.filter((path) => existsSync(path)) : [near];
}

/** The lab inventory of the playbook's own project, else the one shipped with the program. */
function labInventory(directory: string): string {
  const near = join(dirname(directory), 'inventory', 'lab.yaml');
  return existsSync(near) ? near : labInventoryPath();
}
