import type { TaskResult } from '../../core/task-type.ts';

/** The task's arguments do not fit its type: the task fails and reports this before anything is asked. */
export class BadParams extends Error {
  /** Ansible's result, where its message differs from ours: playbooks examine it. */
  readonly result: TaskResult | undefined;

  constructor(message: string, result?: TaskResult) {
    super(message);
    this.result = result;
  }
}
