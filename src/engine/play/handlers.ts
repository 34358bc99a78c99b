import { basename } from 'node:path';
import { groupBy } from '../../core/group-by.ts';
import { asWritten, isDict, Template, type Value } from '../../core/value.ts';
import type { Handler, Include, Meta, Written } from '../../language/model.ts';
import { evaluate, TemplateError } from '../../template/index.ts';
import { asField, type HandlerNote } from '../host/handler-note.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/** An item under `handlers`. */
export type AnyHandler = Handler | Include | Meta;

/** A play's handlers, looked up by the names that tasks notify. */
export class Handlers {
  readonly #play: PlayContext;
  #all: readonly AnyHandler[];
  readonly #unusable = new Set<number>();

  constructor(play: PlayContext, handlers: readonly AnyHandler[]) {
    this.#play = play;
    this.#all = handlers;
  }

  /** All handlers, in the order in which they run. */
  get all(): readonly AnyHandler[] {
    return this.#all;
  }

  /** Add handlers from an include. */
  add(handlers: readonly AnyHandler[]): void {
    const known = new Set(this.#all.map((handler) => handler.id));
    this.#all = [...this.#all, ...handlers.filter((handler) => !known.has(handler.id))];
  }

  /**
   * The handlers that a name refers to on a host: one with that name, and all that listen to it. May throw
   * `NotKnownYet` if facts are missing.
   */
  named(name: string, state: HostState): readonly AnyHandler[] {
    const called = lastListed(this.#all.filter((handler) => this.#names(handler, state).includes(name)));
    const listening = this.#all.filter((handler) => handler.listen?.includes(name));
    return called === undefined || listening.includes(called) ? listening : [called, ...listening];
  }

  #names(handler: AnyHandler, state: HostState): readonly string[] {
    const name = nameOf(handler, this.#play, state);
    if (name === undefined) {
      this.#warn(handler);
      return [];
    }
    return handler.role === undefined ? [name] : [name, `${handler.role.name} : ${name}`];
  }

  /** A handler whose name cannot be computed cannot be notified, unless it listens to something. */
  #warn({ id, name, listen, at }: AnyHandler): void {
    if (!(name instanceof Template) || (listen ?? []).length > 0 || this.#unusable.has(id)) return;
    this.#unusable.add(id);
    const message = `Handler '${name.source}' is unusable because it has no listen topics and its name could not be templated`;
    this.#play.run.emit({
      kind: 'warning',
      diagnostic: { severity: 'warning', code: 'unusable-handler', message, at },
    });
  }

  /**
   * A handler's name in a host's journal, which is the same in the next run of the playbook. May throw `NotKnownYet`,
   * like `named`.
   */
  noteOf(handler: AnyHandler, state: HostState): string {
    const { definition: play } = this.#play;
    const folder = basename(play.directory);
    const ofPlay = asWritten(play.name ?? play.hosts.value);
    return asField(`${folder}/${basename(play.at.file)}, ${ofPlay}, ${this.#called(handler, state)}`);
  }

  /**
   * Its name in the notes of earlier versions, in which playbooks and plays with handlers of the same name shared
   * notes.
   */
  formerNoteOf(handler: AnyHandler, state: HostState): string {
    return `${basename(this.#play.definition.at.file)}/${this.#called(handler, state)}`.replaceAll('\n', ' ');
  }

  #called(handler: AnyHandler, state: HostState): string {
    const name = nameOf(handler, this.#play, state) ?? `line ${handler.at.line}`;
    return handler.role === undefined ? name : `${handler.role.name} : ${name}`;
  }

  /**
   * The handlers that the notes of an earlier run refer to, each with its notes. If several uses of a role contain the
   * handler, the last one counts.
   */
  noted(notes: readonly HandlerNote[], state: HostState): ReadonlyMap<AnyHandler, readonly HandlerNote[]> {
    const meant = new Map<AnyHandler, readonly HandlerNote[]>();
    if (notes.length === 0) return meant;
    const known = groupBy(this.#all, (handler) => this.noteOf(handler, state));
    for (const [name, handlers] of known) {
      const handler = lastListed(handlers);
      if (handler === undefined) continue;
      const former = this.formerNoteOf(handler, state);
      const own = notes.filter((note) => note.name === (note.by === undefined ? former : name));
      if (own.length > 0) meant.set(handler, own);
    }
    return meant;
  }
}

/**
 * As in Ansible, the last list that contains the name wins, and the first such handler in it. Each use of a role has
 * its own list.
 */
function lastListed(handlers: readonly AnyHandler[]): AnyHandler | undefined {
  const last = handlers.at(-1);
  return handlers.find((handler) => handler.at.file === last?.at.file && handler.role === last.role);
}

function nameOf(handler: AnyHandler, play: PlayContext, state: HostState): string | undefined {
  if (handler.name === undefined || !(handler.name instanceof Template))
    return handler.name === undefined ? undefined : String(handler.name);
  const { scope, env } = play.scopes.of(state, handler);
  try {
    return String(evaluate(handler.name, scope, env));
  } catch (error) {
    // A handler whose name cannot be computed on this host cannot be notified there; other handlers with the name still
    // can.
    if (error instanceof TemplateError || (error instanceof NotKnownYet && error.what === 'unknown')) return undefined;
    throw error;
  }
}

/** The names that a task notifies. */
export function notifiedNames(notify: readonly Written[], { scope, env }: TemplateScope): readonly string[] {
  return notify.flatMap(({ value }) => flat(evaluate(value, scope, env)));
}

function flat(value: Value): string[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(flat);
  return value === null || isDict(value) ? [] : [String(value)];
}
