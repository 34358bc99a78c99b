import type { CommandLine, OptionSpecs } from '../../core/command-line.ts';
import { INVENTORY_OPTIONS } from '../inventory/inventory-options.ts';

/** The options of `run vars`. */
export const VARS_OPTIONS = {
  ...INVENTORY_OPTIONS,
  playbook: {
    type: 'path',
    exists: 'file',
    value: 'FILE',
    help: "show the variables as the host's first play sees them before its tasks run",
  },
  play: { type: 'int', min: 1, value: 'NUMBER', help: 'with --playbook: use the play with this number' },
  json: { type: 'switch', help: 'print JSON' },
} as const satisfies OptionSpecs;

/** A parsed command line of `run vars`: a host, and the name of a variable. */
export type VarsLine = CommandLine<typeof VARS_OPTIONS>;
