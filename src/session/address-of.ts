import type { Endpoint } from '../core/session.ts';

/** A host that is reached by its address, as messages name it. */
export function addressOf({ name, address = name, port }: Endpoint): string {
  const shown = `${address}${port ? `:${port}` : ''}`;
  return shown === name ? shown : `${name} (${shown})`;
}
