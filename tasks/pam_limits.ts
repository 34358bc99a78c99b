import { defineTask, type Params } from '../src/sdk.ts';
import { askEdit, inTheWay, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { backupFile } from './shared/files/copy-file.ts';

const params = {
  domain: { type: 'str', required: true, doc: 'A user, `@GROUP`, `%GROUP`, a range of IDs, or `*`.' },
  limit_type: { type: 'str', required: true, choices: ['hard', 'soft', '-'], doc: 'The type; `-` means both.' },
  limit_item: {
    type: 'str',
    required: true,
    choices: [
      'core',
      'data',
      'fsize',
      'memlock',
      'nofile',
      'rss',
      'stack',
      'cpu',
      'nproc',
      'as',
      'maxlogins',
      'maxsyslogins',
      'priority',
      'locks',
      'sigpending',
      'msgqueue',
      'nice',
      'rtprio',
      'chroot',
    ],
    doc: 'What is limited.',
  },
  value: {
    type: 'str',
    required: true,
    doc: 'The limit: a number, or `unlimited`, `infinity` or `-1`; for `nice` and `priority`, a number from -20 to 19.',
  },
  use_max: { type: 'bool', default: false, doc: 'Keep the current limit if it is higher.' },
  use_min: { type: 'bool', default: false, doc: 'Keep the current limit if it is lower.' },
  dest: { type: 'path', default: '/etc/security/limits.conf', doc: 'The file.' },
  comment: { type: 'str', default: '', doc: 'A comment to add at the end of the line when it is written.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.pam_limits',
  summary: 'Manage a limit for user sessions in limits.conf.',
  description: 'The limit applies to new sessions; open sessions keep theirs.',
  params,
  ask: (task) => askEdit(fileOf(task)),
  thenAsk: (state, task) => thenAskEdit(state, fileOf(task)),
  plan(state, task, context) {
    const wrong = wrongly(task);
    if (wrong !== undefined) return { failed: wrong };
    const blocked = inTheWay(state, fileOf(task));
    if (blocked !== undefined) return blocked;
    const opened = openEdited(state);
    const edited = withLimit(opened.text, task);
    if ('failed' in edited) return edited;
    return planEdit(state, fileOf(task), { opened, text: edited.text }, context, {
      what: `${task.domain} ${task.limit_type} ${task.limit_item}`,
      from: edited.was ?? null,
      to: edited.is,
    });
  },
  result({ before, params: task, replies }) {
    const edited = withLimit(openEdited(before).text, task);
    return { msg: 'failed' in edited ? '' : edited.line, ...backupFile(replies, task.backup) };
  },
  returns: { msg: 'the line in the file', backup_file: 'the path of the backup' },
  examples: [
    {
      title: 'Let a service open many files',
      yaml: 'pam_limits:\n  domain: www-data\n  limit_type: "-"\n  limit_item: nofile\n  value: "65536"\n  dest: /etc/security/limits.d/90-retrace.conf',
    },
    {
      title: 'Let a group lock an unlimited amount of memory',
      yaml: 'pam_limits:\n  domain: "@audio"\n  limit_type: hard\n  limit_item: memlock\n  value: unlimited\n  use_max: true\n  dest: /etc/security/limits.d/91-retrace.conf',
    },
  ],
});

const fileOf = ({ dest, backup }: Task) => ({ path: dest, backup });

const isUnlimited = (value: string): boolean => /^(?:unlimited|infinity|-1)$/.test(value);

function wrongly(task: Task): string | undefined {
  if (task.use_max && task.use_min) return 'Cannot use use_min and use_max at the same time.';
  return wrongValue(task.limit_item, task.value, '');
}

/** Why a value is not valid for an item; undefined if it is. */
function wrongValue(item: string, value: string, prefix: string): string | undefined {
  const invalid = `${prefix}Value of '${value}' for item '${item}' is invalid.`;
  if (item === 'nice' || item === 'priority') {
    const isValid = /^-?\d+$/.test(value) && Number(value) >= -20 && Number(value) <= 19;
    return isValid ? undefined : `${invalid} Value must be a number in the range -20 to 19 inclusive.`;
  }
  return isUnlimited(value) || /^\d+$/.test(value)
    ? undefined
    : `${invalid} Value must either be 'unlimited', 'infinity' or -1, all of which indicate no limit, or a limit of 0 or larger.`;
}

interface Limited {
  readonly text: string;
  /** The value before and after. */
  readonly was?: string;
  readonly is: string;
  /** The line that sets the limit. */
  readonly line: string;
}

/** The text with the limit: each line for the same domain, type and item gets it. */
function withLimit(text: string, task: Task): Limited | { readonly failed: string } {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const own = lines.filter((line) => isLimit(line, task));
  for (const line of own) {
    const wrong = wrongValue(task.limit_item, fieldsOf(line)[3] ?? '', `Invalid configuration of '${task.dest}'. `);
    if (wrong !== undefined) return { failed: wrong };
  }
  const [last] = own.slice(-1);
  if (last === undefined) {
    const line = limitLine(task, task.value, task.comment);
    return { text: [...lines, line, ''].join('\n'), is: task.value, line };
  }
  const next = lines.map((line) => (isLimit(line, task) ? kept(line, task) : line));
  const line = kept(last, task);
  const unchanged = next.every((one, index) => one === lines[index]);
  return {
    text: unchanged ? text : `${next.join('\n')}\n`,
    was: own.map((one) => fieldsOf(one)[3]).join(', '),
    is: fieldsOf(line)[3] ?? '',
    line,
  };
}

const fieldsOf = (line: string): readonly string[] => (line.split('#')[0] ?? '').trim().split(/\s+/);

function isLimit(line: string, task: Task): boolean {
  const [domain, type, item, value, ...more] = fieldsOf(line);
  return (
    domain === task.domain &&
    type === task.limit_type &&
    item === task.limit_item &&
    value !== undefined &&
    more.length === 0
  );
}

/** The line as it should be: as it is, if it has the right value. */
function kept(line: string, task: Task): string {
  const is = fieldsOf(line)[3] ?? '';
  const to = wantedValue(is, task);
  const hash = line.indexOf('#');
  const comment = hash < 0 ? '' : line.slice(hash + 1).trim();
  return is === to ? line : limitLine(task, to, task.comment || comment);
}

const limitLine = (task: Task, value: string, comment: string): string =>
  `${task.domain}\t${task.limit_type}\t${task.limit_item}\t${value}${comment === '' ? '' : `\t#${comment}`}`;

function wantedValue(is: string, { value, use_max, use_min, limit_item }: Task): string {
  if (!use_max && !use_min) return value;
  const height = (one: string): number =>
    limit_item !== 'nice' && limit_item !== 'priority' && isUnlimited(one) ? Number.POSITIVE_INFINITY : Number(one);
  const keeps = use_max ? height(is) >= height(value) : height(is) <= height(value);
  return keeps ? is : value;
}
