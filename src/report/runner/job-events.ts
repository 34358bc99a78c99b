import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Data as JSON holds it. */
export type EventValues = Readonly<Record<string, unknown>>;

/** An event as ansible-runner keeps it, without what it adds itself: the text and the place of its lines. */
export interface JobEvent {
  readonly event: string;
  readonly uuid: string;
  readonly parent_uuid?: string;
  readonly created: string;
  readonly event_data: EventValues;
}

/** What ansible-runner and AWX tell the program by its environment. */
interface RunnerSettings {
  /** The folder whose `job_events` ansible-runner reads. */
  readonly folder: string;
  /** The numbers of AWX's job, which each event repeats. */
  readonly ids: Readonly<Record<string, number>>;
  readonly omitsData: boolean;
  readonly onlyFailed: boolean;
  /** A result with more characters is left out. */
  readonly mostCharacters: number;
}

/** Reads the environment; undefined if no ansible-runner waits for events. */
export function runnerSettings(env: NodeJS.ProcessEnv): RunnerSettings | undefined {
  const folder = env['AWX_ISOLATED_DATA_DIR'];
  if (!folder) return undefined;
  const numbers = { job_id: 'JOB_ID', ad_hoc_command_id: 'AD_HOC_COMMAND_ID', project_update_id: 'PROJECT_UPDATE_ID' };
  const ids = Object.entries(numbers).flatMap(([key, name]) => {
    const number = Number(env[name] || Number.NaN);
    return Number.isInteger(number) ? [[key, number] as const] : [];
  });
  return {
    folder,
    ids: Object.fromEntries(ids),
    omitsData: isTrue(env['RUNNER_OMIT_EVENTS']),
    onlyFailed: isTrue(env['RUNNER_ONLY_FAILED_EVENTS']),
    mostCharacters: Number(env['MAX_EVENT_RES'] || 700_000),
  };
}

const isTrue = (value = ''): boolean => value.toLowerCase() === 'true';

/** Puts events where ansible-runner finds them. Each appears there whole, and only its owner may read it. */
export function eventFolder({ folder, ids, ...limits }: RunnerSettings): (event: JobEvent) => void {
  const events = join(folder, 'job_events');
  mkdirSync(events, { recursive: true, mode: 0o700 });
  return (event) => {
    const path = join(events, `${event.uuid}-partial.json`);
    const { event: kind, ...others } = event;
    const text = JSON.stringify({
      event: kind,
      ...ids,
      pid: process.pid,
      ...others,
      event_data: dataOf(event, limits),
    });
    writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  };
}

function dataOf(
  { event, event_data: data }: JobEvent,
  { omitsData, onlyFailed, mostCharacters }: Omit<RunnerSettings, 'folder' | 'ids'>,
): EventValues {
  if (omitsData || (onlyFailed && !FAILURES.has(event))) return {};
  const isLong = data['res'] !== undefined && JSON.stringify(data['res']).length > mostCharacters;
  return isLong ? { ...data, res: {} } : data;
}

const FAILURES: ReadonlySet<string> = new Set(['runner_on_failed', 'runner_on_async_failed', 'runner_item_on_failed']);

/** The text between two marks: the first names the event that the text belongs to, the second ends it. A terminal shows only the text. */
export const markedText = (uuid: string, text: string): string => `${markOf({ uuid })}${text}${markOf({})}`;

/** Base64 in pieces, after each of which the cursor goes back over it, and the line is cleared before and after them. */
function markOf(value: EventValues): string {
  const pieces =
    Buffer.from(JSON.stringify(value))
      .toString('base64')
      .match(/.{1,78}/g) ?? [];
  return `\x1b[K${pieces.map((piece) => `${piece}\x1b[${piece.length}D`).join('')}\x1b[K`;
}
