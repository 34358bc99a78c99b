import type { Callees } from '../python/signature.ts';
import { basicTests } from './basic.ts';
import { communityTests } from './community.ts';
import { fileTests } from './files.ts';
import { netTests } from './net.ts';
import { resultTests } from './results.ts';
import { setTests } from './sets.ts';
import { textTests } from './text.ts';
import { versionTests } from './version.ts';

/** All tests by their short names. */
export const tests: Callees = {
  ...basicTests,
  ...resultTests,
  ...textTests,
  ...versionTests,
  ...fileTests,
  ...setTests,
  ...netTests,
  ...communityTests,
};
