import type { ChalkInstance } from 'chalk';
import type { Reporter, Status } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';

/** The options for creating a reporter. */
export interface ReportOptions {
  readonly stdout: { write(text: string): unknown; readonly rows?: number; readonly columns?: number };
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  /** Outcomes that are not reported. */
  readonly hides?: ReadonlySet<Status>;
  /** Report outcomes as they arrive, even from several hosts, because the user is asked before each task. */
  readonly atOnce?: boolean;
  /** Print what `set_stats` recorded after the recap. */
  readonly customStats?: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

/** A way to report a run. */
export interface ReportForm {
  readonly name: string;
  /** A description for the help text. */
  readonly summary: string;
  /** Whether people read the output; if so, it contains no terminal control characters. Programs get every character unchanged. */
  readonly forPeople: boolean;
  create(options: ReportOptions): Promise<Reporter>;
}
