import type { Block, Include, Item, Meta, Task } from '../../language/model.ts';

/** A host's next step: an item, or the validation of a validating block's changes. */
export type Step = { readonly path: Path } & (
  | { readonly kind: 'item'; readonly item: Task | Include | Meta }
  | { readonly kind: 'validate'; readonly block: Block }
);

/** A position in a play. Positions are comparable: hosts proceed in their order. */
export type Path = readonly number[];

interface Frame {
  readonly items: readonly Item[];
  readonly base: Path;
  index: number;
  readonly block?: Block;
  readonly section?: 'block' | 'rescue' | 'always';
  /** `always` is running because of a failure, which takes effect afterwards. */
  readonly failing?: boolean;
  validated?: boolean;
}

/** The effect of a failure: where the host continues, and what it leaves. */
interface Fall {
  /** Undefined if nothing catches the failure: the host is out. */
  readonly to: 'rescue' | 'always' | undefined;
  /** Validating blocks that were left without being validated; their changes must be rolled back. */
  readonly left: readonly Block[];
}

const sections = { block: 0, rescue: 1, always: 2 } as const;

/** One host's position in the items of a play. */
export class Cursor {
  #frames: Frame[];
  readonly #selects: (item: Task | Include | Meta) => boolean;

  /** `selects` says whether an item is to run at all: a `rescue` without such an item rescues nothing. */
  constructor(items: readonly Item[], selects: (item: Task | Include | Meta) => boolean = () => true) {
    this.#frames = [{ items, base: [], index: 0 }];
    this.#selects = selects;
  }

  /** A copy that can look ahead without moving this cursor. */
  clone(): Cursor {
    const copy = new Cursor([], this.#selects);
    copy.#frames = this.#frames.map((frame) => ({ ...frame }));
    return copy;
  }

  /**
   * The next step, or undefined at the end. Enters blocks and leaves finished ones; `fallen` means that a failure
   * takes effect after an `always`.
   */
  next(): Step | { readonly kind: 'fallen' } | undefined {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return undefined;
      const item = frame.items[frame.index];
      if (item?.kind === 'block') this.#enter(item, frame);
      else if (item !== undefined) return { kind: 'item', item, path: [...frame.base, frame.index] };
      else if (frame.section === 'block' && frame.block?.validate !== undefined && frame.validated !== true)
        return { kind: 'validate', block: frame.block, path: [...frame.base, frame.index] };
      else if (this.#leave(frame) === 'fallen') return { kind: 'fallen' };
    }
  }

  /** Mark the step as done. */
  advance(): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (frame.index < frame.items.length) frame.index++;
    else frame.validated = true;
  }

  /** Insert what an include brought in; `turn` distinguishes the iterations of its loop. */
  insert(items: readonly Item[], path: Path, turn: number): void {
    if (items.length > 0) this.#frames.push({ items, base: [...path, turn], index: 0 });
  }

  /** The step failed: go to the nearest `rescue` or `always` that catches it. */
  fail(): Fall {
    const left: Block[] = [];
    for (;;) {
      const frame = this.#frames.pop();
      if (frame === undefined) return { to: undefined, left };
      const { block, section } = frame;
      if (block === undefined || section === undefined) continue;
      if (section === 'block' && block.validate !== undefined && frame.validated !== true) left.push(block);
      if (section === 'block' && this.#hasSelected(block.rescue)) {
        this.#section(frame, 'rescue', false);
        return { to: 'rescue', left };
      }
      if (section !== 'always' && block.always.length > 0) {
        this.#section(frame, 'always', true);
        return { to: 'always', left };
      }
    }
  }

  /** Leave all remaining items. */
  end(): void {
    this.#frames = [];
  }

  /** The number of outermost items begun; 0 at the end. */
  get reached(): number {
    return this.#frames[0]?.index ?? 0;
  }

  /** Whether the host is in a `rescue` or `always`, where another host's failure does not affect it. */
  get isCatching(): boolean {
    const section = this.#frames.at(-1)?.section;
    return section === 'rescue' || section === 'always';
  }

  /** Forgive the failure that brought the host into an `always`: it no longer takes effect afterwards. */
  forgive(): void {
    this.#frames = this.#frames.map((frame) => (frame.failing === true ? { ...frame, failing: false } : frame));
  }

  /** Whether a step is in a `rescue` section, which is where a host is after a failure. */
  get rescuing(): boolean {
    return this.#frames.some((frame) => frame.section === 'rescue');
  }

  /** Whether a failure now would be rescued. */
  get isRescued(): boolean {
    return this.#frames.some(({ block, section }) => section === 'block' && this.#hasSelected(block?.rescue ?? []));
  }

  /** The blocks that the host is in whose `always` would run after a failure, outermost first. */
  get beforeAlways(): readonly Block[] {
    return this.#frames.flatMap(({ block, section }) =>
      block !== undefined && section !== 'always' && block.always.length > 0 ? [block] : [],
    );
  }

  /** The blocks whose `always` the host is in, outermost first. */
  get inAlways(): readonly Block[] {
    return this.#frames.flatMap(({ block, section }) => (block !== undefined && section === 'always' ? [block] : []));
  }

  /** The validating blocks that the host is in, outermost first. */
  get validating(): readonly Block[] {
    return this.#frames.flatMap(({ block, section, validated }) =>
      block?.validate !== undefined && section === 'block' && validated !== true ? [block] : [],
    );
  }

  #hasSelected(items: readonly Item[]): boolean {
    return items.some((item) =>
      item.kind === 'block' ? this.#hasSelected([...item.block, ...item.rescue, ...item.always]) : this.#selects(item),
    );
  }

  #enter(block: Block, frame: Frame): void {
    frame.index++;
    this.#frames.push({
      items: block.block,
      base: [...frame.base, frame.index - 1, sections.block],
      index: 0,
      block,
      section: 'block',
    });
  }

  #leave(frame: Frame): 'fallen' | undefined {
    this.#frames.pop();
    const { block, section } = frame;
    if (block !== undefined && section !== 'always' && section !== undefined && block.always.length > 0)
      this.#section(frame, 'always', false);
    return section === 'always' && frame.failing === true ? 'fallen' : undefined;
  }

  #section(frame: Frame, section: 'rescue' | 'always', failing: boolean): void {
    const block = frame.block!;
    const base = [...frame.base.slice(0, -1), sections[section]];
    this.#frames.push({ items: block[section], base, index: 0, block, section, failing });
  }
}

/** Compare two positions in a play. */
export function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
