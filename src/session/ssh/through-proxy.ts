import type { Endpoint } from '../../core/session.ts';
import type { ValueReader } from './config/value-reader.ts';
import type { SshTarget } from './target.ts';
import { type TargetContext, type TargetResult, targetOf } from './target-of.ts';

/** Adds to a target what its configuration says of the way there: a ProxyCommand, or a chain of jump hosts. */
export function throughProxy(
  target: SshTarget,
  endpoint: Endpoint,
  values: ValueReader,
  expand: (text: string) => string,
  context: TargetContext,
): TargetResult {
  const command = values.line('proxycommand')?.rest;
  if (command && command.toLowerCase() !== 'none')
    return { ok: true, target: { ...target, proxyCommand: expand(command) } };
  const jumps = values.text('proxyjump');
  if (!jumps || jumps.toLowerCase() === 'none') return { ok: true, target };
  const jump = resolveChain(expand(jumps).split(','), endpoint, context);
  return jump.ok ? { ok: true, target: { ...target, jump: jump.target } } : jump;
}

function resolveChain(specs: readonly string[], endpoint: Endpoint, context: TargetContext): TargetResult {
  const [nearest = '', ...further] = specs;
  const via = [...(context.via ?? []), nearest];
  // Only the first of a chain is reached in its own way.
  const first = context.via?.includes(nearest)
    ? circle(endpoint, via)
    : targetOf(jumpEndpoint(nearest, endpoint), { ...context, via });
  return further.reduce<TargetResult>((reached, spec) => {
    if (!reached.ok) return reached;
    const next = targetOf(jumpEndpoint(spec, endpoint), { ...context, direct: true });
    return next.ok ? { ok: true, target: { ...next.target, jump: reached.target } } : next;
  }, first);
}

const circle = ({ name }: Endpoint, via: readonly string[]): TargetResult => ({
  ok: false,
  failure: { reason: 'unreachable', message: `${name}: ProxyJump goes in a circle: ${via.join(', ')}` },
});

/** The endpoint of a jump host, from [user@]host[:port] or ssh://…: with how the target checks host keys, without its password and key. */
function jumpEndpoint(spec: string, { knownHostsFiles, hostKeyChecking, connectTimeoutMs }: Endpoint): Endpoint {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(spec) ?? [];
  return {
    name: bracketed ?? plain ?? spec,
    connection: 'ssh',
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port: Number(port) }),
    ...(knownHostsFiles && { knownHostsFiles }),
    ...(hostKeyChecking !== undefined && { hostKeyChecking }),
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
  };
}
