import type { OptionSpecs } from '../core/command-line.ts';
import { LOOKING_OPTIONS } from './looking-options.ts';

/** The options of `run unmanaged`. */
export const UNMANAGED_OPTIONS = {
  ...LOOKING_OPTIONS,
  output: {
    type: 'choice',
    choices: ['text', 'json'],
    short: 'o',
    value: 'FORM',
    help: 'output format (default: text)',
  },
  'as-tasks': { type: 'switch', help: 'print a playbook with the tasks that would declare what was found' },
} as const satisfies OptionSpecs;
