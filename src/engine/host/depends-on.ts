/** What an outcome depends on that a check cannot foresee: the task that would change it. */
export const dependsOn = (because: string): string => `depends on "${because}"`;
