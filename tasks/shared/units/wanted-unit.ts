import type { UnitScope } from '../../../src/sdk.ts';

/** The desired state of a unit. */
export interface WantedUnit {
  readonly name: string;
  readonly scope: UnitScope;
  readonly state?: 'reloaded' | 'restarted' | 'started' | 'stopped';
  readonly enabled?: boolean;
  readonly masked?: boolean;
  readonly force?: boolean;
  readonly no_block?: boolean;
  readonly sleep?: number;
  readonly restart_when_stale: boolean;
  readonly reload_when_stale: boolean;
  readonly config: readonly string[];
  readonly listens: readonly string[];
}
