import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { LEVELS } from '../../language/variables/levels.ts';
import type { Candidate } from './candidate.ts';
import type { Declared } from './look.ts';
import type { SourceTexts } from './pieces.ts';

/** A variable that is set for one host alone, and why. */
interface Override {
  readonly candidate: Candidate;
  readonly why: string;
}

/** Ways to set variables in the host's own file, where a value that others use must stay. */
export function overridesOf(
  variables: ReadonlyMap<string, string>,
  { layers, finding }: Declared,
  sources: SourceTexts,
  folder: string,
): readonly Override[] {
  if (variables.size !== 1) return [];
  return [...variables].flatMap(([name, value]) => {
    const layer = layers.find(({ vars }) => vars.has(name));
    const entry = layer?.vars.get(name);
    const isSingle = typeof entry?.value !== 'object' || entry.value === null;
    if (layer === undefined || entry?.at === undefined || !isSingle || layer.level >= LEVELS.inventoryHost) return [];
    const file = hostFile(
      finding.host,
      layers,
      layer.level === LEVELS.inventoryGroup ? dirname(entry.at.file) : folder,
    );
    const text = sources.textOf(file);
    if (text !== undefined && (!/^[\w"'-]/.test(text.replace(/^(?:---.*|#.*|\s*)\n/gm, '')) || /^\.\.\.$/m.test(text)))
      return [];
    const before = text === undefined || text === '' || text.endsWith('\n') ? (text ?? '') : `${text}\n`;
    const shown =
      typeof entry.value === 'string' ? stringify(value, { version: '1.1', lineWidth: 0 }).trimEnd() : value;
    const why = `${name} is set for ${finding.host} alone, because others use its value in ${basename(entry.at.file)}, too`;
    return [
      {
        why,
        candidate: {
          files: new Map([[file, `${before}${name}: ${shown}\n`]]),
          variables: new Map(),
          about: basename(file),
        },
      },
    ];
  });
}

/** The file with the variables of a host alone: the one that there is, or a new one beside the others. */
function hostFile(host: string, layers: Declared['layers'], folder: string): string {
  const known = layers.find(
    ({ level, from: file, secret }) =>
      (level === LEVELS.inventoryHostVars || level === LEVELS.playbookHostVars) &&
      secret !== true &&
      /\.ya?ml$/.test(file) &&
      file.includes('/host_vars/'),
  );
  if (known !== undefined) return known.from;
  const beside = layers.flatMap(({ from }) => /^(.*)\/group_vars\/.*$/.exec(from)?.[1] ?? [])[0];
  return join(beside ?? folder, 'host_vars', `${host}.yaml`);
}
