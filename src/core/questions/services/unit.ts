/** Which service manager: the system's, the user's own, or (for enabling) the one for all users. */
export type UnitScope = 'system' | 'user' | 'global';

/** A unit as reported by systemd. */
export interface Unit {
  readonly name: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  /** `enabled`, `disabled`, `static`, `generated`, `masked` …; empty if it has no unit file. */
  readonly file: string;
  /** Its files on disk differ from what systemd has loaded. */
  readonly needsReload: boolean;
  /** Normally not running, because it does its work and exits. */
  readonly ends: boolean;
  readonly canReload: boolean;
  /** An init script that systemd turned into a unit, and whether it starts at boot. */
  readonly initScript?: { readonly enabled: boolean };
  /** All requested properties, under systemd's names. */
  readonly properties: Readonly<Record<string, string>>;
  /** Only on a host that runs OpenRC instead of systemd: it is a service of OpenRC's. */
  readonly openrc?: OpenrcService;
}

/** What OpenRC tells about a service in addition to its state. */
export interface OpenrcService {
  /** The runlevels in which it is started. */
  readonly runlevels: readonly string[];
  /** All runlevels that the host has. */
  readonly allRunlevels: readonly string[];
  /** The exit code of `rc-service NAME status`, and what it says. */
  readonly code: number;
  readonly said: string;
}
