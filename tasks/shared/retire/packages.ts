import type { Thing } from '../../../src/sdk.ts';

/** Packages by name. What is only upgraded, or named by a pattern or a file, is no thing of its own. */
export const packageThings = (names: readonly string[] | undefined, state: string): readonly Thing[] =>
  (names ?? []).flatMap((word) => {
    const name = word.split(/[=<>!~ ]/)[0] ?? '';
    if (!/^[\w][\w.+:-]*$/.test(name)) return [];
    const isPut = ['present', 'latest', 'fixed', 'installed'].includes(state);
    return [{ name: `package ${name}`, ...(isPut && { absence: { args: { name, state: 'absent' } } }) }];
  });
