import { type Command, sh, showMode } from '../../../src/sdk.ts';

/** Make a directory. Another run may do the same at this moment, and be first: then it is there, and gets its owner and mode all the same. */
export const makeDirectory = (path: string, mode: number): Command =>
  sh`mkdir -m ${showMode(mode)} -- ${path} || { [ -d ${path} ] && [ ! -h ${path} ]; }`;
