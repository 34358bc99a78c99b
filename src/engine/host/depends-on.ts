/** The message for an outcome that a check cannot predict because it depends on a task's change. */
export const dependsOn = (because: string): string => `depends on "${because}"`;
