import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The inventory in a directory or in its parent; undefined if there is none. */
export const nearInventory = (folder: string): string | undefined =>
  [folder, dirname(folder)]
    .flatMap((each) => INVENTORY_NAMES.map((name) => join(each, name)))
    .find((path) => path !== '/etc/hosts' && existsSync(path));

/** Where an inventory may be, relative to a playbook's directory or its parent; the first that exists is used. */
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
