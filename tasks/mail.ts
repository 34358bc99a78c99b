import {
  anyCode,
  type Content,
  content,
  decodeText,
  defineTask,
  each,
  encodeText,
  mayAlter,
  nameOf,
  type Params,
  type Plan,
  type Reply,
  reading,
  sh,
  type TaskContext,
  type TaskResult,
  tidyPath,
  together,
} from '../src/sdk.ts';
import { askTool, toolMissing } from './shared/commands/tool.ts';
import { composedMail, extraHeaders, inCharset, mailboxAddress } from './shared/network/mail-message.ts';

const params = {
  subject: { type: 'str', required: true, aliases: ['msg'], doc: 'The subject.' },
  sender: { type: 'str', default: 'root', aliases: ['from'], doc: 'The sender, as `address` or `Name <address>`.' },
  to: { type: 'list', elements: 'str', default: ['root'], aliases: ['recipients'], doc: 'The recipients.' },
  cc: { type: 'list', elements: 'str', default: [], doc: 'Recipients of a copy.' },
  bcc: { type: 'list', elements: 'str', default: [], doc: 'Recipients of a copy whom the others do not see.' },
  body: { type: 'str', doc: 'The text (default: the subject).' },
  host: { type: 'str', default: 'localhost', doc: 'The mail server.' },
  port: { type: 'int', default: 25, doc: 'Its port; on 465, the connection is encrypted from the start.' },
  username: { type: 'str', doc: 'The user to log in to the mail server as.' },
  password: { type: 'str', secret: true, doc: 'The password of that user.' },
  secure: {
    type: 'str',
    default: 'try',
    choices: ['always', 'never', 'starttls', 'try'],
    doc: 'Whether to encrypt: if the server can (`try`), with STARTTLS or not at all (`starttls`), from the start (`always`), or not (`never`). The certificate is not verified.',
  },
  timeout: { type: 'int', default: 20, doc: 'How many seconds to wait for the mail server.' },
  ehlohost: { type: 'str', doc: 'The name by which to greet the mail server (default: the name of the host).' },
  attach: { type: 'list', elements: 'path', default: [], doc: 'Files on the host to attach.' },
  headers: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'More headers, each as `NAME=VALUE`; several may be separated by `|`.',
  },
  charset: { type: 'str', default: 'utf-8', doc: 'The charset of the text: `utf-8`, `us-ascii` or `iso-8859-1`.' },
  subtype: { type: 'str', default: 'plain', choices: ['html', 'plain'], doc: 'What the text is.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.mail',
  summary: 'Send a mail from the host.',
  description:
    'Requires the `curl` package on the host. A mail is sent every time, except in a check. If the server refuses one of the recipients, it is sent to none.',
  params,
  acts: true,
  skippedByAnsible: true,
  ask: ({ attach }) =>
    together(
      { curl: askTool(curlTool) },
      each('file', attach.map(tidyPath), (path) => content(path)),
    ),
  plan(state, task, context): Plan {
    const lacks = toolMissing(state.curl, curlTool);
    if (lacks !== undefined) return { failed: lacks };
    const files = task.attach.map((path) => ({ path, file: state[`file ${tidyPath(path)}`] }));
    const message = composed(files, task, context);
    if ('failed' in message) return message;
    const sent = {
      what: 'mail',
      from: '',
      to: `${task.subject} (to ${recipients(task).join(', ')})`,
      commands: [sending(message.bytes, task)],
      // A server on the host itself stores or queues it.
      effects: [mayAlter('path:/var/spool', 'path:/var/mail', 'path:/var/log')],
    };
    return { changes: [sent], warnings: warningsOf(task) };
  },
  result: ({ replies, params: task }) => (replies[0] === undefined ? {} : resultOf(replies[0], task)),
  returns: { msg: 'Whether the mail was sent.', result: 'The recipients that were refused; always empty.' },
  examples: [
    {
      title: 'Tell root that a host is ready',
      yaml: 'mail:\n  subject: "{{ inventory_hostname }} is ready"',
      runs: { no: 'needs a mail server' },
    },
    {
      title: 'Send a report through a server that needs a password',
      yaml: 'mail:\n  host: smtp.example.org\n  port: 587\n  username: reports\n  password: "{{ smtp_password }}"\n  secure: starttls\n  from: Reports <reports@example.org>\n  to: Tech <tech@example.org>\n  subject: Backups\n  body: All is well.\n  attach: /var/log/backup.log',
      runs: { no: 'needs a mail server' },
    },
  ],
});

const curlTool = { name: 'curl', package: 'curl' };

const recipients = ({ to, cc, bcc }: Task): readonly string[] => [
  ...new Set([...to, ...cc, ...bcc].map(mailboxAddress).filter((one) => one !== '')),
];

function composed(
  files: readonly { readonly path: string; readonly file: Content | undefined }[],
  task: Task,
  context: TaskContext,
): { readonly bytes: Uint8Array } | { readonly failed: string } {
  if (recipients(task).length === 0) return { failed: 'a mail needs a recipient: set `to`, `cc` or `bcc`' };
  const broken = [task.sender, ...recipients(task), task.host, task.ehlohost ?? ''].find((one) => /[\r\n]/.test(one));
  if (broken !== undefined) return { failed: 'an address must not contain a line break' };
  const absent = files.find(({ file }) => file?.bytes === undefined);
  if (absent !== undefined)
    return { failed: `Failed to send mail: can't attach file ${absent.path}: there is no such file on the host` };
  const attachments = files.map(({ path, file }) => ({
    name: nameOf(tidyPath(path)),
    bytes: file?.bytes ?? new Uint8Array(),
  }));
  const body = task.body ?? task.subject;
  const bytes = composedMail({ ...task, from: task.sender, body, date: context.now, attachments });
  if (bytes !== undefined) return { bytes };
  return {
    failed:
      inCharset('', task.charset) === undefined
        ? `the charset ${task.charset} is not supported: use utf-8`
        : `the text has characters that ${task.charset} lacks: use utf-8`,
  };
}

function warningsOf({ headers, username, secure }: Task): readonly string[] {
  const skipped = extraHeaders(headers)
    .filter(({ name }) => name === undefined)
    .map(({ given }) => `Skipping header '${given}', unable to parse`);
  const open = username !== undefined && secure === 'never';
  return [...skipped, ...(open ? ['Username and Password was sent without encryption'] : [])];
}

/** curl reads its configuration, which has the password, and the message from its standard input. */
function sending(message: Uint8Array, task: Task) {
  const config = encodeText(curlConfig(task));
  const text = sh`exec 3<&0
c=$(head -c ${config.length})
printf '%s\n' "$c" | LC_ALL=C curl --disable --config /dev/fd/4 4<&0 <&3`;
  return {
    ...reading(text, Buffer.concat([config, message])),
    accepts: anyCode,
    shown: `send a mail to ${recipients(task).join(', ')}`,
  };
}

function curlConfig(task: Task): string {
  const { host, port, secure, ehlohost, username, password, timeout } = task;
  const isEncrypted = secure === 'always' || (secure !== 'never' && port === 465);
  const server = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const lines: readonly (readonly [string, string | number] | readonly [string])[] = [
    ['url', `${isEncrypted ? 'smtps' : 'smtp'}://${server}:${port}/${encodeURIComponent(ehlohost ?? '')}`],
    ['silent'],
    ['show-error'],
    ['insecure'],
    ...(secure === 'try' && !isEncrypted ? [['ssl'] as const] : []),
    ...(secure === 'starttls' && !isEncrypted ? [['ssl-reqd'] as const] : []),
    ['mail-from', mailboxAddress(task.sender)],
    ...recipients(task).map((one) => ['mail-rcpt', one] as const),
    ['upload-file', '-'],
    ['connect-timeout', timeout],
    ['speed-time', timeout],
    ['speed-limit', 1],
    ...(username === undefined ? [] : [['user', `${username}:${password ?? ''}`] as const]),
  ];
  return lines
    .map(([key, value]) => (value === undefined ? `${key}\n` : `${key} = "${escaped(String(value))}"\n`))
    .join('');
}

const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&');

/** What curl's exit codes mean for a mail. */
function complaint(code: number, said: string, { host, port }: Task): string {
  const server = `${host}:${port}`;
  if (code === 67) return `Authentication to ${server} failed, please check your username and/or password`;
  if (code === 64) return `StartTLS is not offered on server ${server}`;
  if (/RCPT failed/.test(said))
    return `the server ${server} refused a recipient, and the mail was sent to none: ${said}`;
  return `Failed to send mail to server ${server}: ${said === '' ? `curl ended with exit code ${code}` : said}`;
}

function resultOf({ code, stderr }: Reply, task: Task): TaskResult {
  if (code === 0) return { msg: 'Mail sent successfully', result: {} };
  return { failed: true, rc: 1, msg: complaint(code, decodeText(stderr).trim(), task) };
}
