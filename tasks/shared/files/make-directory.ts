import { type Command, sh, showMode } from '../../../src/sdk.ts';

/** Creates a directory. Another run may create it at the same moment; then it already exists, and still gets its owner and mode. */
export const makeDirectory = (path: string, mode: number): Command =>
  sh`mkdir -m ${showMode(mode)} -- ${path} || { [ -d ${path} ] && [ ! -h ${path} ]; }`;
