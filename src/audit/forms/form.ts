import type { Audit } from '../finding.ts';

/** Options that some forms use. */
export interface AuditFormOptions {
  /** Whether diffs are shown (forms for programs always contain them). */
  readonly diff: boolean;
  /** Whether all hosts and places are shown. */
  readonly verbose: boolean;
  readonly colour: boolean;
}

/** Writes an audit down as text. Equal audits give equal text. */
type WriteAudit = (audit: Audit, options: AuditFormOptions) => string;

/** A form that an audit can be written in: made of the findings at the end, or of the run's events as they come. */
export type AuditForm = {
  /** A description for the help. */
  readonly summary: string;
} & (
  | {
      /** Whether people read the text in a terminal, where control characters from a host must have no effect. */
      readonly forPeople: boolean;
      readonly load: () => Promise<WriteAudit>;
    }
  | { readonly events: 'json' | 'junit' }
);
