import { type Command, sh, showMode } from '../../../src/sdk.ts';

/** Make a directory. Another run may create it first at the same moment; then it exists already, and still gets its owner and mode. */
export const makeDirectory = (path: string, mode: number): Command =>
  sh`mkdir -m ${showMode(mode)} -- ${path} || { [ -d ${path} ] && [ ! -h ${path} ]; }`;
