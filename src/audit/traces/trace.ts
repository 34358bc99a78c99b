/** What has been proven to have changed something. */
export interface Trace {
  readonly how: 'apt' | 'dpkg' | 'clone' | 'etckeeper' | 'sudo' | 'cron' | 'systemd';
  /** ISO 8601, in UTC. */
  readonly at: string;
  /** Who did it, and by what. */
  readonly text: string;
}

/** An entry of the file system, and when it was changed last: in seconds since the epoch. */
export interface ChangedEntry {
  /** The path that the finding names. */
  readonly named: string;
  readonly path: string;
  readonly what: 'link' | 'target' | 'there' | 'gone';
  readonly at: number;
}

/** A time in seconds since the epoch, as JSON has it. */
export const isoOf = (seconds: number): string => new Date(Math.floor(seconds) * 1000).toISOString();
