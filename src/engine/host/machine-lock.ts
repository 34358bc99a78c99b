import type { Exchanged, MachineLock, Part, Reply } from '../../core/session.ts';
import { visible } from '../../core/visible.ts';

/** What a changing run tells to others about itself, and how long it waits for theirs. */
export interface Locking extends MachineLock {
  readonly timeoutMs: number;
}

/** The most that is shown of what another run, or whoever may write to the lock's file, has written there. */
const longest = 200;

/** The line that tells others who locks a machine: since when, who, and for what. */
export const lockLine = (since: Date, who: string, what: string): string =>
  [since.toISOString(), who, what].map((field) => visible(field).replace(/\s+/g, ' ')).join('\t');

/** Who holds a lock, for a message, from the line on the host. */
export function holderIn(told: string): string {
  const [, day, time, who, what] =
    /^\S+ (\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.\d+Z\t([^\t]+)\t([^\t]*)$/.exec(told.trim()) ?? [];
  if (who === undefined) return 'another run is changing it';
  const said = visible(`${who} has been changing it since ${day} ${time} UTC`);
  return `${said}${what === '' ? '' : visible(` (${what})`)}`.slice(0, longest);
}

/** The part that locks a machine, and whether another run was found to hold the lock. */
export function lockPart({ run, line }: MachineLock): { readonly part: Part; readonly isOut: () => boolean } {
  let code = 0;
  return {
    part: { script: '', lock: { run, line }, onReply: (reply: Reply) => (code = reply.code) },
    isOut: () => code === 1,
  };
}

/** An exchange as if its first part had not been there. */
export const withoutFirst = (exchanged: Exchanged): Exchanged =>
  exchanged.ok
    ? { ok: true, replies: exchanged.replies.slice(1) }
    : {
        ok: false,
        failure: {
          ...exchanged.failure,
          ...(exchanged.failure.replies && { replies: exchanged.failure.replies.slice(1) }),
        },
      };
