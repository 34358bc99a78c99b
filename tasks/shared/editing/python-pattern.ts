import { compilePattern, type Pattern } from '../../../src/sdk.ts';

/** Compiles a user's pattern, or returns the reason why it is not valid. */
export function patternOf(
  source: string,
  flags: Parameters<typeof compilePattern>[1] = { ascii: true },
): { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly why: string } {
  try {
    return { ok: true, pattern: compilePattern(source, flags) };
  } catch (error) {
    return { ok: false, why: `${(error as Error).message} in the pattern ${source}` };
  }
}
