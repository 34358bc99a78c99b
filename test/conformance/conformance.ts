// Runs Ansible's own integration targets with our programs and with Debian's ansible-core on two equal hosts of the lab, counts the
// assertions that hold for both, and writes docs/conformance.md. Needs root, because it brings the lab up. Targets create users and
// packages, so none of them runs on the machine itself.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { labExec, labHost, progressOn } from '../../src/lab/index.ts';
import { type Compared, checksHeld, compare, heldByCallback, heldByEvents } from './count.ts';
import { missing } from './missing.ts';

// Bundled into dist/ before it runs.
const root = join(import.meta.dirname, '..');
const language =
  'conditionals loops loop_control blocks handlers tags include_import roles roles_arg_spec set_fact var_precedence environment check_mode failed_when meta_tasks filter_core test_core'.split(
    ' ',
  );
const hosts = { ours: 'conf-ours', theirs: 'conf-core' } as const;
type Side = keyof typeof hosts;

const [folder, ...asked] = process.argv.slice(2);

interface Row extends Compared {
  readonly target: string;
  readonly exits: Readonly<Record<Side, string>>;
  readonly seconds: Readonly<Record<Side, number>>;
}

async function main(from: string, targets: readonly string[]): Promise<void> {
  await Promise.all([prepare('ours', from), prepare('theirs', from)]);
  const rows: Row[] = [];
  for (const target of targets) {
    const [ours, theirs] = await Promise.all([run('ours', target), run('theirs', target)]);
    const compared = compare(
      { held: heldByEvents(ours.events), checks: checksHeld(ours.trace, Number(ours.exit)) },
      { ...heldByCallback(theirs.asserts), checks: checksHeld(theirs.trace, Number(theirs.exit)) },
    );
    const row = {
      target,
      ...compared,
      exits: { ours: ours.exit, theirs: theirs.exit },
      seconds: { ours: ours.seconds, theirs: theirs.seconds },
    };
    rows.push(row);
    process.stdout.write(`${line(row)}\n`);
  }
  if (asked.length === 0) writeFileSync(join(root, 'docs/conformance.md'), page(rows));
}

/** Prepares a host with Python and Ansible, the targets and, for our side, our program in front of it under Ansible's names. */
async function prepare(side: Side, from: string): Promise<void> {
  const host = hosts[side];
  await labHost(
    host,
    progressOn({ stdout: process.stderr, stderr: process.stderr, isTTY: process.stderr.isTTY === true }),
  );
  await on(
    host,
    `export DEBIAN_FRONTEND=noninteractive
    command -v ansible-playbook >/dev/null || apt-get install -y -qq --no-install-recommends ansible-core python3-apt python-is-python3 python3-passlib python3-bcrypt python3-jmespath git >/dev/null
    grep -q '^en_US' /etc/locale.gen || { echo 'en_US.UTF-8 UTF-8' >>/etc/locale.gen; locale-gen >/dev/null; }
    rm -rf /root/ansible /opt/conformance /opt/retrace /opt/front
    mkdir -p /root/ansible/test/integration /opt/conformance /opt/retrace/src/lab/content /opt/front`,
  );
  await unpack(host, join(from, 'test/integration'), ['targets'], '/root/ansible/test/integration');
  await unpack(host, join(root, 'test/conformance'), ['in-host.sh', 'held_asserts.py'], '/opt/conformance');
  if (side === 'theirs') return;
  await unpack(host, root, ['dist', 'package.json', 'node_modules/jiti'], '/opt/retrace');
  await unpack(host, join(process.execPath, '..'), [basename(process.execPath)], '/usr/local/bin');
  for (const name of ['ansible', 'ansible-playbook', 'ansible-inventory', 'ansible-vault'])
    await on(
      host,
      `printf '#!/bin/sh\\nRETRACE_CALLED_AS=${name} exec node /opt/retrace/dist/run.cjs "$@"\\n' >/opt/front/${name}; chmod +x /opt/front/${name}`,
    );
}

async function run(side: Side, target: string) {
  const host = hosts[side];
  const path = `${side === 'ours' ? '/opt/front:' : ''}/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
  const startedAt = performance.now();
  await on(host, `PATH=${path} sh /opt/conformance/in-host.sh /root/ansible ${target}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const read = async (name: string) =>
    (await labExec(host, `cat /tmp/conformance/${target}/${name} 2>/dev/null`)).stdout;
  return {
    events: await read('events'),
    asserts: await read('asserts'),
    trace: await read('trace'),
    exit: (await read('exit')).trim(),
    seconds,
  };
}

async function on(host: string, script: string, input: Uint8Array | string = ''): Promise<void> {
  const { code, stdout, stderr } = await labExec(host, script, input);
  if (code !== 0) throw new Error(`on ${host}: exit code ${code}\n${stdout}${stderr}`);
}

async function unpack(host: string, from: string, names: readonly string[], to: string): Promise<void> {
  const packed = execFileSync('tar', ['-C', from, '-c', ...names], { maxBuffer: 2 ** 30 });
  await on(host, `tar -C ${to} -x --no-same-owner`, packed);
}

const percent = ({ held, of }: Compared): string => (of === 0 ? '–' : `${((100 * held) / of).toFixed(1)} %`);

const line = (row: Row): string =>
  `| ${row.target} | ${row.of} | ${row.held} | ${percent(row)} | ${row.exits.ours} / ${row.exits.theirs} | ${row.seconds.ours.toFixed(0)} s / ${row.seconds.theirs.toFixed(0)} s |`;

function page(rows: readonly Row[]): string {
  const all = rows.reduce((sum, { held, of }) => ({ held: sum.held + held, of: sum.of + of }), { held: 0, of: 0 });
  return `# Conformance

Ansible's own integration targets (stable-2.14) for the language, run through our front ends and through Debian's
ansible-core 2.14.18 on two equal Debian hosts. A role target is a play with that role; a script target is its \`runme.sh\`,
unmodified, with our \`ansible-playbook\`, \`ansible\`, \`ansible-inventory\` and \`ansible-vault\` first in PATH.

An assertion is a condition of an \`assert\` task, on each host and for each item, or a check or run in a script; those are
counted that Ansible reaches and holds, and of them those that we reach and hold as well. A script ends at its first failure,
so what stands behind it counts as not held.

Made by \`npm run conformance -- DIR\` (without DIR it says where to get Ansible's targets; nothing of them is kept here).

| target | Ansible | ours | | exit codes (ours / Ansible) | time (ours / Ansible) |
| --- | --: | --: | --: | --- | --- |
${rows.map(line).join('\n')}
| **all** | ${all.of} | ${all.held} | ${percent(all)} | | |

## What is missing, and why

${missing.map(({ target, why }) => `- **${target}**: ${why}`).join('\n')}
`;
}

if (folder === undefined || !existsSync(join(folder, 'test/integration/targets'))) {
  process.stderr.write(`conformance: name a folder with Ansible's sources, and which targets if not all of the language:

  git clone --depth 1 --branch stable-2.14 https://github.com/ansible/ansible /tmp/ansible
  npm run conformance -- /tmp/ansible [TARGET...]
`);
  process.exitCode = 1;
} else await main(resolve(folder), asked.length > 0 ? asked : language);
