import type { Connector } from '../core/session.ts';

/** A connector whose code is loaded on the first connection: listings and syntax checks need none. */
export function lazyConnector(env: NodeJS.ProcessEnv): Connector {
  let loaded: Connector | undefined;
  let loading: Promise<Connector> | undefined;
  const load = async (): Promise<Connector> => {
    const { createConnector } = await import('../session/index.ts');
    loaded = createConnector({ env });
    return loaded;
  };
  return {
    open: async (endpoint, signal) => {
      loading ??= load();
      return (await loading).open(endpoint, signal);
    },
    start: async (endpoint, script, signal) => {
      loading ??= load();
      return (await loading).start(endpoint, script, signal);
    },
    reset: async (endpoint) => loaded?.reset(endpoint),
    get logins(): number {
      return loaded?.logins ?? 0;
    },
    close: async () => loaded?.close(),
  };
}
