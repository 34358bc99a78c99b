/** Python's flags of `re`. */
export interface Flags {
  readonly ignorecase?: boolean;
  readonly multiline?: boolean;
  readonly dotall?: boolean;
  readonly verbose?: boolean;
  readonly ascii?: boolean;
}

/** A Python pattern as a JavaScript one, with the names of its groups. */
export interface Pattern {
  readonly regexp: RegExp;
  /** How many groups it has. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}
