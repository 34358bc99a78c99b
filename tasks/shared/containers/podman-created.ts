import { listInside } from '../json.ts';
import { isForClient } from './client-environment.ts';
import type { Inspected } from './inspect.ts';
import { textEntries } from './json.ts';

/** Variables for a container as arguments of `podman create`; their values are those of the client's own variables. */
export const creationWords = (env: Readonly<Record<string, unknown>> | undefined): readonly string[] =>
  textEntries(env).flatMap(([name, value]) => ['--env', isForClient(name) ? `${name}=${value}` : name]);

/** How the arguments that something was created with differ from those that it should have; undefined if they do not. */
export function differingWords(
  thing: NonNullable<Inspected>,
  wanted: readonly string[],
): { readonly from: string; readonly to: string } | undefined {
  const inConfig = listInside(thing, 'Config', 'CreateCommand');
  const command = (inConfig.length > 0 ? inConfig : listInside(thing, 'CreateCommand')).map(String);
  const start = command.findIndex((word) => word === 'create' || word === 'run');
  const now = command
    .slice(start + 1)
    .filter((word) => !['--detach', '-d', '--detach=true', '--detach=True'].includes(word));
  if (JSON.stringify(now) === JSON.stringify(wanted)) return undefined;
  const others = (list: readonly string[], than: readonly string[]) =>
    list.filter((word) => !than.includes(word)).join(' ');
  return { from: others(now, wanted) || 'in another order', to: others(wanted, now) || 'as given' };
}
