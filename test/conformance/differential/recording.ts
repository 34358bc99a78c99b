// What Ansible did with a playbook, stored in a file: its outcomes, the values it registered and the files it left, as far as they are
// compared. Ansible 2.14 does not change any more, and a changed playbook invalidates its recording.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../../src/lab/paths.ts';
import type { Phase, Seen } from './compare.ts';

export type Recorded = Readonly<Record<Phase, Seen>>;

interface Recording {
  /** What `ansible-playbook --version` called itself. */
  readonly ansible: string;
  /** A digest of everything that could have led to a different result. */
  readonly inputs: string;
  readonly seen: Recorded;
}

export const playbooks = join(packageRoot(), 'test/conformance/differential');

/** What Ansible did, unless something has changed since it was recorded, which makes the result unknown. */
export function recorded(theme: string, folder = playbooks): Recorded {
  const file = fileOf(theme, folder);
  const again = `record it again: npm run differential -- --record ${theme}`;
  if (!existsSync(file)) throw new Error(`there is no recording of what Ansible does with ${theme}.yaml; ${again}`);
  const { ansible, inputs, seen } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  if (inputs !== inputsOf(theme, folder))
    throw new Error(`${theme}.yaml, or what it uses, has changed since Ansible's run of it was recorded; ${again}`);
  const here = ansibleVersion();
  if (here !== undefined && here !== ansible)
    throw new Error(`${theme}.yaml was recorded with ${ansible}, and here is ${here}; ${again}`);
  return seen;
}

/** Stores what Ansible did. */
export function record(theme: string, seen: Recorded, folder = playbooks): void {
  const ansible = ansibleVersion();
  if (ansible === undefined) throw new Error('ansible-playbook is not installed');
  const recording: Recording = { ansible, inputs: inputsOf(theme, folder), seen: recordable(seen) };
  writeFileSync(fileOf(theme, folder), `${JSON.stringify(recording, null, 1)}\n`);
}

/** The part that is compared, without what is only shown to a reader of a difference. */
export function recordable({ check, run, again }: Recorded): Recorded {
  const compared = ({ exitCode, told, values, files }: Seen): Seen => ({
    exitCode,
    told: told.map(({ why: _, ...rest }) => rest),
    values,
    files,
  });
  return { check: compared(check), run: compared(run), again: compared(again) };
}

const fileOf = (theme: string, folder: string): string => join(folder, 'recorded', `${theme}.json`);

/** The playbook, its roles and files, and the code that observes the results. */
function inputsOf(theme: string, folder: string): string {
  const digest = createHash('sha256');
  for (const file of inputFiles(theme, folder))
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return digest.digest('hex');
}

function inputFiles(theme: string, folder: string): readonly string[] {
  const harness = ['dump.yaml', 'dump.j2', 'tell.py', 'harness.ts', 'files.ts', 'normalise.ts', 'told.ts'];
  const below = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'recorded')
    .flatMap(({ name }) => readdirSync(join(folder, name), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return [`${theme}.yaml`, ...harness, ...below.sort()];
}

/** The version of Debian's Ansible here, if there is one. */
function ansibleVersion(): string | undefined {
  if (!existsSync('/usr/bin/ansible-playbook')) return undefined;
  version ??= /\[(core [\d.]+)/.exec(
    execFileSync('/usr/bin/ansible-playbook', ['--version'], { encoding: 'utf8' }),
  )?.[1];
  return version;
}

let version: string | undefined;
