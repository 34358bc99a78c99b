import { visible } from '../core/visible.ts';

/** A line of what a program wrote, for a terminal: without its colours, and with other control characters made harmless. */
export const printable = (line: string): string =>
  visible(line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\t', ' '));
