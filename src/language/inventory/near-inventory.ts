import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The inventory that lies in a folder, or in the one above; undefined where none does. */
export const nearInventory = (folder: string): string | undefined =>
  [folder, dirname(folder)]
    .flatMap((each) => INVENTORY_NAMES.map((name) => join(each, name)))
    .find((path) => path !== '/etc/hosts' && existsSync(path));

/** Where an inventory may lie, relative to a playbook's directory or the one above; the first that is there is used. */
export const INVENTORY_NAMES: readonly string[] = [
  ...['production.yaml', 'production.yml', 'production', 'hosts.yaml', 'hosts.yml', 'hosts.ini', 'hosts'].map(
    (name) => `inventory/${name}`,
  ),
  'inventory.yaml',
  'inventory.yml',
  'inventory.ini',
  'inventory',
  'hosts.yaml',
  'hosts.yml',
  'hosts',
];
