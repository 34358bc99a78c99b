import type { SessionFailure } from '../../core/session.ts';
import type { ConfigLine } from './config/parse-config.ts';
import type { SshTarget } from './target.ts';

/** Where and how to log in, or what stands against it. */
export type TargetResult =
  | { readonly ok: true; readonly target: SshTarget }
  | { readonly ok: false; readonly failure: SessionFailure };

/** What an endpoint is completed with. */
export interface TargetContext {
  readonly config: readonly ConfigLine[];
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** The jump hosts on the way, as far as they are known. */
  readonly via?: readonly string[];
  /** Reached through others: what its own lines say of the way does not count. */
  readonly direct?: boolean;
}
