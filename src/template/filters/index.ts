import type { Callees } from '../python/signature.ts';
import { basicFilters } from './basic.ts';
import { communityFilters } from './collections.ts';
import { moreCommunityFilters } from './community.ts';
import { dataFilters } from './data.ts';
import { encodeFilters } from './encode.ts';
import { listFilters } from './lists.ts';
import { miscFilters } from './misc.ts';
import { nestedFilters } from './nested.ts';
import { netFilters } from './net/subnets.ts';
import { pathFilters } from './paths.ts';
import { patternFilters } from './patterns.ts';
import { setFilters } from './sets.ts';
import { textFilters } from './text.ts';
import { urlFilters } from './urls.ts';

/** All filters by their short names. */
export const filters: Callees = {
  ...basicFilters,
  ...textFilters,
  ...listFilters,
  ...dataFilters,
  ...encodeFilters,
  ...miscFilters,
  ...urlFilters,
  ...pathFilters,
  ...netFilters,
  ...patternFilters,
  ...setFilters,
  ...communityFilters,
  ...moreCommunityFilters,
  ...nestedFilters,
};
