import { INVENTORY_COMMAND_OPTIONS } from '../../language/inventory/inventory-options.ts';
import { defineCommand } from '../command.ts';

/** `run inventory`, and `ansible-inventory`. */
export const inventory = defineCommand({
  name: 'inventory',
  usage: [
    '[-i INVENTORY]... --list [--export] [--yaml] [--output FILE]',
    '[-i INVENTORY]... --host HOST [--yaml]',
    '[-i INVENTORY]... --graph [--vars] [GROUP]',
  ],
  summary: 'print the inventory, in the same format as ansible-inventory',
  about: 'Prints the inventory, in the same format as ansible-inventory.',
  options: INVENTORY_COMMAND_OPTIONS,
  words: { what: 'group', least: 0, most: 1 },
  ansible: { name: 'ansible-inventory', usageError: 5 },
  run: async (line, io) => (await import('../../language/inventory/inventory-command.ts')).inventoryCommand(line, io),
});
