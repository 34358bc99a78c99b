import { type Script, script } from '../../../src/sdk.ts';

/** A script that runs a call with its stderr filtered, and ends with its exit code. */
export const withErrorsThrough = (call: Script, filter: Script): Script => script`exec 6>&1
e=$(${call} 2>&1 >&6 6>&-)
r=$?
[ -z "$e" ] || printf '%s\n' "$e" | ${filter} >&2
exit "$r"`;
