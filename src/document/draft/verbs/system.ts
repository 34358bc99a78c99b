import { draftVariable, exact, handlerOf, lookOnly, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, isExpanded } from '../words.ts';

const UNKNOWN = 'it is not understood';

const hostnamectl: Verb = ({ args: [verb, name, ...more] }) => {
  if (verb === undefined || verb === 'status') return lookOnly;
  if (!['hostname', 'set-hostname'].includes(verb) || name === undefined || more.length > 0 || isExpanded(name))
    return manual(UNKNOWN);
  return exact({ type: 'hostname', args: { name }, declares: 'hostname' });
};

const hostname: Verb = ({ args: [name, ...more] }) => {
  if (name === undefined || name.startsWith('-')) return lookOnly;
  return more.length > 0 || isExpanded(name)
    ? manual(UNKNOWN)
    : exact({ type: 'hostname', args: { name }, declares: 'hostname' });
};

const timedatectl: Verb = ({ args: [verb = 'status', name] }) => {
  if (verb === 'status' || verb === 'list-timezones') return lookOnly;
  return verb === 'set-timezone' && name !== undefined && !isExpanded(name)
    ? exact({ type: 'timezone', args: { name }, declares: 'timezone' })
    : manual(UNKNOWN);
};

const sysctl: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'wpan', longFlags: ['system', 'write', 'all'] });
  if (options === undefined) return manual(UNKNOWN);
  const pairs = options.operands.map((word) => /^([\w./-]+)=(.+)$/.exec(word));
  if (pairs.length === 0 && options.has('p', 'system'))
    return { grade: 'restart', handler: { type: 'command', args: { argv: ['sysctl', '--system'] } } };
  if (pairs.length === 0 || pairs.some((pair) => pair === null)) return lookOnly;
  return exact(
    ...pairs.map((pair) => ({
      type: 'sysctl',
      args: { name: pair?.[1], value: pair?.[2], sysctl_set: true, reload: false },
      declares: `sysctl:${pair?.[1]}`,
    })),
  );
};

const modprobe: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'rqv' });
  const [name, ...more] = options?.operands ?? [];
  if (options === undefined || name === undefined || isExpanded(name)) return manual(UNKNOWN);
  return exact({
    type: 'modprobe',
    args: { name, ...(options.has('r') && { state: 'absent' }), ...(more.length > 0 && { params: more.join(' ') }) },
    declares: `module:${name}`,
  });
};

const localeGen: Verb = ({ args }) => {
  if (args.length === 0) return handlerOf(['locale-gen']);
  return args.some((name) => name.startsWith('-') || isExpanded(name))
    ? manual(UNKNOWN)
    : exact({ type: 'locale_gen', args: { name: args }, declares: `locale:${args.join()}` });
};

const debconf: Verb = ({ input }) => {
  const lines = (input ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const read = lines.map((line) => /^(\S+)\s+(\S+)\s+(\w+)(?:\s+(.*))?$/.exec(line));
  if (read.length === 0 || read.some((one) => one === null)) return manual('the document does not tell the answers');
  return exact(
    ...read.map((one) => ({
      type: 'debconf',
      args: {
        name: one?.[1],
        question: one?.[2],
        vtype: one?.[3],
        value: one?.[3] === 'password' ? draftVariable(`vault_${one[2]}`) : (one?.[4] ?? ''),
      },
      declares: `debconf:${one?.[2]}`,
    })),
  );
};

const alternatives: Verb = ({ args: [verb = '', name, path, ...more] }) => {
  if (/^--(display|list|query|get-selections)$/.test(verb)) return lookOnly;
  return verb === '--set' &&
    name !== undefined &&
    path !== undefined &&
    more.length === 0 &&
    ![name, path].some(isExpanded)
    ? exact({ type: 'alternatives', args: { name, path }, declares: `alternative:${name}` })
    : manual(UNKNOWN);
};

const sshKeygen: Verb = (called) => {
  const options = readOptions(called.args, { flags: 'qolyA', values: 'tfCbNR' });
  if (options === undefined || options.has('R', 'A')) return manual(UNKNOWN);
  if (options.has('l', 'y')) return lookOnly;
  const type = options.value('t') ?? 'rsa';
  const file = options.value('f') ?? (called.user === undefined ? `/root/.ssh/id_${type}` : undefined);
  const path = file === undefined || isExpanded(file) ? undefined : absolutePath(file, called);
  if (path === undefined) return manual('the document does not tell where the key lies');
  const size = options.value('b');
  const comment = options.value('C');
  return exact({
    ...pathTask('openssh_keypair', path, {
      path,
      type,
      ...(size !== undefined && { size: Number(size) }),
      ...(comment !== undefined && !isExpanded(comment) && { comment }),
    }),
    ...(called.user !== undefined && { becomeUser: called.user }),
  });
};

/** Programs for what a whole system has once: its name, kernel, locale and keys. */
export const systemVerbs: Readonly<Record<string, Verb>> = {
  hostnamectl,
  hostname,
  timedatectl,
  sysctl,
  modprobe,
  'locale-gen': localeGen,
  'debconf-set-selections': debconf,
  'update-alternatives': alternatives,
  'ssh-keygen': sshKeygen,
  'update-initramfs': ({ args }) =>
    args.some(isExpanded) ? manual(UNKNOWN) : handlerOf(['update-initramfs', ...args]),
  newaliases: () => handlerOf(['newaliases']),
  postmap: ({ args }) => (args.some(isExpanded) ? manual(UNKNOWN) : handlerOf(['postmap', ...args])),
  netplan: ({ args: [verb = ''] }) => (verb === 'apply' ? handlerOf(['netplan', 'apply']) : lookOnly),
};
