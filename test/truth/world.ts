import type { Entry } from './host.ts';
import type { Random } from './random.ts';

/** The kind of entry that a task wants at a path. */
export type Kind = 'file' | 'directory' | 'link' | 'nothing';

interface Place {
  readonly path: string;
  readonly kind: Kind;
}

/** A task as in its playbook: keywords and the parameters of its type. */
export type Task = Readonly<Record<string, unknown>>;

/** How often a task uses a path that an earlier task used, or something near it. */
const SAME_PATH = 0.6;

const NEW_NAMES = ['new.conf', 'n1', 'n2', 'fresh', '30-c', 'new dir', 'x'];

/**
 * The choices for random tasks: the paths of the host, and everything that earlier tasks touched, registered and set.
 */
export class World {
  readonly random: Random;
  /** Files needed in the playbook's directory, by their relative path. */
  readonly controllerFiles = new Map<string, string>();
  readonly handlers: string[] = [];
  readonly #known: readonly Place[];
  readonly #touched: Place[] = [];
  readonly #registers: { name: string; type: string; path: string }[] = [];
  readonly #facts: { name: string; kind: 'text' | 'paths' | 'truth' }[] = [];
  #count = 0;

  constructor(random: Random, entries: readonly Entry[]) {
    this.random = random;
    this.#known = [
      ...entries.map(({ path, kind }): Place => ({ path, kind: kind === 'hard' ? 'file' : kind })),
      { path: 'missing', kind: 'nothing' },
      { path: 'd/missing', kind: 'nothing' },
    ];
  }

  /** Numbers tasks, registers and files, so that each has a unique name. */
  next(): number {
    return ++this.#count;
  }

  /** A path for a task that wants this kind of entry there; usually one that an earlier task used. */
  path(wanted: Kind): string {
    const { random } = this;
    const from = this.#touched.length > 0 && random.chance(SAME_PATH) ? this.#touched : this.#known;
    const fitting = from.filter(({ kind }) => kind === wanted);
    const place = random.pick(fitting.length > 0 && random.chance(0.88) ? fitting : from);
    return from === this.#touched && random.chance(0.2) ? this.#near(place) : place.path;
  }

  /** The directory of a path, or something in it. */
  #near({ path, kind }: Place): string {
    const slash = path.lastIndexOf('/');
    if (kind === 'directory' && this.random.chance(0.6)) return `${path}/${this.random.pick(NEW_NAMES)}`;
    return slash === -1 ? path : path.slice(0, slash);
  }

  /** A path for a task that creates something: an existing one, or a new name in a directory. */
  target(wanted: Kind): string {
    if (this.random.chance(0.65)) return this.path(wanted);
    const directory = this.random.chance(0.2) ? '' : `${this.path('directory')}/`;
    return `${directory}${this.random.pick(NEW_NAMES)}`;
  }

  /** Records what will be at a path after a task. */
  touch(path: string, kind: Kind): void {
    this.#touched.push({ path, kind });
  }

  /** A path of the host as written in a playbook. */
  at(path: string): string {
    return path === '' ? '{{ h }}' : `{{ h }}/${path}`;
  }

  /** Puts a file into the playbook's directory, and returns its relative path. */
  file(path: string, content: string): string {
    this.controllerFiles.set(path, content);
    return path;
  }

  /** A name for what a task registers. */
  register(type: string, path: string, name = `r${this.next()}`): string {
    this.#registers.push({ name, type, path });
    return name;
  }

  /** What earlier tasks registered. */
  get registered(): readonly { readonly name: string; readonly type: string }[] {
    return this.#registers;
  }

  /** A condition on something that an earlier task registered or set; undefined if there is nothing yet. */
  condition(): string | undefined {
    const { random } = this;
    const facts = this.#facts.filter(({ kind }) => kind === 'truth');
    if (facts.length > 0 && random.chance(0.25)) return `${random.pick(facts).name} | default(false)`;
    if (this.#registers.length === 0) return undefined;
    const { name, type } = random.pick(this.#registers);
    return random.pick(conditionsOn(type)).replaceAll('R', name);
  }

  /** A `set_fact` from something registered; undefined if nothing is. */
  fact(): Task | undefined {
    if (this.#registers.length === 0) return undefined;
    const { name: register, type } = this.random.pick(this.#registers);
    const name = `f${this.next()}`;
    const [kind, expression] = this.random.pick(FACTS[type] ?? OTHER_FACTS);
    this.#facts.push({ name, kind });
    return { set_fact: { [name]: `{{ ${expression.replaceAll('R', register)} }}` } };
  }

  /** A fact of this kind, as an expression. */
  factOf(wanted: 'text' | 'paths'): string | undefined {
    const facts = this.#facts.filter(({ kind }) => kind === wanted);
    if (facts.length === 0) return undefined;
    return `${this.random.pick(facts).name} | default(${wanted === 'text' ? "''" : '[]'})`;
  }
}

type Fact = readonly [kind: 'text' | 'paths' | 'truth', expression: string];

const FACTS: Readonly<Record<string, readonly Fact[]>> = {
  stat: [
    ['truth', 'R.stat.exists | default(false)'],
    ['truth', 'R.stat.isdir | default(false)'],
    ['text', "R.stat.mode | default('none')"],
    ['text', "R.stat.checksum | default('none')"],
    ['text', "R.stat.pw_name | default('none')"],
  ],
  find: [
    ['paths', "(R.files | default([])) | map(attribute='path') | sort"],
    ['text', 'R.matched | default(0)'],
    ['truth', '(R.matched | default(0)) > 1'],
  ],
  slurp: [
    ['text', "R.content | default('') | b64decode"],
    ['truth', "'alpha' in (R.content | default('') | b64decode)"],
  ],
};

const OTHER_FACTS: readonly Fact[] = [
  ['truth', 'R is defined and R is changed'],
  ['truth', 'R is defined and R is failed'],
  ['text', "R.mode | default('none')"],
  ['text', "'yes' if R is defined and R is changed else 'no'"],
];

const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  stat: [
    'R.stat.exists | default(false)',
    'not (R.stat.exists | default(false))',
    'R.stat.isreg | default(false)',
    "(R.stat.mode | default('')) == '0644'",
    '(R.stat.size | default(0)) > 10',
    '(R.stat.uid | default(0)) == 0',
  ],
  find: ['(R.matched | default(0)) > 0', '(R.matched | default(0)) == 2'],
  slurp: ["'alpha' in (R.content | default('') | b64decode)"],
};

const conditionsOn = (type: string): readonly string[] =>
  CONDITIONS[type] ?? [
    'R is defined and R is changed',
    'R is defined and R is not changed',
    'R is defined and R is succeeded',
    'R is defined and (R is changed or R is skipped)',
    "(R.mode | default('')) == '0644'",
    '(R.size | default(0)) > 20',
  ];
