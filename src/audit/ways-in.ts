import type { Event, Reporter } from '../core/event.ts';
import type { WayIn } from './ask-hosts.ts';

/**
 * Watches how the tasks of a run work on each host: as root, if one of them does, because most can be read in that way. Without it,
 * further questions could be asked as a user who may read little.
 */
export function waysIn(): { readonly report: Reporter; readonly ways: ReadonlyMap<string, WayIn> } {
  const ways = new Map<string, WayIn>();
  const report: Reporter = (event: Event) => {
    if (event.kind !== 'sent' || event.user !== 'root') return;
    // Who logs in as root needs no method.
    if (event.by === undefined) ways.set(event.host, {});
    else if (!ways.has(event.host)) ways.set(event.host, { becomeMethod: methodIn(event.by) });
  };
  return { report, ways };
}

/** `by` is how the program was called: `sudo -H -S -n`. */
const methodIn = (by: string): string => (by.split(' ')[0] ?? '').replace(/^.*\//, '');
