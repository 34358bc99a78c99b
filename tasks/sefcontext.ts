import { type Change, defineTask, type Params, type Plan } from '../src/sdk.ts';
import { byState } from './shared/retire/by-state.ts';
import {
  askMode,
  askRecords,
  type Records,
  readRecords,
  recordEffects,
  recordParams,
  recordRefusal,
  semanage,
} from './shared/selinux/semanage.ts';

const params = {
  target: { type: 'str', required: true, aliases: ['path'], doc: 'The path, as a regular expression.' },
  ftype: {
    type: 'str',
    default: 'a',
    choices: ['a', 'b', 'c', 'd', 'f', 'l', 'p', 's'],
    doc: 'The kind of files: all, block devices, character devices, directories, regular files, links, pipes or sockets.',
  },
  setype: { type: 'str', doc: 'The SELinux type; `<<none>>` keeps the files from being relabelled.' },
  substitute: {
    type: 'str',
    aliases: ['equal'],
    doc: 'Another path: files below `target` get the contexts that they would have below this path.',
  },
  seuser: { type: 'str', doc: 'The SELinux user (default: the present one, or `system_u`).' },
  selevel: { type: 'str', aliases: ['serange'], doc: 'The SELinux range (default: the present one, or `s0`).' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether there is such a rule; `absent` without `setype` and `substitute` removes both kinds.',
  },
  ...recordParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.sefcontext',
  summary: 'Manage which SELinux context files get.',
  description:
    'Requires the `policycoreutils-python-utils` package on the host. Existing files keep their context: run `restorecon`. Whether there is such a type is found out only when the policy changes, so an unknown one does not fail in a check.',
  params,
  rules: {
    mutuallyExclusive: [['setype', 'substitute']],
    requiredIf: [{ param: 'state', is: 'present', needs: ['setype', 'substitute'], any: true }],
  },
  ask: (task) => ({ mode: askMode, records: askContexts(task) }),
  plan({ mode, records }, task): Plan {
    const failure = recordRefusal(mode, records, task);
    if (failure !== undefined) return { failed: failure };
    const now = readRecords(records);
    if (task.state === 'absent') return removingRules(now, task);
    if (/.\/$/.test(task.target)) return { failed: `Target ${task.target} is not valid: it must not end with '/'` };
    return task.setype === undefined
      ? substituting(now, task.substitute ?? '', task)
      : labelling(now, task.setype, task);
  },
  result: ({ params: { target, ftype, setype = null, substitute = null, state } }) => ({
    target,
    ftype,
    setype,
    substitute,
    state,
  }),
  retire: byState('SELinux file context', ['target', 'ftype'], ['setype', 'substitute']),
  returns: {
    target: 'The path.',
    ftype: 'The kind of files.',
    setype: 'The SELinux type.',
    substitute: 'The `substitute` parameter.',
    state: 'The `state` parameter.',
  },
  examples: [
    {
      title: 'Let the web server write to repositories',
      yaml: 'sefcontext:\n  target: /srv/git(/.*)?\n  setype: httpd_sys_rw_content_t',
      runs: { no: 'needs SELinux' },
    },
    {
      title: 'Home directories in another place',
      yaml: 'community.general.sefcontext:\n  target: /export/home\n  substitute: /home',
      runs: { no: 'needs SELinux' },
    },
  ],
});

const askContexts = ({ target }: Task) => askRecords('fcontext', target);

const SHOWN: Readonly<Record<Task['ftype'], string>> = {
  a: 'all files',
  b: 'block device',
  c: 'character device',
  d: 'directory',
  f: 'regular file',
  l: 'symbolic link',
  p: 'named pipe',
  s: 'socket',
};

/** The context in a line about this path and kind of files. */
function contextIn(lines: readonly string[], { target, ftype }: Task): string | undefined {
  const line = lines.find((one) => isContextOf(one, target, SHOWN[ftype]));
  return line
    ?.trim()
    .split(/\s+/)
    .at(-1)
    ?.replace(/^<<None>>$/, '<<none>>');
}

const isContextOf = (line: string, target: string, kind: string): boolean =>
  line.startsWith(target) &&
  /^\s/.test(line.slice(target.length)) &&
  line.slice(target.length).trim().startsWith(`${kind} `);

/** What the path is equivalent to. */
const substituteIn = (lines: readonly string[], target: string): string | undefined =>
  equivalences(lines).find(([path]) => path === target)?.[1];

const equivalences = (lines: readonly string[]): readonly (readonly [string, string])[] =>
  lines.flatMap((line) => {
    const [, path = '', other = ''] = /^(\S+) = (\S+)$/.exec(line.trim()) ?? [];
    return path === '' ? [] : [[path, other] as const];
  });

function labelling(now: Records, setype: string, task: Task): Plan {
  const { target, ftype } = task;
  const from = contextIn(now.all, task);
  const [user, , , ...range] = (from ?? '').split(':');
  const known = (text: string | undefined) =>
    text === undefined || text === '' || from === '<<none>>' ? undefined : text;
  const seuser = task.seuser ?? known(user) ?? 'system_u';
  const selevel = task.selevel ?? known(range.join(':')) ?? 's0';
  const to = setype === '<<none>>' ? setype : `${seuser}:object_r:${setype}:${selevel}`;
  if (from === to) return { changes: [] };
  const rule = equivalences(now.all).find(([path]) => `${target}/`.startsWith(`${path}/`));
  if (from === undefined && rule !== undefined)
    return {
      failed: `File spec ${target} conflicts with equivalency rule '${rule.join(' ')}': use ${target.replace(...rule)} instead`,
    };
  const line = `${target} ${SHOWN[ftype]} ${to}`;
  const words = [from === undefined ? '-a' : '-m', '-t', setype, '-f', ftype, '-s', seuser, '-r', selevel, target];
  const change: Change = {
    what: `SELinux context of ${target} (${SHOWN[ftype]})`,
    from: from ?? null,
    to,
    commands: [semanage('fcontext', task, words)],
    effects: recordEffects(askContexts(task), {
      all: [line, ...now.all.filter((one) => !isContextOf(one, target, SHOWN[ftype]))],
      own: [line, ...now.own.filter((one) => !isContextOf(one, target, SHOWN[ftype]))],
    }),
  };
  return { changes: [change] };
}

function substituting(now: Records, substitute: string, task: Task): Plan {
  const { target } = task;
  const from = substituteIn(now.all, target);
  if (from === substitute) return { changes: [] };
  if (from !== undefined && substituteIn(now.own, target) === undefined)
    return { failed: `the substitute of ${target} is defined in policy and cannot be changed` };
  const line = `${target} = ${substitute}`;
  const others = (lines: readonly string[]) => lines.filter((one) => !one.startsWith(`${target} = `));
  const change: Change = {
    what: `SELinux contexts below ${target}`,
    from: from === undefined ? null : `as below ${from}`,
    to: `as below ${substitute}`,
    // semanage cannot modify it.
    commands: [
      ...(from === undefined ? [] : [semanage('fcontext', task, ['-d', target])]),
      semanage('fcontext', task, ['-a', '-e', substitute, target]),
    ],
    effects: recordEffects(askContexts(task), { all: [...others(now.all), line], own: [...others(now.own), line] }),
  };
  return { changes: [change] };
}

/** Removes a rule for the path, its substitute, or both. */
function removingRules(now: Records, task: Task): Plan {
  const { target, ftype, setype, substitute } = task;
  const context = substitute === undefined ? contextIn(now.all, task) : undefined;
  const other = setype === undefined ? substituteIn(now.own, target) : undefined;
  if (context !== undefined && contextIn(now.own, task) === undefined)
    return { failed: `File context for ${target} is defined in policy, cannot be deleted` };
  // semanage removes the substitute first, whatever is given.
  if (context !== undefined && other === undefined && substituteIn(now.own, target) !== undefined)
    return {
      failed: `${target} also has a substitute, which semanage would remove first: leave out setype to remove both`,
    };
  const isGone = (line: string): boolean =>
    (context !== undefined && isContextOf(line, target, SHOWN[ftype])) ||
    (other !== undefined && line.startsWith(`${target} = `));
  const effects = recordEffects(askContexts(task), {
    all: now.all.filter((line) => !isGone(line)),
    own: now.own.filter((line) => !isGone(line)),
  });
  const remove = semanage('fcontext', task, ['-d', '-f', ftype, target]);
  const gone = (what: string, from: string | undefined): readonly Change[] =>
    from === undefined ? [] : [{ what, from, to: null, commands: [remove], effects }];
  return {
    changes: [
      ...gone(`SELinux contexts below ${target}`, other === undefined ? undefined : `as below ${other}`),
      ...gone(`SELinux context of ${target} (${SHOWN[ftype]})`, context),
    ],
  };
}
