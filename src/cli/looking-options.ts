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
  answers: _answers,
  'retry-unreachable': _retry,
  deadline: _deadline,
  'lock-timeout': _lockTimeout,
  'no-lock': _noLock,
  'scp-extra-args': _scp,
  'sftp-extra-args': _sftp,
  'ssh-common-args': _common,
  'ssh-extra-args': _extra,
  lab: _lab,
  output: _output,
  ...lookingOptions
} = runOptions;

/** The options of commands that look at hosts outside of any play: how to reach them, and whom to become. */
export const LOOKING_OPTIONS = lookingOptions;
