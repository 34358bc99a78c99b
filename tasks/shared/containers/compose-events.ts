import { engineComplaint } from './engine.ts';

/** Something that compose does, or would do. */
export interface ComposeEvent {
  /** `container`, `network`, `volume`, `image` or `service`. */
  readonly what: string;
  readonly id: string;
  readonly status: string;
}

/** Words for what compose is doing; other words only tell that something is as it should be, or is done. */
const WORKING: Readonly<Record<string, string>> = {
  Creating: 'created',
  Recreate: 'created again',
  Starting: 'started',
  Restarting: 'restarted',
  Stopping: 'stopped',
  Killing: 'killed',
  Pausing: 'paused',
  Unpausing: 'resumed',
  Removing: 'removed',
  Pulling: 'pulled',
  Building: 'built',
};

/** What compose tells on stderr with `--progress plain`. */
export function composeEvents(text: string): readonly ComposeEvent[] {
  return text.split('\n').flatMap((line): readonly ComposeEvent[] => {
    const plain = line.replace(/^\s*DRY-RUN MODE -/, '').trim();
    const [, build] = /^(?:#\d+ \[(\S+) |build service (\S+)$)/.exec(plain) ?? [];
    if (build !== undefined || plain.startsWith('build service '))
      return [{ what: 'service', id: build ?? plain.slice('build service '.length), status: 'Building' }];
    const [, kind, id = '', status = ''] =
      /^(?:(Container|Network|Volume|Image|Service)\s+)?"?([^\s"]+)"?\s+([A-Z][a-z]+)\b/.exec(plain) ?? [];
    if (WORKING[status] === undefined) return [];
    // While a container is replaced, the new one has the ID of the old one before its name.
    return [{ what: (kind ?? 'service').toLowerCase(), id: id.replace(/^[0-9a-f]{12}_/, ''), status }];
  });
}

/** Whether an event changes containers, networks or volumes: pulling and building may find nothing new. */
export const isChanging = ({ what, status }: ComposeEvent): boolean =>
  what !== 'service' && status !== 'Pulling' && status !== 'Building';

/** What happens to each thing, in one line each. */
export function toldEvents(
  events: readonly ComposeEvent[],
): readonly { readonly what: string; readonly to: string | null; readonly from: string | null }[] {
  const names = [...new Set(events.map(({ what, id }) => `${what} ${id}`))];
  return names.map((name) => {
    const all = events.filter(({ what, id }) => `${what} ${id}` === name).map(({ status }) => status);
    const words = [...new Set(all.map((status) => WORKING[status] ?? status))];
    const isGone = all.at(-1) === 'Removing';
    return {
      what: name,
      from: all[0] === 'Creating' ? null : 'present',
      to: isGone ? null : words.join(', '),
    };
  });
}

/** Why compose failed: the last lines of what it says. Before them are its events. */
export function composeComplaint({ code, stderr }: { readonly code: number; readonly stderr: string }): string {
  if (/unknown flag: --(?:dry-run|progress)/.test(stderr))
    return 'docker compose 2.18 or newer is needed on the host, because older versions cannot tell what they would do';
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^\s*DRY-RUN MODE -\s*/, ''))
    .filter(
      (line) =>
        line.trim() !== '' &&
        composeEvents(line).length === 0 &&
        !/^\s*(?:Container|Network|Volume) \S+\s+[A-Z][a-z]+\s*$/.test(line),
    );
  return engineComplaint(lines.join('\n'), code);
}
