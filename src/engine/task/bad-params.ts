/** The task's arguments do not fit its type: the task fails and reports this before anything is asked. */
export class BadParams extends Error {
  /** Ansible's message, where it differs from ours: playbooks examine it in `msg`. */
  readonly msg: string | undefined;

  constructor(message: string, msg?: string) {
    super(message);
    this.msg = msg;
  }
}
