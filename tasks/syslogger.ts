import { anyCode, decodeText, defineTask, mayAlter, type Reply, script, sh, type TaskResult } from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';

export default defineTask({
  name: 'community.general.syslogger',
  summary: "Write a message to the host's system log.",
  description:
    'Requires `logger`, which is in the package bsdutils. A message is written every time, except in a check.',
  acts: true,
  params: {
    msg: { type: 'str', required: true, doc: 'The message.' },
    priority: {
      type: 'str',
      default: 'info',
      choices: ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'],
      doc: 'How urgent it is.',
    },
    facility: {
      type: 'str',
      default: 'daemon',
      choices: [
        'kern',
        'user',
        'mail',
        'daemon',
        'auth',
        'lpr',
        'news',
        'uucp',
        'cron',
        'syslog',
        'local0',
        'local1',
        'local2',
        'local3',
        'local4',
        'local5',
        'local6',
        'local7',
      ],
      doc: 'The kind of program that it is from. Only the kernel can log as `kern`: `user` is logged instead.',
    },
    log_pid: { type: 'bool', default: false, doc: 'Add the number of the process that writes it.' },
    ident: { type: 'str', default: 'ansible_syslogger', doc: 'The name of the program that it is from.' },
  },
  plan: (_, { msg, priority, facility, log_pid, ident }) => ({
    changes: [
      {
        what: `log as ${facility}.${priority}`,
        from: '',
        to: msg,
        commands: [
          // With an empty message, logger would read from its standard input.
          {
            ...sh`logger -p ${`${facility}.${priority}`} -t ${ident} ${log_pid ? [script`--id=$$`] : []} -- ${msg === '' ? ' ' : msg}`,
            accepts: anyCode,
          },
        ],
        effects: [mayAlter('path:/var/log')],
      },
    ],
  }),
  result: ({ params: { ident, priority, facility, log_pid, msg }, replies }) => ({
    ident,
    priority,
    facility,
    log_pid,
    msg,
    ...notLogged(replies[0]),
  }),
  returns: {
    ident: 'The `ident` parameter.',
    priority: 'The `priority` parameter.',
    facility: 'The `facility` parameter.',
    log_pid: 'The `log_pid` parameter.',
    msg: 'The message.',
  },
  examples: [
    { title: 'Note the end of a deployment', yaml: 'syslogger:\n  msg: version 1.2 is deployed\n  ident: deploy' },
    {
      title: 'Log an error of the mail system',
      yaml: 'syslogger:\n  msg: the relay does not respond\n  priority: err\n  facility: mail\n  log_pid: true',
    },
  ],
});

/** Why the message was not written; empty if it was. */
function notLogged(reply: Reply | undefined): TaskResult {
  if (reply === undefined || reply.code === 0) return {};
  const why = decodeText(reply.stderr).trim() || `logger ended with exit code ${reply.code}`;
  return { failed: true, msg: reply.code === 127 ? missingTool({ name: 'logger', package: 'bsdutils' }) : why };
}
