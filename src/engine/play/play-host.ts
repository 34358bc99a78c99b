import type { Block, Item, VarsLayer } from '../../language/model.ts';
import type { ForeseenSoFar } from '../host/beliefs.ts';
import type { Identity } from '../host/identity.ts';
import type { LeftOver } from '../host/journal.ts';
import { Window } from '../task/ahead.ts';
import { Cursor } from '../task/cursor.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import { isSelected } from './is-selected.ts';

/**
 * Whether a handler may be due: either this is not known (`unknown`), or the handler is not notified `unless` an
 * earlier task changes something.
 */
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
  /** In a check: ids of handlers that may be due, each with the task that may notify it. */
  readonly perhapsDue = new Map<number, Perhaps>();
  /** In a check: ids of handlers that are due unless these tasks change what notifies them. */
  readonly dueUnless = new Map<number, readonly string[]>();
  /** Variables of roles that includes made public, visible to later tasks. */
  exported: readonly VarsLayer[] = [];
  /** The state left by an interrupted run; undefined until asked. */
  left: LeftOver | undefined;
  /** The tasks that the host has passed, by their journal identifiers. */
  readonly passed = new Set<string>();
  /** The notes in the host's journal, by identity, to delete when the handlers have run. */
  readonly #noted = new Map<string, { readonly identity: Identity; readonly names: Set<string> }>();
  /** Validating blocks in which something was changed, by journal identifier, with the identities that changed it. */
  readonly touchedBlocks = new Map<string, Map<string, Identity>>();
  /** Ids of handlers that are due only because of changes that a validating block may yet roll back, by block. */
  readonly dueInBlock = new Map<string, Set<number>>();
  /** Validating blocks left because of a failure: their changes must be rolled back. */
  readonly toPutBack: Block[] = [];
  /**
   * In a check: what was predicted when a task failed for the first time in a block with an `always`. A run leaves the
   * block there, so in `always` it is not known whether the tasks in between make their changes.
   */
  readonly stumbledIn = new Map<Block, ForeseenSoFar>();
  /** Whether the host was asked anything in this play; if not, nothing left on it matters. */
  get asked(): boolean {
    return this.state.link.rounds > this.#roundsBefore;
  }
  readonly #roundsBefore: number;
  /** Role instances of which a task ran on this host in this play, and those that completed. */
  readonly startedRoles = new Set<string>();
  readonly completedRoles = new Set<string>();
  /** The role instance that `meta: end_role` ended: its remaining items are skipped. */
  endedRole: string | undefined;
  /** Ids of the tasks and includes that were looked at, and what includes brought. */
  readonly looked = new Set<number>();
  readonly brought: Item[] = [];
  /** How many times a failure made the host leave what it was doing. */
  falls = 0;
  /** Out of the play: failed, unreachable, or ended by `meta`. */
  out = false;

  constructor(play: PlayContext, state: HostState, items: readonly Item[]) {
    this.state = state;
    this.cursor = new Cursor(items, (item) => isSelected(play, state, item));
    this.#roundsBefore = state.link.rounds;
    state.rests.clear();
  }

  get name(): string {
    return this.state.host.name;
  }

  /** Record that a handler was noted in this identity's journal. */
  noteAs(identity: Identity, name: string): void {
    const whose = whoseJournal(identity);
    const noted = this.#noted.get(whose) ?? { identity, names: new Set() };
    noted.names.add(name);
    this.#noted.set(whose, noted);
  }

  /** Whether there are such notes. */
  get hasNoted(): boolean {
    return [...this.#noted.values()].some(({ names }) => names.size > 0);
  }

  /** Remove these names from the recorded notes and return those in each journal, where they must now be deleted. */
  takeNoted(names: ReadonlySet<string>): readonly { readonly identity: Identity; readonly names: readonly string[] }[] {
    return [...this.#noted.values()].flatMap(({ identity, names: noted }) => {
      const those = [...names].filter((name) => noted.delete(name));
      return those.length === 0 ? [] : [{ identity, names: those }];
    });
  }

  /** Record that an identity changed something in a validating block. */
  touch(block: string, identity: Identity): void {
    const touched = this.touchedBlocks.get(block) ?? new Map<string, Identity>();
    this.touchedBlocks.set(block, touched.set(whoseJournal(identity), identity));
  }

  /** End the play for this host. */
  end(): void {
    this.out = true;
    this.cursor.end();
  }
}

/** Identifies an identity's journal; the identity's environment does not matter for this. */
const whoseJournal = ({ endpoint }: Identity): string => JSON.stringify(endpoint);
