import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { joinPath, nameOf, parentOf } from '../../../core/questions/files/paths.ts';
import { fieldRows } from '../survey.ts';
import type { Unmanaged, WantedTask } from '../thing.ts';

/** A package that pip, npm or gem installed for all users. */
interface LanguagePackage {
  readonly tool: 'pip' | 'npm' | 'gem';
  readonly name: string;
  readonly version: string;
}

/** What pip, npm and gem installed outside of dpkg, and the paths that belong to it. */
export const languageFiles = (parts: Parts): readonly string[] => [
  ...partLines(parts, 'python').filter((line) => !line.includes('\x1f')),
  ...fieldRows(parts, 'python', 2).map(([folder = '', name = '']) =>
    name.startsWith('bin/') ? `/usr/local/${name}` : joinPath(parentOf(folder), name),
  ),
  ...fieldRows(parts, 'node', 2).map(([folder = '']) => folder),
  ...(partLines(parts, 'node').length > 0 ? ['/usr/local/lib/node_modules'] : []),
];

const pip = (parts: Parts): readonly LanguagePackage[] =>
  partLines(parts, 'python').flatMap((line) => {
    const [, name, version] = /^\S*\/([^/\x1f]+)-([^-/\x1f]+)\.dist-info$/.exec(line) ?? [];
    return name === undefined || version === undefined
      ? []
      : [{ tool: 'pip', name: name.replaceAll('_', '-'), version }];
  });

const npm = (parts: Parts): readonly LanguagePackage[] =>
  fieldRows(parts, 'node', 2).map(([folder = '', version = '']) => ({
    tool: 'npm',
    name: folder.replace(/^.*?\/node_modules\//, ''),
    version,
  }));

const gem = (parts: Parts): readonly LanguagePackage[] =>
  partLines(parts, 'gems').flatMap((path) => {
    const [, name, version] = /^(.+?)-(\d[^-]*)\.gemspec$/.exec(nameOf(path)) ?? [];
    return name === undefined || version === undefined ? [] : [{ tool: 'gem', name, version }];
  });

/** The packages of other package managers, unless their tool is missing: then a task could not even look at them. */
export function languagePackages(parts: Parts): readonly Unmanaged[] {
  const installed = new Set(fieldRows(parts, 'installed', 8, '\t').map(([, , name = '']) => name));
  return [...pip(parts), ...npm(parts), ...gem(parts)].map((one) => {
    const tool = { pip: 'python3-pip', npm: 'npm', gem: 'ruby' }[one.tool];
    return {
      group: 'packages',
      name: `${one.tool} ${one.name}`,
      why: `${one.version}, installed with ${one.tool}`,
      subjects: one.tool === 'gem' ? [[`gem:${one.name}`]] : [[`tasks of ${TYPES[one.tool]}`]],
      mention: one.name,
      tasks: installed.has(tool) ? [taskOf(one)] : [],
      ...(!installed.has(tool) && { instead: `install ${tool} first: ${one.tool} is not there` }),
    };
  });
}

const TYPES = {
  pip: 'ansible.builtin.pip',
  npm: 'community.general.npm',
  gem: 'community.general.gem',
} as const;

function taskOf({ tool, name, version }: LanguagePackage): WantedTask {
  const more = { pip: { break_system_packages: true }, npm: { global: true }, gem: { user_install: false } }[tool];
  return { type: TYPES[tool], args: { name, version, ...more } };
}
