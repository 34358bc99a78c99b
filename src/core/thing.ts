/**
 * Something on a host that a task sees to, such as a file, a line in it or a package. Two tasks see to the same if one of
 * them declares a name of the other's thing, whatever their types are, and wherever they are written.
 */
export interface Thing {
  /** What it is, in one line and for people: `file /etc/motd`. It begins with the kind, and never holds a secret. */
  readonly name: string;
  /** Further names: it is declared, too, if a task declares one of these. */
  readonly under?: readonly string[];
  /** What a task that sees to it declares beside its name. */
  readonly also?: readonly string[];
  /** How it is removed again. Without it, the task only declares it, or it cannot be removed. */
  readonly absence?: Absence;
}

/** A task that removes a thing. */
export interface Absence {
  /** Its type, if it is another one than that of the task. */
  readonly type?: string;
  /** Its parameters: plain data, without secrets. */
  readonly args: Readonly<Record<string, unknown>>;
  /** How the type's failure begins that means that there is nothing left to remove. */
  readonly gone?: string;
}
