import { type Command, sh, showMode } from '../../../src/sdk.ts';

/** Creates a directory. If another run creates it at the same moment, this is not an error, and owner and mode are still set. */
export const makeDirectory = (path: string, mode: number): Command =>
  sh`mkdir -m ${showMode(mode)} -- ${path} || { [ -d ${path} ] && [ ! -h ${path} ]; }`;
