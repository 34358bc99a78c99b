import type { Greeting, Reply } from '../../core/session.ts';
import type { Diagnostic, Result } from '../../core/source.ts';
import { ANSWERS } from './script.ts';

/** What a host has answered. */
export interface HostReplies {
  readonly host: string;
  /** When it began to, by its own clock: milliseconds since the epoch. */
  readonly at: number;
  readonly users: ReadonlyMap<string, Greeting>;
  /** The users as which it could not be asked. */
  readonly skipped: ReadonlySet<string>;
  readonly replies: ReadonlyMap<string, Reply>;
}

/** Reads what scripts of questions have printed, one after another. What is not whole is an error: a missing answer may be the one that matters. */
export function readHostReplies(file: string, text: string): Result<readonly HostReplies[]> {
  const found: Reading[] = [];
  let now: Reading | undefined;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '' && (now === undefined || now.isDone)) continue;
    const wrong = (message: string, hint?: string): Result<never> => ({
      ok: false,
      error: [mistake(file, index + 1, message, hint)],
    });
    if (line.startsWith(`${ANSWERS} `)) {
      if (now !== undefined && !now.isDone) return wrong(CUT_OFF, AGAIN);
      now = begun(line.slice(ANSWERS.length + 1));
      found.push(now);
    } else if (now === undefined) return wrong(`expected \`${ANSWERS} HOST\`: these are no answers`, MADE_BY);
    else if (index === lines.length - 1 && line === '') return wrong(CUT_OFF, AGAIN);
    else if (now.isDone || !take(now, line)) return wrong(`this is no answer: ${line.slice(0, 60)}`, AGAIN);
  }
  if (now === undefined) return { ok: false, error: [mistake(file, 1, 'there are no answers in it', MADE_BY)] };
  if (!now.isDone) return { ok: false, error: [mistake(file, lines.length, CUT_OFF, AGAIN)] };
  return { ok: true, value: found };
}

const CUT_OFF = 'the answers are cut off here';
const AGAIN = 'run the script of questions again, and keep all that it prints on stdout';
const MADE_BY = 'a script that `run questions PLAYBOOK --host HOST` prints makes them';

const mistake = (file: string, line: number, message: string, hint?: string): Diagnostic => ({
  severity: 'error',
  code: 'answers',
  message,
  at: { file, line, column: 1 },
  ...(hint !== undefined && { hint }),
});

interface Reading extends HostReplies {
  at: number;
  readonly users: Map<string, Greeting>;
  readonly skipped: Set<string>;
  readonly replies: Map<string, Reply>;
  /** HostReplies of the current user so far. */
  count: number;
  isDone: boolean;
}

const begun = (host: string): Reading => ({
  host,
  at: 0,
  users: new Map(),
  skipped: new Set(),
  replies: new Map(),
  count: -1,
  isDone: false,
});

/** Takes a line of answers; false if it is none. */
function take(into: Reading, line: string): boolean {
  const [word, ...rest] = line.split(' ');
  const [first = '', second = '', third = '', fourth = ''] = rest;
  switch (word) {
    case 'at':
      into.at = Number(first) * 1000;
      return /^\d+$/.test(first) && rest.length === 1;
    case 'user':
      into.users.set(first, { user: first, uid: Number(second), home: String(bytesIn(third)) });
      into.count = 0;
      return /^\d+$/.test(second) && isBytes(third) && rest.length === 3;
    case 'skipped':
      into.skipped.add(first);
      return rest.length === 1;
    case 'part': {
      const code = Number.parseInt(second, 10);
      into.replies.set(first, {
        code,
        stdout: bytesIn(third),
        stderr: bytesIn(fourth),
        ...(second.endsWith('t') && { timedOut: true }),
      });
      into.count++;
      return (
        /^[\da-f]{32}$/.test(first) && /^\d+t?$/.test(second) && isBytes(third) && isBytes(fourth) && rest.length === 4
      );
    }
    case 'asked': {
      const isWhole = Number(first) === into.count;
      into.count = -1;
      return isWhole && rest.length === 1;
    }
    case 'done':
      into.isDone = into.count === -1 && into.at > 0;
      return into.isDone && rest.length === 0;
    default:
      return false;
  }
}

const isBytes = (field: string): boolean =>
  /^\.(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(field);

const bytesIn = (field: string): Buffer => Buffer.from(field.slice(1), 'base64');
