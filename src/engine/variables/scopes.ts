import { randomBytes } from 'node:crypto';
import type { Raw, Value } from '../../core/value.ts';
import type { Item, Keywords, Play, RoleRef, VarsLayer, Written } from '../../language/model.ts';
import { composeScope } from '../../language/variables/compose-scope.ts';
import { hostvarsDict, type ReadableScope, varsDict } from '../../language/variables/hostvars.ts';
import { LEVELS, type Level } from '../../language/variables/levels.ts';
import { type Magic, magicVariables, type PlayFacts } from '../../language/variables/magic-variables.ts';
import { type Env, evaluate, type Scope, scopeOver } from '../../template/index.ts';
import type { HostState } from './host-state.ts';
import type { RunContext } from './run-context.ts';

/** The value of a parameter with `default(omit)`; random, so that it cannot occur by chance. */
export const OMIT = `__omit_place_holder__${randomBytes(20).toString('hex')}`;

/** Variables as a template sees them, and the environment it runs in. */
export interface TemplateScope {
  readonly scope: Scope;
  /** The scope without `ansible_host` and the like, unless a variable sets them. */
  readonly variables?: Scope;
  readonly env: Env;
}

/** Builds the variables for a play's hosts and items. */
export class Scopes {
  readonly #context: RunContext;
  readonly #play: Play;
  readonly #facts: PlayFacts;
  readonly #state: (host: string) => HostState | undefined;

  constructor(context: RunContext, play: Play, facts: PlayFacts, state: (host: string) => HostState | undefined) {
    this.#context = context;
    this.#play = play;
    this.#facts = facts;
    this.#state = state;
  }

  /**
   * The variables of an item on a host. `also` contains temporary layers (loop variables, a result);
   * `magic` contains names that override everything.
   */
  of(
    state: HostState,
    item?: Pick<Item, 'layers' | 'role' | 'searchPath'> & Partial<Pick<Item, 'keywords'>>,
    also: readonly VarsLayer[] = [],
    magic?: Magic,
  ): TemplateScope {
    const env = this.#context.env(item?.searchPath ?? [this.#play.directory], this.#context.inventory);
    const own: { scope?: Scope } = {};
    const delegate = item?.keywords?.delegateTo;
    const more =
      delegate === undefined
        ? magic
        : new Map([['ansible_delegated_vars', () => this.#delegated(delegate, own.scope!, env)], ...(magic ?? [])]);
    const composed = composeScope({
      host: state.host,
      state: [...state.layers, ...also, this.#context.extra],
      item: item ?? this.#play,
      hashBehaviour: this.#context.options.hashBehaviour,
      magic: this.#magic(state, env, item?.role, more, () => own.scope!),
    });
    const scope = {
      ...scopeOver(
        composed,
        this.#connection(state, item?.keywords, () => own.scope, env),
      ),
      cache: new Map<string, Value>(),
      missed: () => state.missed(),
    };
    own.scope = scope;
    return { scope, variables: composed, env };
  }

  /** Connection settings under Ansible's names, from keywords and the command line, unless a variable sets them. */
  #connection(state: HostState, keywords: Keywords | undefined, scope: () => Scope | undefined, env: Env): Scope {
    const { connection } = this.#context.options;
    const said = (written: Written | undefined, seen: Scope): Raw | undefined => {
      const value = written === undefined ? undefined : evaluate(written.value, seen, env);
      return value === OMIT ? undefined : value;
    };
    const { remoteUser, port } = keywords ?? this.#play.keywords;
    const values: Readonly<Record<string, (seen: Scope) => Raw | undefined>> = {
      host: () => state.host.name,
      user: (seen) => said(remoteUser, seen) ?? connection.user,
      port: (seen) => said(port, seen) ?? connection.port,
      timeout: () => connection.connectTimeoutMs / 1000,
    };
    let computing = false;
    return {
      get(name) {
        const [, ssh, what = ''] = /^ansible_(ssh_)?(host|user|port|timeout)$/.exec(name) ?? [];
        const seen = scope();
        if (computing || what === '' || seen === undefined) return undefined;
        computing = true;
        try {
          // Both names are equivalent: `ansible_user` has the value of `ansible_ssh_user` and vice versa.
          const value = seen.get(ssh === undefined ? `ansible_ssh_${what}` : `ansible_${what}`);
          return value ?? values[what]?.(seen) ?? undefined;
        } finally {
          computing = false;
        }
      },
      names: () => [],
    };
  }

  /** The variables of the host that a task is delegated to, under its name. */
  #delegated(written: Written, scope: Scope, env: Env): Raw {
    const name = String(evaluate(written.value, scope, env));
    const other = this.#state(name);
    if (other === undefined) return new Map();
    const theirs = this.of(other).scope;
    const seen = scopeOver(theirs, {
      get: (key) => (key === 'ansible_host' ? name : undefined),
      names: () => [],
    });
    return new Map<Value, Value>([[name, varsDict(seen, (value) => evaluate(value, theirs, env))]]);
  }

  /** A host's `hostvars`: everything except what only a play defines. */
  #fromOutside(state: HostState): Scope {
    const { scope, env } = this.of(state);
    const { options, extra } = this.#context;
    const magic = this.#magic(state, env, undefined, undefined, () => scope);
    const layers = state.layers.filter(({ level }) => level !== LEVELS.varsPrompt && level !== LEVELS.varsFiles);
    return composeScope({
      host: state.host,
      state: [...layers, extra],
      hashBehaviour: options.hashBehaviour,
      magic: new Map([...magic].filter(([name]) => name !== 'hostvars' && name !== 'vars')),
    });
  }

  #magic(state: HostState, env: Env, role: RoleRef | undefined, also: Magic | undefined, scope: () => Scope): Magic {
    const compute = (written: Raw, seen: ReadableScope): Value => evaluate(written, seen, env);
    const failed: [string, () => Raw][] =
      state.fallen === undefined
        ? []
        : [
            ['ansible_failed_task', () => state.fallen!.task],
            ['ansible_failed_result', () => state.fallen!.result],
          ];
    return magicVariables({
      host: state.host,
      inventory: this.#context.inventory,
      run: { ...this.#context.runFacts, playbookDir: this.#play.directory },
      play: this.#facts,
      role,
      omit: OMIT,
      vars: () => varsDict(scope(), compute),
      hostvars: () =>
        hostvarsDict(
          this.#context.inventory,
          (host) => {
            const other = this.#state(host);
            return other === undefined ? undefined : this.#fromOutside(other);
          },
          compute,
        ),
      also: new Map([['ansible_search_path', () => env.searchPath('files') as Raw], ...failed, ...(also ?? [])]),
    });
  }
}

/** A temporary layer of variables. */
export const layerOf = (level: Level, from: string, values: Readonly<Record<string, Raw>>): VarsLayer => ({
  level,
  from,
  vars: new Map(Object.entries(values).map(([name, value]) => [name, { value }])),
});
