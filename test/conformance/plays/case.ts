import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Entry, makeHost, randomHost } from '../../truth/host.ts';
import { yamlOf } from '../../truth/play.ts';
import { caseSeed, Random } from '../../truth/random.ts';
import { World } from '../../truth/world.ts';
import { randomPlays } from './generate.ts';

/** A random playbook with its files, its inventory and the entries of its hosts, as data. */
export interface Case {
  readonly number: number;
  readonly hosts: readonly string[];
  readonly entries: readonly Entry[];
  /** Files of the controller by their paths: the playbook, tasks, roles, templates, variables. */
  readonly files: ReadonlyMap<string, string>;
  /** Options of `ansible-playbook`. */
  readonly options: readonly string[];
}

/** Case `number`; it depends on nothing but the seed and its number. */
export function caseOf(seed: number, number: number): Case {
  const random = new Random(caseSeed(seed, number));
  const hosts = random.chance(0.15) ? ['one', 'two'] : ['one'];
  const entries = randomHost(random).flatMap(comparable);
  const world = new World(random, entries);
  const plays = randomPlays(world, hosts);
  const options = random.weighted<readonly string[]>([
    [88, []],
    [4, ['--check']],
    [4, ['--diff']],
    [2, ['--tags', 't1']],
    [2, ['--skip-tags', 't1']],
  ]);
  const files = new Map(
    [['play.yaml', yamlOf(plays)], ...world.controllerFiles].map(([path = '', text = '']) => [path, withoutCr(text)]),
  );
  return { number, hosts, entries, files, options };
}

/** Whether whole plays of a case are only checked. */
export const isCheck = ({ options, files }: Case): boolean =>
  options.includes('--check') || /^ {2}check_mode: true$/m.test(files.get('play.yaml') ?? '');

/**
 * Without what is known to differ, and would differ in most cases: lineinfile and blockinfile keep the line endings of a file
 * with CRLF; Ansible expands variables of the environment in paths, and gives a new file in a setgid directory its own group.
 */
function comparable(entry: Entry): readonly Entry[] {
  if (entry.path.includes('$') || ('to' in entry && entry.to.includes('$'))) return [];
  if (entry.kind === 'directory') return [{ ...entry, mode: entry.mode & 0o777 }];
  if (entry.kind !== 'file') return [entry];
  return [{ ...entry, content: Buffer.from(entry.content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') }];
}

/** In YAML and in a file of the controller. */
const withoutCr = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll(/\\r(?=\\n)/g, '');

/** Puts a case on the disk: its playbook in `play`, and a directory for each host. */
export function writeCase({ hosts, entries, files }: Case, directory: string, sources: string): void {
  for (const host of hosts) makeHost(join(directory, host), entries, sources);
  const inventory = `all:\n  vars: { ansible_connection: local, ansible_python_interpreter: /usr/bin/python3, h: "${directory}/{{ inventory_hostname }}" }\n  hosts: { ${hosts.join(': , ')}: }\n`;
  for (const [path, content] of [['inventory.yaml', inventory] as const, ...files]) {
    const file = join(directory, 'play', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
