import type { Block, Item, VarsLayer } from '../../language/model.ts';
import type { Identity } from '../host/identity.ts';
import type { LeftOver } from '../host/journal.ts';
import { Window } from '../task/ahead.ts';
import { Cursor } from '../task/cursor.ts';
import type { HostState } from '../variables/host-state.ts';

/** Who may notify a handler: nobody knows, or it does not `unless` a task before changes what it is about. */
export interface Perhaps {
  readonly because: string;
  readonly is: 'unknown' | 'unless';
}

/** A host while a play runs on it. */
export class PlayHost {
  readonly state: HostState;
  readonly cursor: Cursor;
  readonly window = new Window();
  /** Ids of handlers that are due. */
  readonly due = new Set<number>();
  /** In a check: ids of handlers that may be due, each with the task that perhaps notifies it. */
  readonly perhapsDue = new Map<number, Perhaps>();
  /** In a check: ids of handlers that are due unless these tasks change what notifies them. */
  readonly dueUnless = new Map<number, readonly string[]>();
  /** Roles made public by includes: what later tasks see. */
  exported: readonly VarsLayer[] = [];
  /** What an interrupted run left, once asked. */
  left: LeftOver | undefined;
  /** The tasks that the host has passed, as the journal knows them. */
  readonly passed = new Set<string>();
  /** What was noted in the host's journal, and as whom: to be forgotten when the handler ran. */
  readonly #noted = new Map<string, { readonly identity: Identity; readonly names: Set<string> }>();
  /** Validating blocks in which something was changed, by name in the journal; and as whom. */
  readonly touchedBlocks = new Map<string, Map<string, Identity>>();
  /** Handlers that are due for nothing but what a validating block may yet put back: by block, their ids. */
  readonly dueInBlock = new Map<string, Set<number>>();
  /** Validating blocks that a failure left: their changes are to be put back. */
  readonly toPutBack: Block[] = [];
  /** Whether the host was asked anything in this play: only then can something be left on it that matters. */
  get asked(): boolean {
    return this.state.link.rounds > this.#roundsBefore;
  }
  readonly #roundsBefore: number;
  /** Instances of roles that did something on this host in this play, and those that ran to their end. */
  readonly startedRoles = new Set<string>();
  readonly completedRoles = new Set<string>();
  /** The instance of the role that `meta: end_role` ended: what is left of it is passed over. */
  endedRole: string | undefined;
  /** How many times it failed so that it left what it was doing. */
  falls = 0;
  /** Out of the play: failed, unreachable, or ended by `meta`. */
  out = false;

  constructor(state: HostState, items: readonly Item[]) {
    this.state = state;
    this.cursor = new Cursor(items);
    this.#roundsBefore = state.link.rounds;
    state.rests.clear();
  }

  get name(): string {
    return this.state.host.name;
  }

  /** A handler was noted in the journal of whoever this is. */
  noteAs(identity: Identity, name: string): void {
    const whose = whoseJournal(identity);
    const noted = this.#noted.get(whose) ?? { identity, names: new Set() };
    noted.names.add(name);
    this.#noted.set(whose, noted);
  }

  /** Of these notes, those in each journal; they are to be forgotten there now. */
  takeNoted(names: ReadonlySet<string>): readonly { readonly identity: Identity; readonly names: readonly string[] }[] {
    return [...this.#noted.values()].flatMap(({ identity, names: noted }) => {
      const those = [...names].filter((name) => noted.delete(name));
      return those.length === 0 ? [] : [{ identity, names: those }];
    });
  }

  /** Somebody changed something in a validating block. */
  touch(block: string, identity: Identity): void {
    const touched = this.touchedBlocks.get(block) ?? new Map<string, Identity>();
    this.touchedBlocks.set(block, touched.set(whoseJournal(identity), identity));
  }

  /** Nothing more for this host in this play. */
  end(): void {
    this.out = true;
    this.cursor.end();
  }
}

/** What else is in the environment does not matter to a journal. */
const whoseJournal = ({ endpoint }: Identity): string => JSON.stringify(endpoint);
