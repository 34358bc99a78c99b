import { script } from '../../../core/command.ts';
import { type Drafted, exact, likely, lookOnly, manual, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, expandBraces, isExpanded, isPattern } from '../words.ts';

const UNKNOWN = 'it is not understood';
const EXPANDED = 'the document does not tell which dataset it names';

/** `a=b` words as properties; undefined if one of them is none. Ansible's module takes words, not `on` as a boolean. */
function properties(words: readonly string[]): Readonly<Record<string, string>> | undefined {
  const pairs = words.map((word) => /^([\w:.-]+)=(.*)$/s.exec(word));
  return pairs.some((pair) => pair === null || isExpanded(pair[0]))
    ? undefined
    : Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}

const dataset = (name: string, state: 'present' | 'absent', extra: Readonly<Record<string, string>> = {}): Drafted =>
  exact({
    type: 'zfs',
    args: { name, state, ...(Object.keys(extra).length > 0 && { extra_zfs_properties: extra }) },
    declares: `dataset:${name}`,
  });

const zfs: Verb = ({ args: [verb = '', ...args] }) => {
  if (['list', 'get', 'diff', 'holds', 'userspace', 'groupspace', 'help', 'version'].includes(verb)) return lookOnly;
  if (args.some((word) => isExpanded(word) || isPattern(word))) return manual(EXPANDED);
  const options = readOptions(args, {
    flags: 'purRfndv',
    values: verb === 'create' || verb === 'snapshot' ? 'oVb' : '',
  });
  const [first, ...more] = options?.operands ?? [];
  if (options === undefined || first === undefined) return manual(UNKNOWN);
  switch (verb) {
    case 'create': {
      const extra = properties(options.all('o'));
      const size = options.value('V');
      const blocks = options.value('b');
      if (extra === undefined || more.length > 0) return manual(UNKNOWN);
      return dataset(first, 'present', {
        ...(size !== undefined && { volsize: size }),
        ...(blocks !== undefined && { volblocksize: blocks }),
        ...extra,
      });
    }
    case 'set': {
      const name = options.operands.at(-1);
      const extra = properties(options.operands.slice(0, -1));
      return name === undefined || extra === undefined || name.includes('=')
        ? manual(UNKNOWN)
        : dataset(name, 'present', extra);
    }
    case 'inherit':
      return more.length === 1 && more[0] !== undefined && !options.has('r')
        ? likely('`inherit` in a draft sets nothing where the property is inherited already', {
            type: 'zfs',
            args: { name: more[0], state: 'present', extra_zfs_properties: { [first]: 'inherit' } },
            declares: `dataset:${more[0]}`,
          })
        : manual(UNKNOWN);
    case 'snapshot':
    case 'snap':
      return more.length === 0 && !options.has('r') ? dataset(first, 'present') : manual('it takes several snapshots');
    case 'destroy':
      return more.length === 0 && !/[,%]/.test(first) ? dataset(first, 'absent') : manual(UNKNOWN);
    default:
      return manual(`\`zfs ${verb}\` is nothing that a task keeps up`);
  }
};

const zpool: Verb = ({ args: [verb = '', ...args] }) => {
  if (['list', 'status', 'get', 'iostat', 'history', 'events', 'version'].includes(verb)) return lookOnly;
  if (args.some((word) => isExpanded(word) || isPattern(word.replace(/\{[^{}]*,[^{}]*\}/g, ''))))
    return manual(EXPANDED);
  const words = args.flatMap(expandBraces);
  if (verb === 'create') {
    const options = readOptions(words, { flags: 'fdn', values: 'oOmRtc' });
    const [name, ...disks] = options?.operands ?? [];
    if (name === undefined || disks.length === 0) return manual(UNKNOWN);
    return likely('no task makes a pool: the command runs while there is no pool of that name', {
      type: 'command',
      args: { argv: ['zpool', 'create', ...words], unless: script`zpool list -H -o name ${name}`.text },
      declares: `pool:${name}`,
    });
  }
  if (verb === 'set' && words.length === 2) {
    const [setting = '', name = ''] = words;
    const [, key, value] = /^([\w:.-]+)=([\w:./-]+)$/.exec(setting) ?? [];
    if (key === undefined || value === undefined) return manual(UNKNOWN);
    return likely('no task sets a property of a pool', {
      type: 'command',
      args: {
        argv: ['zpool', 'set', setting, name],
        unless: script`test "$(zpool get -H -o value ${key} ${name})" = ${value}`.text,
      },
      declares: `pool:${name}:${key}`,
    });
  }
  return manual(`\`zpool ${verb}\` is nothing that a task keeps up`);
};

const syncoid: Verb = ({ args }) => {
  const options = readOptions(args, {
    flags: 'r',
    longFlags: [
      'recursive',
      'skip-parent',
      'no-sync-snap',
      'no-privilege-elevation',
      'no-rollback',
      'no-stream',
      'quiet',
      'debug',
    ],
    longValues: [
      'exclude',
      'identifier',
      'compress',
      'source-bwlimit',
      'sendoptions',
      'recvoptions',
      'sshkey',
      'sshport',
      'sshoption',
    ],
  });
  const [source, target, ...more] = options?.operands ?? [];
  if (options === undefined || source === undefined || target === undefined || more.length > 0) return manual(UNKNOWN);
  if ([source, target].some(isExpanded)) return manual(EXPANDED);
  const flags = ['skip-parent', 'no-sync-snap', 'no-privilege-elevation', 'no-rollback', 'no-stream'].filter((flag) =>
    options.has(flag),
  );
  const values = [
    'identifier',
    'compress',
    'source-bwlimit',
    'sendoptions',
    'recvoptions',
    'sshkey',
    'sshport',
  ] as const;
  return exact({
    type: 'syncoid',
    args: {
      source,
      target,
      ...(options.has('r', 'recursive') && { recursive: true }),
      ...Object.fromEntries(flags.map((flag) => [flag.replaceAll('-', '_'), true])),
      ...Object.fromEntries(
        values.flatMap((name) => {
          const value = options.value(name);
          return value === undefined ? [] : [[name.replaceAll('-', '_'), name === 'sshport' ? Number(value) : value]];
        }),
      ),
      ...(options.has('exclude') && { exclude: options.all('exclude') }),
      ...(options.has('sshoption') && { sshoption: options.all('sshoption') }),
    },
    declares: `syncoid:${target}`,
  });
};

const mount: Verb = (called) => {
  if (called.args.length === 0) return lookOnly;
  const options = readOptions(called.args, {
    flags: 'av',
    longFlags: ['bind', 'all'],
    values: 'to',
    longValues: ['types', 'options'],
  });
  const [src, where] = options?.operands ?? [];
  if (options === undefined || options.has('a', 'all')) return manual('it mounts what /etc/fstab has');
  const path = where === undefined || isExpanded(where) ? undefined : absolutePath(where, called);
  if (src === undefined || path === undefined || isExpanded(src)) return manual('what it mounts stands in /etc/fstab');
  const fstype = options.has('bind')
    ? 'none'
    : (options.value('t', 'types') ?? (/^[^/]+:\//.test(src) ? 'nfs' : undefined));
  if (fstype === undefined) return manual('it does not tell the type of the file system');
  const opts = [options.value('o', 'options'), ...(options.has('bind') ? ['bind'] : [])].filter(
    (one) => one !== undefined,
  );
  return exact({
    type: 'mount',
    args: { path, src, fstype, ...(opts.length > 0 && { opts: opts.join(',') }), state: 'ephemeral' },
    declares: `mount:${path}`,
  });
};

/** Programs for disks, pools and datasets. */
export const storageVerbs: Readonly<Record<string, Verb>> = {
  zfs,
  zpool,
  syncoid,
  mount,
  lsblk: () => lookOnly,
  df: () => lookOnly,
  du: () => lookOnly,
  findmnt: () => lookOnly,
};
