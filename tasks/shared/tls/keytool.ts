import type { ShellAnswer } from '../../../src/sdk.ts';

/** What keytool complains about, without the names of Java's classes. */
export const keytoolComplaint = ({ stdout, stderr, code }: ShellAnswer): string =>
  /^keytool error: (?:java\.[\w.]+: )?(.*)$/m.exec(stdout)?.[1] ??
  (stderr.trim() || stdout.trim().split('\n').at(-1) || `exit code ${code}`);
