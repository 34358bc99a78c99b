/** The task's arguments do not fit its type: the task fails, and this is reported before anything is asked. */
export class BadParams extends Error {
  /** The same in Ansible's words, which playbooks look at in `msg`, where it has words of its own. */
  readonly msg: string | undefined;

  constructor(message: string, msg?: string) {
    super(message);
    this.msg = msg;
  }
}
