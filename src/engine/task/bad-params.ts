/** What a task was given is not what its type takes: a failure of the task, told before anything is asked. */
export class BadParams extends Error {}
