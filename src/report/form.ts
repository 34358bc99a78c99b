import type { ChalkInstance } from 'chalk';
import type { Reporter, Status } from '../core/event.ts';
import type { Diagnostic } from '../core/source.ts';

/** What a reporter is made with. */
export interface ReportOptions {
  readonly stdout: { write(text: string): unknown; readonly rows?: number; readonly columns?: number };
  readonly chalk: ChalkInstance;
  readonly verbosity: number;
  /** Outcomes that are not reported. */
  readonly hides?: ReadonlySet<Status>;
  /** Outcomes are reported as they come, also of several hosts: somebody is asked before each task. */
  readonly atOnce?: boolean;
  readonly formatDiagnostic: (diagnostic: Diagnostic) => string;
}

/** A way to report a run. */
export interface ReportForm {
  readonly name: string;
  /** What it is good for, as the help shows it. */
  readonly summary: string;
  /** People get no character that a terminal obeys; programs get every character as it is. */
  readonly forPeople: boolean;
  create(options: ReportOptions): Promise<Reporter>;
}
