import type { AccountTools, Change } from '../../../src/sdk.ts';

const INSTALL = 'install the package shadow (Alpine: apk add shadow)';

/**
 * The same changes with the programs that the host has: with those of BusyBox, where `useradd` and the like are missing. If
 * these cannot make one of the changes, the reason.
 */
export function withTools<C extends Change & Pick<BusyboxChange, 'busybox'>>(
  changes: readonly C[],
  tools: AccountTools | undefined,
): readonly C[] | { readonly failed: string } {
  if (tools === undefined) return changes;
  const [first] = changes;
  if (first === undefined) return changes;
  if (tools === 'none') return { failed: `${first.what}: the host has neither useradd nor adduser: ${INSTALL}` };
  const impossible = changes.find(({ busybox }) => busybox === undefined);
  if (impossible !== undefined) return { failed: `${impossible.what}: BusyBox cannot do this: ${INSTALL}` };
  return changes.map((change) => ({ ...change, commands: change.busybox ?? [] }));
}

/** A change, with the commands that make it with BusyBox's programs; without them, these cannot. */
export interface BusyboxChange extends Change {
  readonly busybox?: readonly Change['commands'][number][] | undefined;
}
