import { lookOnly, manual, type Verb } from '../drafted.ts';

const UNKNOWN = 'it is not understood';

/** A shell that is begun: what follows is done in it. */
const becomes: Verb = ({ args }) =>
  args.every((word) => /^-[il]?$|^[a-z_][\w-]*$/.test(word)) ? lookOnly : manual('it is a program of a shell');

/** All the other programs that documents call. */
export const otherVerbs: Readonly<Record<string, Verb>> = {
  pct: ({ args: [verb = ''] }) =>
    ['list', 'status', 'config', 'df'].includes(verb) ? lookOnly : manual('it is done on the Proxmox host'),
  qm: ({ args: [verb = ''] }) =>
    ['list', 'status', 'config'].includes(verb) ? lookOnly : manual('it is done on the Proxmox host'),
  rsync: () => manual('it copies data once'),
  scp: () => manual('it copies data once'),
  // What follows is done there.
  ssh: ({ args }) =>
    args.filter((word) => !word.startsWith('-')).length > 1 ? manual('it is done on another host') : lookOnly,
  'ssh-copy-id': () => manual('the key is put on another host'),
  'dpkg-reconfigure': () => manual('it asks a person'),
  find: ({ args }) =>
    args.some((word) => /^-(delete|exec\w*|ok\w*|fprint\w*)$/.test(word))
      ? manual('what it finds is changed')
      : lookOnly,
  openssl: ({ args: [verb = ''] }) =>
    ['x509', 's_client', 'version', 'verify', 'crl'].includes(verb) ? lookOnly : manual(UNKNOWN),
  ...Object.fromEntries(['bash', 'sh', 'su'].map((name): [string, Verb] => [name, becomes])),
  crontab: ({ args }) =>
    args.includes('-l') ? lookOnly : manual('what was written into the crontab stands beside it'),
  ...Object.fromEntries(
    [
      'ls',
      'cat',
      'less',
      'more',
      'head',
      'tail',
      'grep',
      'zgrep',
      'diff',
      'wc',
      'stat',
      'file',
      'which',
      'whereis',
      'ps',
      'top',
      'htop',
      'free',
      'uptime',
      'date',
      'uname',
      'lsof',
      'env',
      'echo',
      'printf',
      'test',
      'true',
      'sleep',
      'man',
      'md5sum',
      'sha256sum',
      'readlink',
      'realpath',
      'pwd',
      'cd',
      'pushd',
      'popd',
      'exit',
      'logout',
      'history',
      'tree',
      'sort',
      'uniq',
      'cut',
      'tr',
      'smartctl',
      'iostat',
      'vmstat',
      'lscpu',
      'lspci',
      'dmesg',
      'mailq',
      'watch',
      'time',
      'screen',
      'tmux',
      'set',
      'clear',
      'jq',
      'pwgen',
      'xdg-open',
      'etckeeper',
      'mail',
      'mailx',
      'sendmail',
    ].map((name): [string, Verb] => [name, () => lookOnly]),
  ),
};
