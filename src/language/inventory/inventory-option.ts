import type { OptionSpecs } from '../../core/command-line.ts';

/** Where hosts come from: the option of every command that reads an inventory. */
export const INVENTORY_OPTION = {
  inventory: {
    type: 'text',
    short: 'i',
    aliases: ['inventory-file'],
    value: 'SOURCE',
    many: true,
    help: 'inventory file, directory or script, or a list of hosts: `host,`',
  },
} as const satisfies OptionSpecs;
