import type { Endpoint } from '../core/session.ts';

/** How messages name a host that is reached by its address. */
export function addressOf({ name, address = name, port }: Endpoint): string {
  const shown = `${address}${port ? `:${port}` : ''}`;
  return shown === name ? shown : `${name} (${shown})`;
}
