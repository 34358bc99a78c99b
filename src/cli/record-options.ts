import type { OptionSpecs } from '../core/command-line.ts';
import { LOOKING_OPTIONS } from './looking-options.ts';

const { tags: _tags, 'skip-tags': _skip, forks: _forks, ...shared } = LOOKING_OPTIONS;

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
