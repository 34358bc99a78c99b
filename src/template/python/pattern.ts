/** The flags of Python's `re`. */
export interface Flags {
  readonly ignorecase?: boolean;
  readonly multiline?: boolean;
  readonly dotall?: boolean;
  readonly verbose?: boolean;
  readonly ascii?: boolean;
}

/** A Python pattern converted to a JavaScript one, with the names of its groups. */
export interface Pattern {
  readonly regexp: RegExp;
  /** Whether the whole pattern has the flag `m`. */
  readonly multiline: boolean;
  /** The number of groups. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}
