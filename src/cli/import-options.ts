import type { OptionSpecs } from '../core/command-line.ts';
import { UNMANAGED_OPTIONS } from './unmanaged-options.ts';

const { output: _output, 'as-tasks': _tasks, tags: _tags, 'skip-tags': _skip, ...shared } = UNMANAGED_OPTIONS;

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
