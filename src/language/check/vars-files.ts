import type { Diagnostic } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import { locationOf } from '../../yaml/places.ts';
import { varsFilePaths } from '../load/vars-files.ts';
import type { Checking, ReachedPlay } from './checking.ts';
import { makesLocalFiles } from './local-files.ts';

/** Checks that the variable files named in plays exist and can be read; reports them where they are named. */
export function checkVarsFiles(checking: Checking, plays: readonly ReachedPlay[]): void {
  plays.forEach(({ play }, index) => {
    if (checking.options.hasHosts?.(play) === false) return;
    // Files that an earlier play creates on the controller cannot exist beforehand.
    const severity = plays.slice(0, index).some(makesLocalFiles) ? 'warning' : 'error';
    for (const { value, at } of play.varsFiles) {
      const names = Array.isArray(value) ? (value as readonly Raw[]) : [value];
      if (!names.every((name) => typeof name === 'string')) continue;
      const place = (Array.isArray(value) && locationOf(value, 0)?.value) || at;
      const found = check(checking, names, play.directory).map((one) => ({ ...one, severity, at: place }) as const);
      checking.problems.push(...found);
    }
  });
}

/** Of several names, the first whose file exists is used, as in the run. */
function check(
  { options }: Checking,
  names: readonly string[],
  directory: string,
): readonly Omit<Diagnostic, 'severity'>[] {
  const paths = names.flatMap((name) => varsFilePaths(name, directory));
  const path = paths.find(options.files.isFile);
  if (path === undefined) {
    const message = `vars file ${names.map((name) => `\`${name}\``).join(', ')} was not found`;
    return [{ code: 'missing-file', message, hint: `looked for ${paths.join(', ')}` }];
  }
  const vars = options.loader.vars(path);
  if (vars.ok) return [];
  return vars.error
    .filter(({ code }) => options.opensVaults !== false || !code.startsWith('vault-'))
    .map((one) => ({ ...one, message: `cannot read the vars file${whereIn(one, path)}: ${one.message}` }));
}

const whereIn = ({ at }: Diagnostic, path: string): string =>
  at === undefined || at.line === 1 ? ` ${path}` : ` ${at.file}:${at.line}:${at.column}`;
