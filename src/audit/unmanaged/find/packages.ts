import { type Parts, partLines, partText } from '../../../core/facts/parts.ts';
import { fieldRows, partNames } from '../survey.ts';
import type { Unmanaged } from '../thing.ts';
import { chosenAlternatives } from './alternatives.ts';
import { languagePackages } from './languages.ts';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly want: string;
  readonly status: string;
  readonly isBase: boolean;
  readonly needs: readonly (readonly string[])[];
  readonly provides: readonly string[];
}

/** Packages that somebody installed, held back or left behind, and what other package managers installed. */
export function packages(parts: Parts): readonly Unmanaged[] {
  const all = readPackages(parts);
  const installed = all.filter(({ status }) => status === 'installed');
  const base = withDependencies(
    installed.filter(({ isBase }) => isBase),
    installed,
  );
  const automatic = partNames(parts, 'automatic');
  const known = knownToApt(parts);
  const byHand = installed.filter(({ name }) => !automatic.has(name) && !base.has(name));
  return [
    ...byHand.filter(({ name }) => known?.has(name) !== false).map(({ name }) => installedThing(name)),
    ...installed
      .filter(({ name }) => known?.has(name) === false)
      .map(({ name, version }) => foreignThing(name, version)),
    ...all.filter(({ want }) => want === 'hold').map(({ name, version }) => heldThing(name, version)),
    ...all.filter(({ status }) => status === 'config-files').map(({ name }) => leftThing(name)),
    ...chosenAlternatives(parts),
    ...diversions(parts),
    ...languagePackages(parts),
  ];
}

/** Read dpkg's list. */
function readPackages(parts: Parts): readonly Package[] {
  return fieldRows(parts, 'installed', 8, '\t').map(
    ([want = '', status = '', name = '', version = '', priority = '', essential, needs = '', provides = '']) => ({
      name,
      version,
      want,
      status,
      isBase: essential === 'yes' || ['required', 'important', 'standard'].includes(priority),
      needs: needs.split(',').map((one) =>
        one
          .split('|')
          .map(plain)
          .filter((word) => word !== ''),
      ),
      provides: provides.split(',').map(plain),
    }),
  );
}

/** A name without its version and architecture. */
const plain = (text: string): string =>
  text
    .replace(/\(.*\)/, '')
    .trim()
    .replace(/:.*$/, '');

/** The names of these packages, and of everything installed that they need. */
function withDependencies(some: readonly Package[], installed: readonly Package[]): ReadonlySet<string> {
  const byName = new Map<string, Package[]>();
  for (const one of installed)
    for (const name of [one.name, ...one.provides]) byName.set(name, [...(byName.get(name) ?? []), one]);
  const reached = new Set<string>();
  const waiting = [...some];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (reached.has(one.name)) continue;
    reached.add(one.name);
    for (const choices of one.needs)
      waiting.push(...(choices.map((name) => byName.get(name)).find((found) => found !== undefined) ?? []));
  }
  return reached;
}

/** The packages that some apt source offers in any version; undefined if apt has no lists, so that this is not known. */
function knownToApt(parts: Parts): ReadonlySet<string> | undefined {
  if (Number(partText(parts, 'lists')) === 0) return undefined;
  const known = new Set<string>();
  const told = new Set<string>();
  let name = '';
  for (const line of partLines(parts, 'policy')) {
    const head = /^(\S+):$/.exec(line);
    if (head !== null) name = plain(head[1] ?? '');
    told.add(name);
    if (/^\s+-?\d+ (?!\/var\/lib\/dpkg\/status)\S+/.test(line) && !/^\s+\S+ \d+$/.test(line)) known.add(name);
  }
  for (const { name: other } of readPackages(parts)) if (!told.has(other)) known.add(other);
  return known;
}

const installedThing = (name: string): Unmanaged => ({
  group: 'packages',
  name,
  why: 'installed by hand',
  subjects: [[`package:${name}`]],
  tasks: [{ type: 'ansible.builtin.apt', args: { name } }],
});

const foreignThing = (name: string, version: string): Unmanaged => ({
  group: 'packages',
  name,
  why: `${version}, which no apt source offers`,
  subjects: [[`package:${name}`]],
  tasks: [],
  instead: `apt:\n  deb: # where ${name}_${version}.deb comes from`,
});

const heldThing = (name: string, version: string): Unmanaged => ({
  group: 'packages',
  name: `hold of ${name}`,
  why: `kept at ${version}`,
  subjects: [['tasks of ansible.builtin.dpkg_selections']],
  mention: name,
  tasks: [{ type: 'ansible.builtin.dpkg_selections', args: { name, selection: 'hold' } }],
});

const leftThing = (name: string): Unmanaged => ({
  group: 'packages',
  name: `configuration of ${name}`,
  why: 'left behind when the package was removed',
  subjects: [[`package:${name}`]],
  tasks: [],
  instead: `apt:\n  name: ${name}\n  state: absent\n  purge: true`,
});

/** Diversions that no package made: three lines each, the last with the package, or a colon. */
function diversions(parts: Parts): readonly Unmanaged[] {
  const lines = partText(parts, 'diversions').split('\n');
  return lines.flatMap((path, index) => {
    if (index % 3 !== 0 || lines[index + 2] !== ':') return [];
    const divert = lines[index + 1] ?? '';
    return [
      {
        group: 'packages',
        name: `diversion of ${path}`,
        why: `packages write to ${divert} instead`,
        subjects: [[`diversion:${path}`]],
        tasks: [{ type: 'community.general.dpkg_divert', args: { path, divert } }],
      },
    ];
  });
}
