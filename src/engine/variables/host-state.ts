import { connectionVariables } from '../../core/connections.ts';
import type { HostSummary, Status } from '../../core/event.ts';
import type { FactRequest } from '../../core/facts/subsets.ts';
import { type Dict, toJs, type Value } from '../../core/value.ts';
import type { Entry, Host, Vars, VarsLayer } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import type { HostLink } from '../host/host-link.ts';
import { entryNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import { partlyKnown } from './partly-known.ts';

/** What a run knows about one host, from its first play to its last. */
export class HostState {
  /** The host according to the current inventory. */
  host: Host;
  readonly link: HostLink;
  /** Variables from set_fact and register. */
  readonly set = new Map<string, Entry>();
  readonly included = new Map<string, Entry>();
  readonly prompted = new Map<string, Entry>();
  /** The current play's layers that depend on the host: vars_files, public roles. */
  playLayers: readonly VarsLayer[] = [];
  readonly facts: Facts;
  failed = false;
  /** A task failed, and the check continued: the host is not as it should be. */
  stumbled = false;
  unreachable = false;
  /** It could not be reached, but may be there later. */
  isLate = false;
  readonly #counts = {
    ok: 0,
    changed: 0,
    unreachable: 0,
    failed: 0,
    skipped: 0,
    rescued: 0,
    ignored: 0,
    unknown: 0,
    unless: 0,
  };
  /**
   * In a check: doubts to apply if the host continues after the current failure, since the task's changes were not
   * made.
   */
  readonly undone: (() => void)[] = [];
  /** In a check: the last task that would set variables of unknown names. */
  doubt: string | undefined;
  readonly #read = new Set<string>();
  /**
   * In a check: the tasks that decide whether upcoming tasks run at all, because an include, a `meta` or a handler's
   * notification depends on them.
   */
  readonly rests = new Set<string>();
  /** The task that failed last, for `rescue`. */
  fallen: { task: Dict; result: Value } | undefined;

  readonly #isCertain: boolean;

  /** `isCertain`: report the outcomes of a check without reservations, as Ansible does. */
  constructor(host: Host, link: HostLink, isCertain = false) {
    this.host = host;
    this.link = link;
    this.#isCertain = isCertain;
    this.facts = new Facts(host.name, (entry, because) => this.ofNow(entry, because));
  }

  /**
   * In a check: a value based on the host's current state, although the predicted tasks in `because` may change it.
   * Everything that reads it is reported accordingly.
   */
  ofNow(entry: Entry, because: readonly string[]): Entry {
    if (because.length === 0) return entry;
    const get = () => {
      for (const task of because) this.relyOn(task);
      return entry.value;
    };
    return Object.defineProperty({ ...entry }, 'value', { enumerable: true, get });
  }

  /** In a check: note that what is being computed holds unless this task changes something. */
  relyOn(task: string): void {
    if (!this.#isCertain) this.#read.add(task);
  }

  /** Note that a variable was not found. In a check, a task may set it, so its absence is not certain. */
  missed(): void {
    if (this.doubt !== undefined) this.relyOn(this.doubt);
  }

  /** Compute something. In a check, `read` lists the tasks that may change the values it read. */
  async reading<T>(compute: () => T | Promise<T>): Promise<{ readonly value: T; readonly read: readonly string[] }> {
    this.#read.clear();
    const value = await compute();
    return { value, read: [...this.#read] };
  }

  count(status: Status | 'rescued' | 'ignored'): void {
    this.#counts[status]++;
    // As Ansible counts, a changed task is also an ok one.
    if (status === 'changed') this.#counts.ok++;
  }

  /** What this run did on the host before it was lost still counts. */
  countBefore({ unreachable: _, ...before }: HostSummary): void {
    Object.assign(this.#counts, before);
  }

  /** A task whose failure was ignored may still have changed something. */
  countChange(): void {
    this.#counts.changed++;
  }

  /** A failure that a rescue caught does not count against the host. */
  rescued(): void {
    this.#counts.rescued++;
    this.#counts.failed--;
  }

  get summary(): HostSummary {
    return { ...this.#counts };
  }

  /** Variables that the run found, from low to high precedence. */
  get layers(): readonly VarsLayer[] {
    return [
      { level: LEVELS.facts, from: 'facts', vars: this.facts },
      { level: LEVELS.varsPrompt, from: 'vars_prompt', vars: this.prompted },
      ...this.playLayers,
      { level: LEVELS.includeVars, from: 'include_vars', vars: this.included },
      { level: LEVELS.set, from: 'set_fact and registered variables', vars: this.set },
    ];
  }
}

/** In a check: facts that are unknown because of a predicted change, and those that hold unless a task changes them. */
export interface FactDoubt {
  readonly unknown: ReadonlyMap<string, NotKnownYet>;
  readonly ofNow: ReadonlyMap<string, string>;
}

/** Nothing is in doubt. */
export const noDoubt: FactDoubt = { unknown: new Map(), ofNow: new Map() };

/** Connection variables and the like: named like facts, but not facts. */
const noFacts =
  /^ansible_(host|port|user|password|pass|ssh_(?!host_key_\w+_public).*|connection|shell_.*|become.*|python_interpreter|.*_interpreter|pct_.*|sudo.*|su_.*|private_key_file|timeout|remote_.*|facts|facts_(modules|parallel)|host_key_checking|.*_executable|group_priority|managed|loop|loop_var|index_var|failed_.*|search_path|delegated_vars|async.*|limit|inventory_sources|config_file|winrm.*|psrp.*|network_.*|os|docker.*|httpapi.*|pipelining|check_mode|diff_mode|forks|verbosity|version|run_tags|skip_tags|play_.*|role_.*|parent_.*|dependent_.*|collection_name|play|become)$/;

/** A fact's name in `ansible_facts`. As in Ansible, only local facts keep theirs. */
const short = (name: string): string => (name === 'ansible_local' ? name : name.replace(/^ansible_/, ''));

const mayBeFact = (name: string): boolean =>
  (name.startsWith('ansible_') && !noFacts.test(name) && !connectionVariables.has(name)) ||
  name === 'gather_subset' ||
  name === 'module_setup';

/**
 * A host's facts as variables. A play that gathers facts makes them due; while they are due, reading one throws
 * `NotKnownYet`, and the engine gathers them. They stay due until something reads them, even in a later play.
 */
class Facts implements Vars {
  readonly #entries = new Map<string, Entry>();
  readonly #host: string;
  /** What plays asked for since facts were last gathered: the next read gathers it. */
  #due: readonly FactRequest[] = [];
  /** Whether they were ever gathered: enough for `gathering: smart`. */
  #known = false;
  /**
   * Facts that tasks set since gathering became due: they are newer than the facts gathered for the start of the play.
   */
  readonly #newer = new Set<string>();
  readonly #facts = new Map<Value, Value>();
  readonly #unknown = new Map<string, NotKnownYet>();
  readonly #doubted = new Map<string, string>();
  readonly #ofNow: (entry: Entry, because: readonly string[]) => Entry;

  constructor(host: string, ofNow: (entry: Entry, because: readonly string[]) => Entry) {
    this.#host = host;
    this.#ofNow = ofNow;
  }

  /** Whether facts are due or have been gathered. */
  get known(): boolean {
    return this.#isDue || this.#known;
  }

  /** What the next read gathers: facts that any of these requests selects. The last says how. */
  get due(): readonly FactRequest[] {
    return this.#due;
  }

  get #isDue(): boolean {
    return this.#due.length > 0;
  }

  /** A play gathers facts: those gathered earlier are outdated. */
  makeDue(request: FactRequest): void {
    this.#due = [...this.#due, request];
    this.#newer.clear();
  }

  /** They have been requested, whatever the result. */
  settle(): void {
    this.#due = [];
    this.#known = true;
    this.#newer.clear();
  }

  /** Store gathered facts. In a check, some may be in doubt. */
  gather(facts: ReadonlyMap<Value, Value>, doubt: FactDoubt): void {
    const older = ([name]: readonly [Value, unknown]) => !this.#newer.has(String(name));
    const unknown = new Map([...doubt.unknown].filter(older));
    this.#take([...facts].filter(older), { ...doubt, unknown });
  }

  /** Store facts that a task set; names are as in `ansible_facts`, with or without `ansible_`. */
  add(facts: ReadonlyMap<Value, Value>, doubt = noDoubt): void {
    if (this.#isDue) for (const name of [...facts.keys(), ...doubt.unknown.keys()]) this.#newer.add(String(name));
    this.#take(facts, doubt);
  }

  #take(facts: Iterable<readonly [Value, Value]>, { unknown, ofNow }: FactDoubt): void {
    for (const [key, value] of facts) {
      const name = String(key);
      const perhaps = ofNow.get(name);
      this.#facts.set(short(name), value);
      this.#unknown.delete(short(name));
      if (perhaps === undefined) this.#doubted.delete(short(name));
      else this.#doubted.set(short(name), perhaps);
      this.#entries.set(name, this.#ofNow({ value }, perhaps === undefined ? [] : [perhaps]));
    }
    for (const [name, touched] of unknown) {
      this.#facts.delete(short(name));
      this.#unknown.set(short(name), touched);
      this.#entries.set(name, entryNotKnownYet(touched));
    }
    const all = { value: partlyKnown(this.#facts, this.#unknown) };
    this.#entries.set('ansible_facts', this.#ofNow(all, [...new Set(this.#doubted.values())]));
  }

  /** In a check: whether some facts are in doubt. */
  get areInDoubt(): boolean {
    return this.#unknown.size + this.#doubted.size > 0;
  }

  /** All facts, in the form that a cache stores. */
  get all(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.#entries].flatMap(([name, { value }]) =>
        name === 'ansible_facts' ? [] : [[name, toJs(value as Value)]],
      ),
    );
  }

  clear(): void {
    this.#entries.clear();
    this.#facts.clear();
    this.#unknown.clear();
    this.#doubted.clear();
    this.#due = [];
    this.#known = false;
  }

  get(name: string): Entry | undefined {
    if (this.#isDue && !this.#newer.has(name) && (name === 'ansible_facts' || mayBeFact(name)))
      return entryNotKnownYet(new NotKnownYet('facts', this.#host));
    return this.#entries.get(name) ?? (name === 'ansible_facts' ? { value: this.#facts } : undefined);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  keys(): MapIterator<string> {
    return this.#entries.keys();
  }
  entries(): MapIterator<[string, Entry]> {
    return this.#entries.entries();
  }
  values(): MapIterator<Entry> {
    return this.#entries.values();
  }
  forEach(use: (value: Entry, key: string, map: ReadonlyMap<string, Entry>) => void): void {
    for (const [key, entry] of this.#entries) use(entry, key, this);
  }
  [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.#entries.entries();
  }
  get size(): number {
    return this.#entries.size;
  }
}
