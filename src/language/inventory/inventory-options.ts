import type { CommandLine, OptionSpecs } from '../../core/command-line.ts';
import { VAULT_OPTIONS } from '../vault/vault-options.ts';

/** Where hosts come from. Every command that reads an inventory has this option. */
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

/** The options of commands that inspect an inventory. */
export const INVENTORY_OPTIONS = {
  ...INVENTORY_OPTION,
  limit: { type: 'text', short: 'l', value: 'PATTERN', help: 'only these hosts' },
  'playbook-dir': {
    type: 'path',
    exists: 'directory',
    value: 'DIRECTORY',
    help: 'also load group_vars and host_vars from this directory',
  },
  'extra-vars': {
    type: 'text',
    mayBeEmpty: true,
    short: 'e',
    value: 'VARS',
    many: true,
    help: 'variables that override all others',
  },
  ...VAULT_OPTIONS,
  verbose: { type: 'switch', short: 'v', help: 'report more' },
} as const satisfies OptionSpecs;

/** The options of `run inventory`. */
export const INVENTORY_COMMAND_OPTIONS = {
  list: { type: 'switch', help: 'print all hosts, groups and variables' },
  host: { type: 'text', value: 'HOST', help: 'print the variables for a host' },
  graph: { type: 'switch', help: 'print the groups as a tree' },
  yaml: { type: 'switch', short: 'y', help: 'print YAML instead of JSON' },
  vars: { type: 'switch', help: 'with --graph: include variables' },
  export: { type: 'switch', help: 'with --list: keep group variables in their groups, for export' },
  output: { type: 'path', value: 'FILE', help: 'with --list: write to a file' },
  ...INVENTORY_OPTIONS,
} as const satisfies OptionSpecs;

/** A parsed command line of `run inventory`. */
export type InventoryLine = CommandLine<typeof INVENTORY_COMMAND_OPTIONS>;
