import type { Endpoint } from '../../core/session.ts';
import type { SshTarget } from './target.ts';
import type { TargetContext, TargetResult } from './target-result.ts';

/** A target that has no route yet, with its configuration and the jump hosts that lead to it. */
interface Reached {
  readonly target: SshTarget;
  readonly endpoint: Endpoint;
  readonly way: { readonly command?: string; readonly jumps?: string };
  readonly via: readonly string[];
}

/** Completes the endpoint of a jump host. */
type Resolve = (jump: Endpoint, context: Pick<TargetContext, 'via' | 'direct'>) => TargetResult;

/** Add the configured route to a target: a ProxyCommand, or a chain of jump hosts. */
export function throughProxy(reached: Reached, expand: (text: string) => string, resolve: Resolve): TargetResult {
  const { target } = reached;
  const { command, jumps } = reached.way;
  if (command && command.toLowerCase() !== 'none')
    return { ok: true, target: { ...target, proxyCommand: expand(command) } };
  if (!jumps || jumps.toLowerCase() === 'none') return { ok: true, target };
  const jump = resolveChain(expand(jumps).split(','), reached, resolve);
  return jump.ok ? { ok: true, target: { ...target, jump: jump.target } } : jump;
}

function resolveChain(specs: readonly string[], { endpoint, via }: Reached, resolve: Resolve): TargetResult {
  const [nearest = '', ...further] = specs;
  const way = [...via, nearest];
  // Only the first host in a chain is reached by its own configured route.
  const first = via.includes(nearest) ? circle(endpoint, way) : resolve(jumpEndpoint(nearest, endpoint), { via: way });
  return further.reduce<TargetResult>((reached, spec) => {
    if (!reached.ok) return reached;
    const next = resolve(jumpEndpoint(spec, endpoint), { direct: true });
    return next.ok ? { ok: true, target: { ...next.target, jump: reached.target } } : next;
  }, first);
}

const circle = ({ name }: Endpoint, via: readonly string[]): TargetResult => ({
  ok: false,
  failure: { reason: 'unreachable', message: `${name}: ProxyJump forms a loop: ${via.join(', ')}` },
});

/**
 * The endpoint of a jump host, from [user@]host[:port] or ssh://…: it checks host keys like the target, but does not
 * use the target's password and key.
 */
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
