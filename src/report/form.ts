import type { ChalkInstance } from 'chalk';
import type { Reporter, Status } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';

/** What a reporter is created with. */
export interface ReportOptions {
  readonly stdout: { write(text: string): unknown; readonly rows?: number; readonly columns?: number };
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  /** Outcomes that are not reported. */
  readonly hides?: ReadonlySet<Status>;
  /** Report outcomes as they come, even from several hosts, because the user is asked before each task. */
  readonly atOnce?: boolean;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

/** A way to report a run. */
export interface ReportForm {
  readonly name: string;
  /** What it is useful for, as shown in the help. */
  readonly summary: string;
  /** Output for people contains no character that controls a terminal; programs get every character unchanged. */
  readonly forPeople: boolean;
  create(options: ReportOptions): Promise<Reporter>;
}
