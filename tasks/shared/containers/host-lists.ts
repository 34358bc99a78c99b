import { isObject, type JsonObject, jsonAt, listInside } from '../json.ts';
import { entriesAt, textAt } from './json.ts';

/** The lists that can be told of a daemon. */
export const HOST_PARTS = ['containers', 'images', 'networks', 'volumes'] as const;

const MARK = '-- retrace: ';

/** The line before a part of what is told. */
export const partMark = (name: string): string => `${MARK}${name}`;

/** What is told, by part: an object on each line. */
export const partsIn = (text: string): ReadonlyMap<string, readonly JsonObject[]> =>
  new Map(
    text
      .split(MARK)
      .slice(1)
      .map((part) => {
        const [name = '', ...lines] = part.split('\n');
        const parsed = lines.filter((line) => line.trim() !== '').map((line): unknown => JSON.parse(line));
        return [name, parsed.filter(isObject)] as const;
      }),
  );

/** One of the lists: what `docker inspect` tells, or the part of it that the engine's own lists have. */
export function hostLists(
  kind: (typeof HOST_PARTS)[number],
  rows: readonly JsonObject[],
  isVerbose: boolean,
): readonly unknown[] {
  const things = rows.filter((row) => !Object.hasOwn(row, 'Told'));
  if (isVerbose) return things;
  const states = new Map(rows.map((row) => [textAt(row, 'Told'), textAt(row, 'Status')]));
  return things.map((one) => shortened(kind, one, states));
}

function shortened(
  kind: (typeof HOST_PARTS)[number],
  one: JsonObject,
  states: ReadonlyMap<string, string>,
): JsonObject {
  const some = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, one[key]]));
  if (kind === 'networks') return some('Id', 'Driver', 'Name', 'Scope');
  if (kind === 'volumes') return some('Driver', 'Name');
  if (kind === 'images') return { ...some('Id', 'RepoTags', 'Size'), Created: secondsOf(one) };
  return {
    Id: one['Id'],
    Image: textAt(one, 'Config', 'Image'),
    Command: [textAt(one, 'Path'), ...listInside(one, 'Args')].join(' '),
    Created: secondsOf(one),
    Status: states.get(textAt(one, 'Id')) ?? textAt(one, 'State', 'Status'),
    Ports: entriesAt(one, 'NetworkSettings', 'Ports').flatMap(([name, bindings]) => portsOf(name, bindings)),
    Names: [textAt(one, 'Name')],
  };
}

const secondsOf = (one: unknown): number => Math.floor(Date.parse(textAt(one, 'Created')) / 1000);

function portsOf(name: string, bindings: unknown): readonly JsonObject[] {
  const [port = '', protocol = 'tcp'] = name.split('/');
  const inside = { PrivatePort: Number(port), Type: protocol };
  const all = Array.isArray(bindings) ? bindings : [];
  if (all.length === 0) return [inside];
  return all.map((one) => ({
    IP: jsonAt(one, 'HostIp') ?? '',
    ...inside,
    PublicPort: Number(textAt(one, 'HostPort')),
  }));
}
