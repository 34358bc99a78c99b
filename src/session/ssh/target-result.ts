import type { SessionFailure } from '../../core/session.ts';
import type { ConfigLine } from './config/parse-config.ts';
import type { SshTarget } from './target.ts';

/** Where and how to log in, or what prevents it. */
export type TargetResult =
  | { readonly ok: true; readonly target: SshTarget }
  | { readonly ok: false; readonly failure: SessionFailure };

/** The context for completing an endpoint. */
export interface TargetContext {
  readonly config: readonly ConfigLine[];
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** The jump hosts on the way, as far as they are known. */
  readonly via?: readonly string[];
  /** Already reached through other hosts: its own proxy lines are ignored. */
  readonly direct?: boolean;
}
