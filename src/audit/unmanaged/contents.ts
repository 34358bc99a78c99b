import type { Unmanaged } from './thing.ts';

/** The files whose text the tasks for these things need. */
export const contentPaths = (things: readonly Unmanaged[]): readonly string[] => [
  ...new Set(things.flatMap(({ tasks }) => tasks.flatMap(({ contentOf }) => contentOf ?? []))),
];
