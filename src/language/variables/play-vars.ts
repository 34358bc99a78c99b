import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Diagnostic, Result } from '../../core/source.ts';
import { asWritten, type Raw, type Value } from '../../core/value.ts';
import { TemplateError } from '../../template/index.ts';
import type { LoadedInventory } from '../inventory/load-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { varsFilePaths } from '../load/vars-files.ts';
import type { Host, Play, VarsLayer } from '../model.ts';
import { createDynamicLoader, type LoadOptions, loadPlaybooks } from '../playbook.ts';
import { LEVELS } from './levels.ts';

/** A play of a playbook that includes a host: its number in the playbook, and its hosts. */
export interface PlayOfHost {
  readonly play: Play;
  readonly number: number;
  readonly hosts: readonly string[];
}

/** The plays of a playbook that include a host; `compute` evaluates their patterns. */
export function playsFor(
  file: string,
  host: Host,
  inventory: LoadedInventory,
  options: LoadOptions,
  compute: (written: Raw) => Value,
): Result<readonly PlayOfHost[]> {
  const loaded = loadPlaybooks([file], options);
  if (!loaded.ok) return loaded;
  const plays = loaded.value.flatMap(({ plays }) => plays);
  const value = plays.flatMap((play, index) => {
    const pattern = compute(play.hosts.value);
    const text = Array.isArray(pattern) ? (pattern as readonly Value[]).map(String).join(',') : String(pattern);
    const hosts = selectHosts(inventory, text, { mismatch: 'ignore' });
    return hosts.ok && hosts.value.includes(host.name) ? [{ play, number: index + 1, hosts: hosts.value }] : [];
  });
  return { ok: true, value, warnings: loaded.warnings ?? [] };
}

/** The variables from a play's `vars_files` for a host: for each entry, the first file that exists. */
export function varsFilesOf(
  play: Play,
  options: LoadOptions,
  compute: (written: Raw) => Value,
): Result<readonly VarsLayer[]> {
  const { vars } = createDynamicLoader(options);
  const problems: Diagnostic[] = [];
  const layers = play.varsFiles.flatMap(({ value, at }): VarsLayer[] => {
    try {
      const choices = compute(value);
      const names = (Array.isArray(choices) ? (choices as readonly Value[]) : [choices]).map(String);
      const paths = names.flatMap((name) => varsFilePaths(name, play.directory));
      const path = paths.find((one) => existsSync(one));
      const read = path === undefined ? undefined : vars(path);
      if (read?.ok) return [{ level: LEVELS.varsFiles, from: path!, vars: read.value }];
      problems.push(...(read?.error ?? [missing(names, at)]));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push({ ...error.diagnostic, severity: 'warning' });
    }
    return [];
  });
  return { ok: true, value: layers, warnings: problems.map((one) => ({ ...one, severity: 'warning' as const })) };
}

const missing = (names: readonly string[], at: Diagnostic['at']): Diagnostic => ({
  severity: 'warning',
  code: 'missing-file',
  message: `vars file ${names.join(', ')} was not found`,
  ...(at && { at }),
});

/** The name to show for a play. */
export const playName = ({ name, hosts }: Play): string => asWritten(name ?? hosts.value);

/** The directory of a playbook, where its variables and plugins are. */
export const folderOf = (playbook: string, cwd: string): string => dirname(resolve(cwd, playbook));
