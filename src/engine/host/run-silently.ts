import type { Command } from '../../core/command.ts';
import type { HostLink } from './host-link.ts';
import type { Identity } from './identity.ts';

/** Run the engine's own commands on a host without reporting them; returns whether all succeeded. */
export async function runSilently(link: HostLink, identity: Identity, commands: readonly Command[]): Promise<boolean> {
  const nothing = { before: [], onOutput: () => {}, after: [], ahead: async () => [] };
  const acted = await link.act(identity, commands, nothing);
  return acted.ok && acted.replies.every((reply) => reply.code === 0);
}
