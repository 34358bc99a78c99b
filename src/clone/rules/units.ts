import { posix } from 'node:path';
import { suggest } from '../../core/suggest.ts';
import { numbered, textsOf } from '../clone.ts';
import { isUnitFile } from './configuration.ts';
import { type CloneRule, finding } from './rule.ts';

/** systemd.unit(5), systemd.timer(5), systemd.path(5) and systemd.socket(5): settings that name units. */
const NAMING =
  /^(?:After|Before|Wants|Requires|Requisite|BindsTo|Upholds|PartOf|Conflicts|OnFailure|OnSuccess|PropagatesReloadTo|ReloadPropagatedFrom|PropagatesStopTo|StopPropagatedFrom|JoinsNamespaceOf|WantedBy|RequiredBy|Also|Unit|Service|Sockets)\s*=/;

/**
 * Units that are named and are not there, as far as the clone proves it. Most units come from packages, so only names count that
 * cannot be theirs: instances of the clone's own unit that is no template, and names that are one of the clone's but for a slip.
 */
export const missingUnits: CloneRule = (clone) => {
  const names = [...clone.entries].flatMap(([path, { kind }]) =>
    kind !== 'directory' && isUnitFile(path) && !path.endsWith('.conf') ? [posix.basename(path)] : [],
  );
  const own = new Set(names);
  // What has only a drop-in here comes from elsewhere.
  const extended = new Set(
    [...clone.entries.keys()].flatMap((path) =>
      /\.d$/.test(path) && isUnitFile(path.slice(0, -2)) ? [posix.basename(path).slice(0, -2)] : [],
    ),
  );
  return textsOf(clone).flatMap(({ path: file, text }) => {
    if (!isUnitFile(file)) return [];
    return numbered(text).flatMap(({ line, number }) => {
      if (!NAMING.test(line)) return [];
      const from = line.indexOf('=') + 1;
      return [...line.slice(from).matchAll(/\S+/g)].flatMap(({ 0: unit, index }) => {
        const fix = unit.includes('$') || unit.startsWith('%') ? undefined : missing(unit, own, extended);
        return fix === undefined
          ? []
          : [
              finding(
                'missing-unit',
                { file, line: number, column: from + index + 1 },
                `there is no unit ${unit}`,
                fix,
              ),
            ];
      });
    });
  });
};

/** What to do about a unit that is proven to be missing. */
function missing(unit: string, own: ReadonlySet<string>, extended: ReadonlySet<string>): string | undefined {
  const [, name = '', instance, type = ''] = /^([^@]+)(@.*)?(\.[a-z]+)$/.exec(unit) ?? [];
  const file = `${name}${instance === undefined ? '' : '@'}${type}`;
  if (name === '' || own.has(unit) || own.has(file) || extended.has(file) || extended.has(unit)) return undefined;
  if (instance !== undefined && own.has(`${name}${type}`))
    return `${name}${type} is no template: rename it to ${file}, or leave out "${instance}"`;
  const near = suggest(
    file,
    [...own].filter((one) => isSlip(file, one)),
  );
  return near === undefined
    ? undefined
    : `did you mean ${instance === undefined ? near : near.replace('@', instance)}?`;
}

/** Whether two long names differ in one or two letters only: numbers tell versions apart, and words such as `pre` and `post` mean something. */
function isSlip(one: string, other: string): boolean {
  if (one === other || one.length < 10 || /\d/.test(one) || /\d/.test(other)) return false;
  const start = commonStart(one, other);
  const end = commonStart(reversed(one.slice(start)), reversed(other.slice(start)));
  return Math.max(one.length, other.length) - start - end <= 1;
}

function commonStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

const reversed = (text: string): string => [...text].reverse().join('');
