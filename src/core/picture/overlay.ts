import type { Bytes } from '../local-content.ts';
import { type Entry, fileId, foreseeable } from '../questions/files/entry.ts';
import { directoriesAbove, parentOf } from '../questions/files/paths.ts';
import { type Subject, touches } from '../touches.ts';
import type { Becoming, Printing } from './becoming.ts';

/** The content of a foreseen file: bytes, the current content of a file on the host, or the output of a script. */
type Held =
  | { readonly bytes: Bytes }
  | { readonly place: string; readonly sha1?: string }
  | { readonly printedBy: Printing };

/** A foreseen file, shared by all its names. */
interface FileRecord {
  entry: Entry;
  held: Held;
  task: string;
  at: number;
  names: number | undefined;
  mtime: Becoming['mtime'];
  readonly id: string;
}

/** A foreseen entry other than a file. */
type Thing =
  | { readonly is: 'absent' }
  | { readonly is: 'link'; readonly entry: Entry; readonly target: string }
  | { readonly is: 'directory'; readonly entry: Entry; readonly empty: boolean }
  | { readonly is: 'other'; readonly entry: Entry };

type Made = { readonly task: string; readonly at: number };

/** What is foreseen at a place. */
export type Foreseen = Made &
  (Thing | { readonly is: 'file'; readonly entry: Entry; readonly held: Held; readonly mtime: Becoming['mtime'] });

/** A foreseen entry as stored: a file may have several names. */
type Stored = Made & (Thing | { readonly is: 'file'; readonly file: FileRecord });

/** A host's future files: the results of foreseen changes, laid over the current files. */
export class Overlay {
  readonly #places = new Map<string, Stored>();
  readonly #parents = new Set<string>();
  /**
   * Files of the host whose attributes are foreseen to change, by device and inode, since they may have other names.
   */
  readonly #inodes = new Map<string, FileRecord>();
  #blurs: (Made & { readonly subject: Subject })[] = [];
  #clock = 0;
  #linkGone: string | undefined;
  #treeGone: Made | undefined;

  /** Whether nothing is foreseen. */
  get isEmpty(): boolean {
    return this.#clock === 0;
  }

  /** The task that replaces or removes an existing link on the host: paths through it then lead elsewhere. */
  get linkGone(): string | undefined {
    return this.#linkGone;
  }

  /**
   * The change that removes a directory of the host with all that is in it: files elsewhere may lose names there.
   */
  get treeGone(): Made | undefined {
    return this.#treeGone;
  }

  /** A copy; later additions to either do not affect the other. */
  copy(): Overlay {
    const copy = new Overlay();
    const files = new Map<FileRecord, FileRecord>();
    const own = (file: FileRecord): FileRecord => {
      const known = files.get(file) ?? { ...file };
      files.set(file, known);
      return known;
    };
    for (const [place, stored] of this.#places)
      copy.#places.set(place, stored.is === 'file' ? { ...stored, file: own(stored.file) } : stored);
    for (const [id, file] of this.#inodes) copy.#inodes.set(id, own(file));
    for (const place of this.#parents) copy.#parents.add(place);
    copy.#blurs = [...this.#blurs];
    copy.#clock = this.#clock;
    copy.#linkGone = this.#linkGone;
    copy.#treeGone = this.#treeGone;
    return copy;
  }

  /** These subjects are unknown from now on, until something later is foreseen there. */
  blur(task: string, subjects: readonly Subject[]): void {
    if (subjects.length === 0) return;
    this.#clock++;
    for (const subject of subjects) this.#blurs.push({ subject, task, at: this.#clock });
  }

  /** Record the result of a change. */
  become(task: string, becoming: Becoming): void {
    const { place, was, former, entry, holds, sameTarget } = becoming;
    const at = ++this.#clock;
    const before = this.#places.get(place);
    if (was === 'link' && sameTarget !== true) this.#linkGone = task;
    const keeps = entry?.kind === 'directory' && was === 'directory';
    const isEmpty = before?.is === 'directory' && before.empty;
    if (was === 'directory' && !keeps && !isEmpty) this.#treeGone = { task, at };
    if (!keeps) for (const below of this.#below(place)) this.#places.delete(below);
    // A written file is renamed into place, which also changes the directory's times.
    const isOtherLink = entry?.kind === 'link' && sameTarget !== true;
    if (was !== entry?.kind || holds !== undefined || isOtherLink) this.#parents.add(parentOf(place));
    const old = before?.is === 'file' ? before.file : undefined;
    const hostFile = before === undefined ? former : undefined;
    if (entry === undefined || holds !== undefined || entry.kind !== 'file')
      this.#unname(old ?? (hostFile && this.#record(hostFile, place, { task, at })));
    this.#places.set(place, this.#stored(becoming, before, keeps, { task, at }));
  }

  #stored(becoming: Becoming, before: Stored | undefined, keeps: boolean, made: Made): Stored {
    const { entry, target } = becoming;
    if (entry === undefined) return { ...made, is: 'absent' };
    if (entry.kind === 'link') return { ...made, is: 'link', entry: foreseeable(entry), target: target ?? '' };
    if (entry.kind === 'directory')
      return {
        ...made,
        is: 'directory',
        entry: foreseeable(entry),
        empty: !keeps || (before?.is === 'directory' && before.empty),
      };
    if (entry.kind !== 'file') return { ...made, is: 'other', entry: foreseeable(entry) };
    return { ...made, is: 'file', file: this.#fileOf({ ...becoming, entry }, before, made) };
  }

  #fileOf(
    { place, entry, holds, mtime }: Becoming & { readonly entry: Entry },
    before: Stored | undefined,
    made: Made,
  ): FileRecord {
    if (holds !== undefined && 'nameOf' in holds) return this.#secondName(holds.nameOf, entry, made);
    if (holds !== undefined) {
      const held = 'copyOf' in holds ? this.#heldAt(holds.copyOf, holds.sha1) : holds;
      return { ...made, entry: foreseeable(entry), held, names: 1, mtime, id: `foreseen ${made.at}` };
    }
    const known = before?.is === 'file' ? before.file : this.#record(entry, place, made);
    Object.assign(known, made, { entry: foreseeable(entry), mtime: mtime ?? known.mtime });
    return known;
  }

  #secondName(source: string, entry: Entry, made: Made): FileRecord {
    const there = this.#places.get(source);
    const file = there?.is === 'file' ? there.file : this.#record(entry, source, made);
    Object.assign(file, { entry: foreseeable(entry), names: file.names === undefined ? undefined : file.names + 1 });
    if (there === undefined) this.#places.set(source, { ...made, is: 'file', file });
    return file;
  }

  /** The record of a file on the host that gets new attributes or another name. */
  #record(entry: Entry, place: string, made: Made): FileRecord {
    const id = fileId(entry) ?? `foreseen ${made.at}`;
    const known = this.#inodes.get(id);
    if (known !== undefined) return known;
    const file = {
      ...made,
      entry: foreseeable(entry),
      held: { place },
      names: entry.inode?.nlink,
      mtime: undefined,
      id,
    };
    this.#inodes.set(id, file);
    return file;
  }

  #unname(file: FileRecord | undefined): void {
    if (file?.names !== undefined) file.names--;
  }

  #heldAt(place: string, sha1: string | undefined): Held {
    const there = this.#places.get(place);
    if (there?.is === 'file') return there.file.held;
    return { place, ...(sha1 !== undefined && { sha1 }) };
  }

  /** What is foreseen at exactly this place. */
  at(place: string): Foreseen | undefined {
    const stored = this.#places.get(place);
    return stored?.is === 'file' ? asForeseen(stored.file) : stored;
  }

  /** What is foreseen for a file of the host under another of its names, which share its `fileId`. */
  byId(id: string | undefined): Foreseen | undefined {
    const file = id === undefined ? undefined : this.#inodes.get(id);
    return file === undefined ? undefined : asForeseen(file);
  }

  /** The nearest directory above a place under which the host's own content no longer counts. */
  emptiedAbove(place: string): Foreseen | undefined {
    for (const above of directoriesAbove(place).toReversed()) {
      const there = this.at(above);
      if (there !== undefined && !(there.is === 'directory' && !there.empty)) return there;
    }
    return undefined;
  }

  /** Whether entries are added to or removed from this directory, which changes its own size and times. */
  isRelisted(place: string): boolean {
    return this.#parents.has(place);
  }

  /** What is foreseen below a place, parents first. */
  below(place: string): readonly (readonly [place: string, foreseen: Foreseen])[] {
    return [...this.#below(place)].toSorted().flatMap((one) => {
      const there = this.at(one);
      return there === undefined ? [] : [[one, there] as const];
    });
  }

  *#below(place: string): Iterable<string> {
    const start = place === '/' ? '/' : `${place}/`;
    for (const one of this.#places.keys()) if (one.startsWith(start) && one !== place) yield one;
  }

  /** The last task after `since` that leaves one of these subjects unknown. */
  blurredBy(subjects: readonly Subject[], since: number): string | undefined {
    return this.#blurs.findLast(
      ({ subject, at }) => at > since && (subject === 'everything' || subjects.some((one) => touches(subject, one))),
    )?.task;
  }

  /** The last task that changes one of these subjects, whether the result is known or not. */
  touchedBy(subjects: readonly Subject[] | 'everything'): string | undefined {
    const last = [...this.#places].filter(
      ([place]) => subjects === 'everything' || subjects.some((one) => touches(`path:${place}`, one)),
    );
    const blurred = subjects === 'everything' ? this.#blurs.at(-1)?.task : this.blurredBy(subjects, 0);
    return blurred ?? last.at(-1)?.[1].task;
  }

  /**
   * The last task that makes something at or below a place (with `depth` 1: directly in it) unknown, if nothing later
   * makes it known again.
   */
  blurredBelow(place: string, since: number, depth?: number): string | undefined {
    const start = place === '/' ? '/' : `${place}/`;
    return this.#blurs.findLast(({ subject, at }) => {
      if (at <= since || (subject !== 'everything' && !touches(subject, `path:${place}`))) return false;
      const path = subject.slice(subject.indexOf(':') + 1);
      if (depth === 1 && path.startsWith(start) && path.slice(start.length).includes('/')) return false;
      const single = /^(?:entry|data|inode|missing):(\/[^*]*)$/.exec(subject)?.[1];
      const later = single === undefined ? undefined : this.#places.get(single);
      return later === undefined || later.at < at;
    })?.task;
  }
}

/** A foreseen file as a question sees it: `id` identifies the names of the same file, `names` is their number. */
const asForeseen = ({ entry, held, task, at, id, names, mtime }: FileRecord): Foreseen => ({
  is: 'file',
  task,
  at,
  held,
  mtime,
  entry: { ...entry, foreseen: { id, ...(names !== undefined && { names }) } },
});
