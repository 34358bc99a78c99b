// Runs public roles, unmodified, with our program on one lab host and with Debian's ansible-playbook on its twin: a check, a run, a
// second run and a second check. Compares what both did and left behind, and writes docs/public-roles.md. The roles are not part of
// this repository and must be fetched first.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { detailsOf, pageOf } from './roles/page.ts';
import { type Tried, tried } from './roles/trial.ts';

// Reading a machine's certificate bundle doubles Node's start-up time, and nothing here needs it.
delete process.env['NODE_EXTRA_CA_CERTS'];

// Bundled into dist/ before it runs.
const root = join(import.meta.dirname, '..');
const plays = join(root, 'test/conformance/roles');
const names = readdirSync(plays)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '.yaml'));

const HELP = `usage: npm run roles -- [--dry] DIR [ROLE...]

DIR: where the roles are, as from
  git clone https://github.com/geerlingguy/ansible-role-nginx DIR/roles/geerlingguy.nginx
  git clone https://github.com/dev-sec/ansible-collection-hardening DIR/collections/ansible_collections/devsec/hardening
  (and the collections that roles use, for Ansible: ansible.posix, community.crypto, community.general, community.mysql, community.postgresql)
ROLE: one of ${names.join(' ')}
  --dry: print the differences, and do not write docs/public-roles.md
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dry: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});
const [from, ...asked] = positionals;
const unknown = asked.filter((role) => !names.includes(role));

if (values.help || from === undefined || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`roles: no play for: ${unknown.join(' ')}\n`);
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else await main(resolve(from), asked.length > 0 ? asked : names);

/** Each role's row is replaced as soon as it is measured; the others stay. */
async function main(folder: string, roles: readonly string[]): Promise<void> {
  const page = join(root, 'docs/public-roles.md');
  const all: Tried[] = [];
  for (const role of roles) {
    const one = await tried(role, join(plays, `${role}.yaml`), folder);
    all.push(one);
    process.stdout.write(`${detailsOf(one)}\n`);
    if (!values.dry) writeFileSync(page, pageOf(all, existsSync(page) ? readFileSync(page, 'utf8') : ''));
  }
}
