/** The task's arguments do not fit its type: the task fails, and this is reported before anything is asked. */
export class BadParams extends Error {}
