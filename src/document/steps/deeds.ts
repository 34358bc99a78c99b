import type { ProgramCall } from '../document.ts';
import { directoryAfter } from '../shell-text.ts';

/** What a call of a program does. */
export interface Deed {
  /** `looks`: it changes nothing; `stays`: it only moves in a shell, or passes on what others print; `does`: all else. */
  readonly how: 'does' | 'looks' | 'stays';
  readonly program: string;
  /** Every thing that it names; each by all names under which a task may have it. */
  readonly names: readonly (readonly string[])[];
  /** Task types that can do it; undefined if only a command can. */
  readonly types?: readonly string[];
  /** Whether it takes something away. */
  readonly removes: boolean;
}

const FILES = [
  'file',
  'copy',
  'template',
  'copy_between',
  'certificates_between',
  'synchronize',
  'config_links',
  'lineinfile',
];
const ACCOUNTS = ['user', 'group'];

/** Which task types do what a program does. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  apt: ['apt', 'package'],
  'apt-get': ['apt', 'package'],
  aptitude: ['apt', 'package'],
  dpkg: ['apt', 'package'],
  'apt-mark': ['apt', 'dpkg_selections'],
  ln: ['file', 'config_links', 'alternatives'],
  mkdir: FILES,
  rm: FILES,
  rmdir: FILES,
  unlink: FILES,
  touch: FILES,
  chmod: FILES,
  chown: FILES,
  chgrp: FILES,
  cp: FILES,
  mv: FILES,
  rsync: FILES,
  scp: FILES,
  install: FILES,
  tee: FILES,
  systemctl: ['systemd', 'systemd_service', 'service'],
  service: ['systemd', 'systemd_service', 'service'],
  git: ['git'],
  'ssh-keygen': ['openssh_keypair', 'known_hosts', 'user'],
  'ssh-keyscan': ['known_hosts'],
  useradd: ACCOUNTS,
  adduser: ACCOUNTS,
  usermod: ACCOUNTS,
  userdel: ACCOUNTS,
  groupadd: ACCOUNTS,
  addgroup: ACCOUNTS,
  passwd: ACCOUNTS,
  gpasswd: ACCOUNTS,
  htpasswd: ['htpasswd'],
  hostnamectl: ['hostname'],
  timedatectl: ['timezone'],
  'locale-gen': ['locale_gen'],
  'debconf-set-selections': ['debconf'],
  zfs: ['zfs', 'zfs_delegate_admin'],
  zpool: ['zpool'],
  syncoid: ['syncoid'],
  pct: ['proxmox_ct'],
  mount: ['mount'],
  umount: ['mount'],
  modprobe: ['modprobe'],
  sysctl: ['sysctl'],
  iptables: ['iptables'],
  ufw: ['ufw'],
  crontab: ['cron'],
  certbot: ['certbot'],
  nc: ['wait_for'],
  wget: ['get_url', 'uri'],
  curl: ['get_url', 'uri'],
  a2enmod: ['apache2_module'],
  a2dismod: ['apache2_module'],
  docker: ['docker_container', 'docker_compose_v2', 'docker_image', 'docker_network'],
  'docker-compose': ['docker_compose', 'docker_compose_v2'],
};

const ALWAYS_LOOKS = new Set(
  `cat ls ll less more tail head grep egrep zgrep find stat df du free ps top htop ss netstat lsblk blkid lscpu lspci lsusb lsmod journalctl dmesg which whoami id
  diff cmp dig host nslookup ping ping6 traceroute nc ncat telnet date uptime w who getent file wc tree xdg-open lsof pgrep dpkg-query apt-cache findmnt nproc lsb_release uname pwd`.split(
    /\s+/,
  ),
);

/** Programs that look if their arguments are like this. */
const SOMETIMES_LOOKS: Readonly<Record<string, RegExp>> = {
  curl: /^(?!.*(?:^| )(?:-o|-O|--output|-X|-d|--data\S*|-T)(?: |$))/,
  systemctl: /^(?:-\S+ )*(?:status|is-\w+|cat|show|list-\S+)\b/,
  service: / status$/,
  nginx: /(?:^| )-[tTvV]/,
  zfs: /^(?:list|get)\b/,
  zpool: /^(?:list|status|get|iostat)\b/,
  git: /^(?:-\S+ \S+ )*(?:status|log|diff|show|ls-remote|remote -v)\b/,
  apt: /^(?:list|search|show|policy)\b/,
  dpkg: /^-[lLsS]\b/,
  ip: /^(?:-\S+ )*(?:a|addr|address|r|route|l|link|n|neigh)(?: (?:show|list|ls|get).*)?$/,
  ufw: /^(?:show|status)\b/,
  iptables: /(?:^| )-[LS]\b/,
  'iptables-save': /^$/,
  certbot: /--dry-run|^certificates\b/,
  pct: /^(?:list|config|status)\b/,
  qm: /^(?:list|config|status)\b/,
  docker: /^(?:ps|logs|images|inspect|compose (?:ps|logs))\b/,
  'docker-compose': /^(?:ps|logs)\b/,
  mount: /^$/,
  hostname: /^(?:-\S+)?$/,
  crontab: /^-l$/,
  'systemd-analyze': /^/,
  postconf: /^(?!-e)/,
  mailq: /^/,
};

const REMOVES = /^(?:rm|rmdir|unlink|userdel|deluser|umount|a2dismod|a2dissite)$/;
const REMOVING = /^(?:remove|purge|autoremove|stop|disable|mask|destroy|delete|kill)$/;

/** What a call does. */
export function deedOf({ words, redirects, cwd, sudo }: ProgramCall): Deed {
  const [path = '', ...args] = words;
  const program = path.split('/').at(-1) ?? '';
  const plain = args.filter((word) => !word.startsWith('-'));
  const [verb = ''] = plain;
  const written = redirects.filter(({ operator, path: to }) => operator.startsWith('>') && !to.startsWith('/dev/'));
  const isShell =
    /^(?:cd|exit|logout|bash|sh|su|ssh|true|done|pushd|popd)$/.test(program) || (program === '' && sudo !== undefined);
  const names = [...namesOfCall(program, args, plain, cwd), ...written.map(({ path: to }) => [inDirectory(to, cwd)])];
  const looks =
    written.length === 0 && (ALWAYS_LOOKS.has(program) || SOMETIMES_LOOKS[program]?.test(args.join(' ')) === true);
  if (isShell) return { how: 'stays', program, names: [], removes: false };
  return {
    how: looks ? 'looks' : 'does',
    program,
    names,
    types: written.length > 0 ? FILES : TYPES[program],
    removes: REMOVES.test(program) || REMOVING.test(verb),
  };
}

function namesOfCall(
  program: string,
  args: readonly string[],
  plain: readonly string[],
  cwd: string | undefined,
): readonly (readonly string[])[] {
  const [first = '', ...rest] = plain;
  const path = (name: string): readonly string[] => [name, inDirectory(name, cwd)];
  switch (program) {
    case 'apt':
    case 'apt-get':
    case 'aptitude':
      return rest.map((name) => [name.replace(/[=/].*/, '')]);
    case 'ln': {
      const [target = '', link = '.'] = plain;
      const own = target.replace(/\/+$/, '').split('/').at(-1) ?? '';
      const at = inDirectory(link, cwd);
      return [path(target), [`${at.replace(/\/+$/, '')}/${own}`, ...(link.endsWith('/') ? [] : [at])]];
    }
    case 'systemctl':
      return first === 'daemon-reload' ? [['daemon_reload']] : rest.map(unitNames);
    case 'service':
      return [unitNames(first)];
    case 'git': {
      if (first !== 'clone') return rest.map(path);
      const [url = '', folder = (url.split(/[/:]/).at(-1) ?? '').replace(/\.git$/, '')] = rest;
      return [[url, url.replace(/\.git$/, '')], [inDirectory(folder, cwd)]];
    }
    case 'ssh-keygen':
      return args.filter((word, index) => /^-[tCf]$/.test(args[index - 1] ?? '') && word !== '').map((word) => [word]);
    case 'certbot':
      return first === 'renew' ? [['renewable', 'renewed']] : telling(plain).map(path);
    case 'chmod':
    case 'chown':
    case 'chgrp':
      return rest.map(path);
    case 'hostnamectl':
    case 'timedatectl':
    case 'pct':
    case 'ufw':
      return rest.map((name) => [name]);
    case 'nc':
      return plain.map((name) => [name]);
    case 'zfs':
    case 'zpool':
      return telling(rest).map((name) => [name]);
    default:
      return telling(plain).map(path);
  }
}

const unitNames = (unit: string): readonly string[] => [unit, unit.replace(/\.service$/, ''), `${unit}.service`];

/** The arguments that name a thing: a path, an address, a name with a dot or a digit. If there is none, all. */
function telling(words: readonly string[]): readonly string[] {
  const some = words.filter((word) => /[/.:@=\d]/.test(word));
  return some.length > 0 ? some : words;
}

const inDirectory = (name: string, cwd: string | undefined): string =>
  /^[/~]|:/.test(name) ? name : (directoryAfter(name, cwd) ?? name);
