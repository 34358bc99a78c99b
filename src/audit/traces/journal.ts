import { splitWords } from '../../core/split-words.ts';
import { secretIn } from '../unmanaged/secrets.ts';
import { isoOf, type Trace } from './trace.ts';

/** A command in the journal, from its start to its end. Times are in seconds since the epoch. */
export interface Ran {
  readonly how: 'sudo' | 'cron';
  readonly user: string;
  readonly folder: string;
  readonly command: string;
  readonly from: number;
  readonly to: number;
}

/** A command whose end is not in the journal has probably ended soon; what comes later is not put down to it. */
const SHORT_S = 2;

/** Commands that only look: what they name has not been changed by them. */
const LOOKS =
  /^(cat|less|more|head|tail|ls|stat|grep|e?grep|diff|cmp|wc|file|md5sum|sha\d+sum|view|readlink|realpath|find)$/;

/** The commands of sudo and cron, from lines as `journalctl -o short-unix` prints them. */
export function commandsIn(lines: readonly string[]): readonly Ran[] {
  const ran: { -readonly [key in keyof Ran]: Ran[key] }[] = [];
  const open = new Map<string, (typeof ran)[number]>();
  for (const line of lines) {
    const [, time, name, pid, text = ''] = /^(\d+\.\d+) \S+ (sudo|CRON)\[(\d+)\]: (.*)$/.exec(line) ?? [];
    if (time === undefined) continue;
    const at = Number(time);
    const sudo = /^\s*(\S+) : (?:.*? ; )?PWD=(.*?) ; USER=\S+ ; (?:ENV=.*? ; )?COMMAND=(.*)$/.exec(text);
    const cron = /^\((\S+)\) CMD \((.*)\)$/.exec(text);
    if (sudo !== null || cron !== null) {
      const [user = '', folder = '', command = ''] = sudo?.slice(1) ?? [cron?.[1], '', cron?.[2]?.trim()];
      const one = {
        how: sudo === null ? ('cron' as const) : ('sudo' as const),
        user,
        folder,
        command,
        from: at,
        to: at + SHORT_S,
      };
      ran.push(one);
      // The session of cron belongs to the parent, which was started just before.
      open.set(`${name} ${pid}`, one);
      if (cron !== null) open.set(`${name} ${Number(pid) - 1}`, one);
    } else if (/session closed/.test(text)) {
      const one = open.get(`${name} ${pid}`);
      if (one !== undefined) one.to = at;
      open.delete(`${name} ${pid}`);
    }
  }
  return ran;
}

/** A second that a file system rounds, or that a program needs to tell the journal that it has ended. */
const ROUNDING_S = 0.05;

/** The one command that named a thing while it was changed; none if there were several, or none. */
export function commandFor(ran: readonly Ran[], at: number, isNamed: (command: Ran) => boolean): Trace | undefined {
  const [only, ...others] = ran.filter(
    (one) => one.from - ROUNDING_S <= at && at <= one.to + ROUNDING_S && isNamed(one),
  );
  if (only === undefined || others.length > 0) return undefined;
  const { how, user, command } = only;
  const [program = ''] = command.split(' ');
  const shown = secretIn('', command, undefined) === undefined ? command : `${program} …`;
  return { how, at: isoOf(at), text: how === 'sudo' ? `${user}: sudo ${shown}` : `cron of ${user}: ${shown}` };
}

/** Whether a command names a path and does more than look at it. */
export function namesPath({ command, folder }: Ran, path: string): boolean {
  const words = splitWords(command) ?? command.split(/\s+/);
  const [program = ''] = words;
  if (LOOKS.test(program.replace(/^.*\//, ''))) return false;
  const isWord = words.slice(1).some((word) => absolute(word.replace(/^[-\w]*=/, ''), folder) === path);
  return isWord || words.slice(1).some((word) => within(word, path));
}

const absolute = (word: string, folder: string): string =>
  (word.startsWith('/') ? word : `${folder}/${word}`).replace(/\/(\.\/)+/g, '/').replace(/\/{2,}/g, '/');

/** Whether a word that is a script of its own has the path in it, and not a longer one. */
function within(word: string, path: string): boolean {
  const at = word.indexOf(path);
  return (
    at >= 0 && word !== path && !/[\w./-]/.test(word.charAt(at - 1)) && !/[\w./-]/.test(word.charAt(at + path.length))
  );
}
