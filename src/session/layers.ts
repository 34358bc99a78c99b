import type { Endpoint, SessionFailure } from '../core/session.ts';
import { explainBecome } from './become/explain-become.ts';
import { becomeMethodOf } from './become/index.ts';
import { connectionOf } from './connections/index.ts';
import { inOneLine } from './in-one-line.ts';
import type { Ending } from './pipes.ts';
import type { Prompt } from './start-shell.ts';

/** The layers between a login and the wanted shell: containers to enter, users to become. */
interface Layers {
  /** The endpoint to log in to. */
  readonly login: Endpoint;
  /** Wraps a command line in all layers. */
  readonly wrap: (commandLine: string) => string;
  readonly prompts: readonly Prompt[];
  /** Whether there are any layers: the shell then belongs to a different user than the one who logged in. */
  readonly any: boolean;
  /** How the innermost user is become; undefined if the login is that user. */
  readonly by?: string;
  /** Explains failures that certainly come from one of the connections, outermost first. */
  readonly explain: (said: string, ending: Ending) => SessionFailure | undefined;
}

/** Split an endpoint into the login and the layers on top of it. */
export function layersOf(endpoint: Endpoint): Layers {
  const { become } = endpoint;
  const base = connected(endpoint);
  if (!become) return base;
  const { wrap, prompts, by } = becomeMethodOf(become.method).enter(become);
  return { ...base, by, wrap: (line) => base.wrap(wrap(line)), prompts: [...base.prompts, ...prompts], any: true };
}

function connected(endpoint: Endpoint): Layers {
  const connection = connectionOf(endpoint.connection);
  const explain: Layers['explain'] = (said, ending) => connection.explain?.(endpoint, said, ending);
  if (connection.kind === 'login') return { login: endpoint, wrap: same, prompts: [], any: false, explain };
  const { from, wrap } = connection.enter(endpoint);
  const outer = layersOf(from);
  return {
    ...outer,
    wrap: (line) => outer.wrap(wrap(line)),
    any: true,
    explain: (said, ending) => outer.explain(said, ending) ?? explain(said, ending),
  };
}

/**
 * Why no shell started: the connection's explanation, or else the become method's, or else all the output.
 */
export function explainFailure(endpoint: Endpoint, said: string, ending: Ending): SessionFailure {
  const own = layersOf(endpoint).explain(said, ending);
  if (own !== undefined) return own;
  const { place, label } = connectionOf(endpoint.connection);
  const { become } = endpoint;
  if (become === undefined) {
    const words = inOneLine(said) || ending.message;
    return { reason: 'unreachable', message: `${place(endpoint)}: ${label(endpoint)}: ${words}` };
  }
  const { words, hint } = explainBecome(become, said);
  const message = `${place(endpoint)}: ${become.method} to ${become.user}: ${words || ending.message}`;
  return { reason: 'become', message, ...(hint !== undefined && { hint }) };
}

const same = (line: string): string => line;
