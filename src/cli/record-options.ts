import type { OptionSpecs } from '../core/command-line.ts';
import { UNMANAGED_OPTIONS } from './unmanaged-options.ts';

const {
  output: _output,
  'as-tasks': _tasks,
  tags: _tags,
  'skip-tags': _skip,
  forks: _forks,
  ...shared
} = UNMANAGED_OPTIONS;

/** The options of `run record`. */
export const RECORD_OPTIONS = {
  ...shared,
  out: {
    type: 'text',
    short: 'o',
    value: 'NAME',
    help: 'write NAME.md and NAME.yaml (default: HOST-DATE in the current directory)',
  },
} as const satisfies OptionSpecs;
