import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { labExec, labHost, labPristine, progressOn } from '../../src/lab/index.ts';
import { tolerant } from './tolerant.ts';

/** Two equal hosts: one with our program under Ansible's names, one with Debian's ansible-core. */
export type Side = 'ours' | 'theirs';
/** `CONFORMANCE_HOST` and `CONFORMANCE_CORE` name other hosts, so that several runs do not get in each other's way. */
const hosts = {
  ours: process.env['CONFORMANCE_HOST'] ?? 'conf-ours',
  theirs: process.env['CONFORMANCE_CORE'] ?? 'conf-core',
} as const;

/** What a run of a target left. */
export interface Ran {
  readonly events: string;
  readonly asserts: string;
  readonly trace: string;
  readonly log: string;
  readonly exit: string;
  readonly seconds: number;
}

const integration = '/root/ansible/test/integration';

/** Where Ansible's sources have their targets. */
const targetsIn = (from: string): string => join(from, 'test/integration/targets');

/** What a host is prepared from: Ansible's sources and ours. */
export interface Sources {
  readonly from: string;
  readonly root: string;
  /** Whether the other side is the ansible-core that is in Ansible's sources, instead of Debian's. */
  readonly ownCore: boolean;
  /** Whether a host starts from its pristine state: what targets of an earlier run left can make others fail. */
  readonly pristine: boolean;
}

/** A host with Python and Ansible, the targets, and on our side our program under Ansible's names before it. */
export async function prepare(side: Side, { from, root, ownCore, pristine }: Sources): Promise<void> {
  const host = hosts[side];
  const progress = progressOn({ stdout: process.stderr, stderr: process.stderr, isTTY: process.stderr.isTTY === true });
  await (pristine ? labPristine : labHost)(host, progress);
  await on(
    host,
    `export DEBIAN_FRONTEND=noninteractive
    command -v zstd >/dev/null && command -v ansible-playbook >/dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends ansible-core python3-apt python-is-python3 python3-passlib python3-bcrypt python3-jmespath python3-pexpect git unzip zip file acl gnupg openssh-client xz-utils bzip2 zstd >/dev/null; }
    grep -q '^en_US' /etc/locale.gen || { echo 'en_US.UTF-8 UTF-8' >>/etc/locale.gen; locale-gen >/dev/null; }
    [ -e /etc/apt/sources.list ] || : >/etc/apt/sources.list
    rm -rf /root/ansible /opt/conformance /opt/retrace /opt/front
    mkdir -p ${integration} /opt/conformance /opt/retrace/src/lab/content /opt/front`,
  );
  await unpack(host, join(from, 'test/integration'), ['targets'], integration);
  await unpack(host, join(root, 'test/conformance'), ['in-host.sh', 'held_asserts.py'], '/opt/conformance');
  if (side === 'theirs') {
    if (ownCore) await installCore(host, from);
    return;
  }
  await unpack(host, root, ['dist', 'package.json', 'node_modules/jiti'], '/opt/retrace');
  await unpack(host, join(process.execPath, '..'), [basename(process.execPath)], '/usr/local/bin');
  for (const name of ['ansible', 'ansible-playbook', 'ansible-inventory', 'ansible-vault'])
    await putFront(host, name, `RETRACE_CALLED_AS=${name} exec node /opt/retrace/dist/run.cjs`);
}

/** The ansible-core of Ansible's sources, run with Debian's Python and what Debian's ansible-core needs. */
async function installCore(host: string, from: string): Promise<void> {
  await on(host, 'rm -rf /opt/core; mkdir -p /opt/core');
  await unpack(host, join(from, 'lib'), ['ansible'], '/opt/core');
  const run = 'PYTHONPATH=/opt/core exec /usr/bin/python3 -m ansible';
  await putFront(host, 'ansible', `${run} adhoc`);
  for (const name of ['config', 'console', 'doc', 'galaxy', 'inventory', 'playbook', 'pull', 'vault'])
    await putFront(host, `ansible-${name}`, `${run} ${name}`);
}

/** A program that is found before all others of its name. */
async function putFront(host: string, name: string, command: string): Promise<void> {
  await on(host, `cat >/opt/front/${name}; chmod +x /opt/front/${name}`, `#!/bin/sh\n${command} "$@"\n`);
}

/** Lines of files at which a task that fails is passed over. */
type PassedOver = ReadonlyMap<string, ReadonlySet<number> | 'all'>;

/** Every file of a target, with all its tasks. */
export function allTasks(from: string, target: string): PassedOver {
  const own = join(targetsIn(from), target);
  const files = readdirSync(own, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.ya?ml$/.test(name) && statSync(join(own, name)).isFile(),
  );
  return new Map(files.map((name) => [`${integration}/targets/${target}/${name}`, 'all']));
}

/** Run a target from a fresh copy of it; with `passedOver`, go on after what fails at these lines of its files, and in its script. */
export async function run(side: Side, from: string, target: string, passedOver?: PassedOver): Promise<Ran> {
  const host = hosts[side];
  const path = `/opt/front:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
  const edited = [...(passedOver ?? [])].filter(
    ([file]) => targetOf(file) !== '..' && existsSync(join(targetsIn(from), inTargets(file))),
  );
  const touched = [...new Set([target, ...edited.map(([file]) => targetOf(file))])];
  await on(host, `cd ${integration}/targets && rm -rf ${touched.join(' ')}`);
  await unpack(host, targetsIn(from), touched, `${integration}/targets`);
  if (edited.length > 0) await passOver(host, from, edited);
  const startedAt = performance.now();
  await on(
    host,
    `PATH=${path} sh /opt/conformance/in-host.sh /root/ansible ${target} ${passedOver === undefined ? '' : 'tolerant'}`,
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const read = async (name: string) =>
    (await labExec(host, `cat /tmp/conformance/${target}/${name} 2>/dev/null`)).stdout;
  return {
    events: await read('events'),
    asserts: await read('asserts'),
    trace: await read('trace'),
    log: (await read('log')).slice(-200_000),
    exit: (await read('exit')).trim(),
    seconds,
  };
}

const inTargets = (file: string): string => relative(`${integration}/targets`, file);
const targetOf = (file: string): string => inTargets(file).split('/')[0] ?? '';

async function passOver(
  host: string,
  from: string,
  files: readonly (readonly [string, ReadonlySet<number> | 'all'])[],
): Promise<void> {
  const made = mkdtempSync(join(tmpdir(), 'conformance-'));
  for (const [file, lines] of files) {
    const name = inTargets(file);
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), tolerant(readFileSync(join(targetsIn(from), name), 'utf8'), lines));
  }
  await unpack(host, made, ['.'], `${integration}/targets`);
  rmSync(made, { recursive: true });
}

async function on(host: string, script: string, input: Uint8Array | string = ''): Promise<void> {
  const { code, stdout, stderr } = await labExec(host, script, input);
  if (code !== 0) throw new Error(`on ${host}: exit code ${code}\n${stdout}${stderr}`);
}

async function unpack(host: string, from: string, names: readonly string[], to: string): Promise<void> {
  const packed = execFileSync('tar', ['-C', from, '-c', ...names], { maxBuffer: 2 ** 30 });
  await on(host, `tar -C ${to} -x --no-same-owner`, packed);
}
