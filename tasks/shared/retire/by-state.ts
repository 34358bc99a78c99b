import type { Thing } from '../../../src/sdk.ts';

type Given = Readonly<Record<string, unknown>>;

/** The states in which a thing is not there, or is only looked at. */
const NOT_THERE =
  /^(absent|removed|unmounted|query|read|keys|all|info|opts_absent|args_absent|dump|absent_from_fstab)$/;

/** Whether a task with these parameters puts something on the host. */
export const puts = ({ state }: Given): boolean => typeof state !== 'string' || !NOT_THERE.test(state);

/**
 * For types whose `state: absent` removes what a task is about. `keys`: the parameters that say which thing it is, of which the first must be given; `keep`:
 * those that its removal needs, too.
 */
export const byState =
  (kind: string, keys: readonly string[], keep: readonly string[] = []) =>
  (params: Given): readonly Thing[] => {
    const [first = ''] = keys;
    if (words(params[first]).length === 0) return [];
    const key = keys.flatMap((one) => words(params[one]));
    const args = { ...pick(params, [...keys, ...keep]), state: 'absent' };
    return [{ name: `${kind} ${key.join(' ')}`, ...(puts(params) && { absence: { args } }) }];
  };

/** The same for types that take a list of things in one parameter: each is a thing of its own. */
export const eachByState =
  (kind: string, list: string, keep: readonly string[] = []) =>
  (params: Given): readonly Thing[] =>
    words(params[list]).map((one) => ({
      name: `${kind} ${[one, ...keep.flatMap((name) => words(params[name]))].join(' ')}`,
      ...(puts(params) && { absence: { args: { ...pick(params, keep), [list]: one, state: 'absent' } } }),
    }));

/** The given ones of some parameters. */
export const pick = (params: Given, names: readonly string[]): Given =>
  Object.fromEntries(names.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]]])));

const words = (value: unknown): readonly string[] => {
  if (value === undefined || value === null || value === false || value === '') return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
};
