import type { TaskResult } from '../../../src/sdk.ts';
import type { Inspected } from './inspect.ts';
import { partly } from './json.ts';

/** What the engine will tell about an image once it has been pulled or built. Its ID is not known yet. */
export const foreseenImage = (reference: string, now: Inspected): NonNullable<Inspected> => ({
  ...now,
  Id: '',
  RepoTags: [reference],
});

/** Whether it is not known which image this will be. */
export const isForeseen = (image: NonNullable<Inspected>): boolean => image['Id'] === '';

/** The image in a result: what a check does not know about it is marked. */
export const imageResult = (before: Inspected, after: NonNullable<Inspected>): TaskResult => ({
  image: partly(
    after,
    [...Object.keys(before ?? {}), 'Id', 'RepoDigests', 'Config', 'Created'].filter((key) => key !== 'RepoTags'),
  ),
});
