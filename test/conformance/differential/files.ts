import { execFileSync } from 'node:child_process';
import { labExec } from '../../../src/lab/index.ts';

/** Of these each line is told as an entry of its own: they hold what the image's packages need as well, and a day. */
const accounts = ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`);

/** What playbooks leave on a lab host: kind, mode, owner, link target and content of each file, by its path. */
export async function filesOn(host: string): Promise<Readonly<Record<string, string>>> {
  const looks = script('/etc /home /opt /root /srv /usr/local /var/spool/cron', apart, accounts);
  const entries = `for file in ${accounts.join(' ')}; do sed "s|^\\([^:]*\\):|account:$file:\\1\\t|" "$file"; done`;
  const { code, stdout, stderr } = await labExec(host, `${looks}\n${entries}`);
  if (code !== 0) throw new Error(`on ${host}: exit code ${code}\n${stderr}`);
  return parsed(stdout, withoutTime);
}

/** What playbooks leave on the controller, but the registered values. */
export function filesHere(folder: string): Readonly<Record<string, string>> {
  const stdout = execFileSync('sh', ['-c', script(folder, [])], { encoding: 'utf8' });
  const all = Object.entries(parsed(stdout, (path) => path.replace(folder, 'OUT')));
  return Object.fromEntries(all.filter(([path]) => !/^OUT(\/(one|two|three)\.json)?$/.test(path)));
}

/** What differs between any two hosts, or is rewritten with a time in it. */
const apart = [
  '/etc/hostname',
  '/etc/hosts',
  '/etc/machine-id',
  '/etc/ssh/ssh_host_*',
  '/etc/ld.so.cache',
  '/etc/*-',
  '*/.ansible*',
  // The first lines hold a time; playbooks register what crontab tells.
  '/var/spool/cron/crontabs/*',
];

/** A backup is named by process and time. */
const withoutTime = (path: string): string => path.replace(/\.\d+\.\d{4}-\d\d-\d\d@[\d:]+~$/, '.BACKUP~');

/** The second of these fields is the day on which the password was set. */
const withoutDay = (fields: string): string => fields.replace(/:\d+:/, ':DAY:');

const script = (folders: string, left: readonly string[], read: readonly string[] = []): string => `export LC_ALL=C
  find ${folders} -xdev ${but(left)} -printf '%y %m %U:%G %l\\t%p\\n' | sed 's/^d \\(\\S*\\) /d \\1 /'
  find ${folders} -xdev -type f ${but([...left, ...read])} -exec sha256sum {} +`;

const but = (paths: readonly string[]): string => paths.map((path) => `! -path '${path}'`).join(' ');

function parsed(stdout: string, named: (path: string) => string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const line of stdout.split('\n')) {
    const [, file, name, fields] = /^account:([^:]*):([^\t]*)\t(.*)$/.exec(line) ?? [];
    if (file !== undefined) {
      files[`${file}:${name}`] = file === '/etc/shadow' ? withoutDay(fields!) : fields!;
      continue;
    }
    const [meta, metaPath] = line.split('\t');
    const [, digest, path] = /^([0-9a-f]{64}) {2}(.*)$/.exec(line) ?? [];
    if (metaPath !== undefined) files[named(metaPath)] = meta!.trim();
    else if (path !== undefined) files[named(path)] += ` ${digest!.slice(0, 12)}`;
  }
  return files;
}
