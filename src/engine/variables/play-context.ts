import type { Endpoint } from '../../core/session.ts';
import type { Play, Task } from '../../language/model.ts';
import { evaluate } from '../../template/index.ts';
import type { Identity } from '../host/identity.ts';
import { endpointOf, type Said } from './endpoint.ts';
import type { HostState } from './host-state.ts';
import { keywordValue } from './keyword-values.ts';
import type { LiveInventory } from './live-inventory.ts';
import type { RunContext } from './run-context.ts';
import { OMIT, type Scopes, type TemplateScope } from './scopes.ts';

/** The context that the engine's functions share while a play runs. */
export interface PlayContext {
  readonly run: RunContext;
  /** The mark of this run in its notes on hosts. */
  readonly mark: string;
  readonly definition: Play;
  readonly scopes: Scopes;
  readonly inventory: LiveInventory;
  /** A host of the inventory, or localhost. */
  stateOf(host: string): HostState | undefined;
  /** The identity with which the play itself asks for facts and for what an interrupted run left. */
  mainIdentity(state: HostState): Identity;
  /**
   * The identity with which a task acts on a host. `sight` has that host's variables; `keywords` is where the task's
   * keywords are evaluated.
   */
  identity(
    state: HostState,
    task: Pick<Task, 'keywords'>,
    sight: TemplateScope,
    environment?: Readonly<Record<string, string>>,
    keywords?: TemplateScope,
  ): Identity;
}

/** A task that acts on a host: the host's variables, and the variables for the task's keywords if they differ. */
interface Acting {
  readonly task: Pick<Task, 'keywords'>;
  readonly sight: TemplateScope;
  readonly environment?: Readonly<Record<string, string>>;
  readonly keywords?: TemplateScope;
}

/** The identity of a host for a task, or for the play itself. */
export function identityOf(
  run: RunContext,
  state: HostState,
  { task, sight, environment = {}, keywords = sight }: Acting,
  nodeEndpoint: (host: string) => Endpoint | undefined,
): Identity {
  const said: Said = {
    variable(name) {
      const written = (sight.variables ?? sight.scope).get(name);
      const value = written === undefined ? undefined : evaluate(written, sight.scope, sight.env);
      return value === OMIT ? undefined : value;
    },
    keyword: (written) => keywordValue(written, keywords),
    keywords: task.keywords,
  };
  const endpoint = endpointOf(state.host.name, said, run.options.connection, nodeEndpoint);
  for (const secret of [endpoint.password, endpoint.become?.password])
    if (secret !== undefined) run.secrets.add(secret);
  return { endpoint, environment, key: keyOf(endpoint, environment) };
}

/** The identity of the user who logs in. */
export function withoutBecome({ endpoint: { become: _, ...endpoint }, environment }: Identity): Identity {
  return { endpoint, environment, key: keyOf(endpoint, environment) };
}

const keyOf = (
  { user, connection, become, directory }: Endpoint,
  environment: Readonly<Record<string, string>>,
): string => JSON.stringify([connection, user, become?.user, become?.method, environment, directory]);
