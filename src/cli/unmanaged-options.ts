import type { OptionSpecs } from '../core/command-line.ts';
import { runOptions } from './options.ts';

const {
  limit: _limit,
  shard: _shard,
  check: _check,
  diff: _diff,
  step: _step,
  'start-at-task': _start,
  'force-handlers': _handlers,
  'list-tasks': _tasks,
  'list-tags': _tags,
  'list-hosts': _hosts,
  'syntax-check': _syntax,
  'scp-extra-args': _scp,
  'sftp-extra-args': _sftp,
  'ssh-common-args': _common,
  'ssh-extra-args': _extra,
  lab: _lab,
  output: _output,
  ...shared
} = runOptions;

/** The options of `run unmanaged`. */
export const UNMANAGED_OPTIONS = {
  ...shared,
  output: {
    type: 'choice',
    choices: ['text', 'json'],
    short: 'o',
    value: 'FORM',
    help: 'output format (default: text)',
  },
  'as-tasks': { type: 'switch', help: 'print a playbook with the tasks that would declare what was found' },
} as const satisfies OptionSpecs;
