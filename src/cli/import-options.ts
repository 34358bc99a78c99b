import type { OptionSpecs } from '../core/command-line.ts';
import { LOOKING_OPTIONS } from './looking-options.ts';

const { tags: _tags, 'skip-tags': _skip, ...shared } = LOOKING_OPTIONS;

/** The options of `run import`. */
export const IMPORT_OPTIONS = {
  ...shared,
  output: {
    type: 'path',
    exists: 'directory',
    short: 'o',
    value: 'DIR',
    help: 'write the playbook into this directory (default: the current one)',
  },
  name: { type: 'text', value: 'NAME', help: 'name of the playbook (default: the name of the host)' },
} as const satisfies OptionSpecs;
