import type { Block, Include, Item, Meta, Task } from '../../language/model.ts';

/** What a host has to do next: an item, or to prove the changes of a validating block. */
export type Step = { readonly path: Path } & (
  | { readonly kind: 'item'; readonly item: Task | Include | Meta }
  | { readonly kind: 'validate'; readonly block: Block }
);

/** A place in a play, comparable: hosts go on in the order of their places. */
export type Path = readonly number[];

interface Frame {
  readonly items: readonly Item[];
  readonly base: Path;
  index: number;
  readonly block?: Block;
  readonly section?: 'block' | 'rescue' | 'always';
  /** `always` is running because of a failure that goes on afterwards. */
  readonly failing?: boolean;
  validated?: boolean;
}

/** What a failure does: where the host goes on, and what it leaves. */
interface Fall {
  /** Undefined when nothing catches the failure: the host is out. */
  readonly to: 'rescue' | 'always' | undefined;
  /** Validating blocks that were left without being proved; their changes are to be put back. */
  readonly left: readonly Block[];
}

const sections = { block: 0, rescue: 1, always: 2 } as const;

/** Where one host is in the items of a play. */
export class Cursor {
  #frames: Frame[];

  constructor(items: readonly Item[], base: Path = []) {
    this.#frames = [{ items, base, index: 0 }];
  }

  /** A cursor that can look ahead without moving this one. */
  clone(): Cursor {
    const copy = new Cursor([]);
    copy.#frames = this.#frames.map((frame) => ({ ...frame }));
    return copy;
  }

  /** The next step, or undefined at the end. Enters blocks and leaves finished ones; a failure that survives an `always` is in `fallen`. */
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

  /** The step is done. */
  advance(): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (frame.index < frame.items.length) frame.index++;
    else frame.validated = true;
  }

  /** What an include brought comes next; `turn` tells the includes of one loop apart. */
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
      if (section === 'block' && block.rescue.length > 0) {
        this.#section(frame, 'rescue', false);
        return { to: 'rescue', left };
      }
      if (section !== 'always' && block.always.length > 0) {
        this.#section(frame, 'always', true);
        return { to: 'always', left };
      }
    }
  }

  /** Nothing more to do. */
  end(): void {
    this.#frames = [];
  }

  /** How many of the outermost items were begun; none at the end. */
  get reached(): number {
    return this.#frames[0]?.index ?? 0;
  }

  /** Whether the host is in a `rescue` or `always`, so that a failure of all is none of its own. */
  get isCatching(): boolean {
    const section = this.#frames.at(-1)?.section;
    return section === 'rescue' || section === 'always';
  }

  /** The failure that brought the host into an `always` is forgiven: it does not go on falling afterwards. */
  forgive(): void {
    this.#frames = this.#frames.map((frame) => (frame.failing === true ? { ...frame, failing: false } : frame));
  }

  /** Whether a step comes from a `rescue` or `always` section: where a host is after a failure. */
  get rescuing(): boolean {
    return this.#frames.some((frame) => frame.section === 'rescue');
  }

  /** Whether a failure now would be rescued. */
  get isRescued(): boolean {
    return this.#frames.some(({ block, section }) => section === 'block' && (block?.rescue.length ?? 0) > 0);
  }

  /** The validating blocks that the host is in, outermost first. */
  get validating(): readonly Block[] {
    return this.#frames.flatMap(({ block, section, validated }) =>
      block?.validate !== undefined && section === 'block' && validated !== true ? [block] : [],
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

/** The order of two places in a play. */
export function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
