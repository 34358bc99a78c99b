import { type Change, type Command, type Entry, type ShellAnswer, sh } from '../../../src/sdk.ts';

/** The parameters for a file's access and modification times. */
export interface TimeParams {
  readonly access_time?: string;
  readonly access_time_format: string;
  readonly modification_time?: string;
  readonly modification_time_format: string;
}

const words = [undefined, '', 'now', 'preserve'];

/** The command that converts the given times to seconds since the epoch. It runs on the host, which knows its own time zone. */
export function timeScript(params: TimeParams): Command | undefined {
  if ([params.access_time, params.modification_time].every((time) => words.includes(time))) return undefined;
  const [access, modification] = [
    secondsOf(params.access_time, params.access_time_format),
    secondsOf(params.modification_time, params.modification_time_format),
  ];
  return sh`${access}
${modification}`;
}

const secondsOf = (time: string | undefined, format: string): Command =>
  time === undefined || words.includes(time) ? sh`echo` : sh`date -d ${isoTime(time, format) ?? 'not a time'} +%s`;

/** The changes to an entry's times. `otherwise` applies to a time that is not given. */
export function timeChanges(
  path: string,
  entry: Entry | undefined,
  params: TimeParams,
  asked: ShellAnswer | undefined,
  otherwise: 'now' | 'preserve',
): readonly Change[] {
  const [access, modification] = asked?.stdout.split('\n') ?? [];
  const wanted = { access: params.access_time || otherwise, modification: params.modification_time || otherwise };
  // A user who may write a file but does not own it may set both times to now, but neither alone.
  const isBothNow = wanted.access === 'now' && wanted.modification === 'now';
  const of = (time: FileTime): FileTime => (isBothNow ? { ...time, flags: [] } : time);
  return [
    timeChange(path, of(ACCESS), wanted.access, access, entry?.inode?.atime),
    timeChange(path, of(MODIFICATION), wanted.modification, modification, entry?.inode?.mtime),
  ].filter((change) => change !== undefined);
}

/** The error if the host does not understand the given times. */
export const wrongTime = (asked: ShellAnswer | undefined): string | undefined =>
  asked !== undefined && asked.code !== 0 ? `Error while obtaining timestamp: ${asked.stderr.trim()}` : undefined;

/** One of a file's times, and the touch options that set only that one. */
interface FileTime {
  readonly what: string;
  readonly flags: readonly string[];
}

const ACCESS: FileTime = { what: 'access time', flags: ['-a'] };
const MODIFICATION: FileTime = { what: 'modification time', flags: ['-m'] };

function timeChange(
  path: string,
  { what, flags }: FileTime,
  wanted: string,
  seconds: string | undefined,
  current: number | undefined,
): Change | undefined {
  if (wanted === 'preserve') return undefined;
  const from = current === undefined ? null : String(Math.floor(current));
  if (wanted === 'now')
    return { what, from, to: 'now', repeats: true, commands: [sh`touch ${flags} -c -h -- ${path}`] };
  if (from === seconds) return undefined;
  return { what, from, to: seconds ?? wanted, commands: [sh`touch ${flags} -c -h -d ${`@${seconds}`} -- ${path}`] };
}

/** Patterns for directives that are not two-digit numbers. */
const DIRECTIVES: Readonly<Record<string, string>> = { Y: '(\\d{4})', '%': '(%)' };

/** Converts a time in a strftime format to one that `date -d` understands; undefined if it does not match the format. */
function isoTime(time: string, format: string): string | undefined {
  const names: string[] = [];
  const pattern = format.replace(/%(.)|([.*+?^${}()|[\]\\])/g, (_all, directive = '', special: string | undefined) => {
    if (special !== undefined) return `\\${special}`;
    names.push(directive);
    return DIRECTIVES[directive] ?? '(\\d{1,2})';
  });
  const match = new RegExp(`^${pattern}$`).exec(time);
  if (match === null) return undefined;
  const part = (name: string, otherwise: string) => (match[names.indexOf(name) + 1] ?? otherwise).padStart(2, '0');
  const of = (name: string, otherwise: string) => (names.includes(name) ? part(name, otherwise) : otherwise);
  return `${of('Y', '1900')}-${of('m', '01')}-${of('d', '01')} ${of('H', '00')}:${of('M', '00')}:${of('S', '00')}`;
}
