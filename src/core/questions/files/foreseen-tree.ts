import type { Foreseen } from '../../picture/overlay.ts';
import { NotForeseen } from '../../picture/picture.ts';
import type { Picture } from '../../question.ts';
import type { Located } from './foreseen-path.ts';
import { joinPath, parentOf } from './paths.ts';
import { stat } from './stat.ts';

/** In a check: an entry below a directory, as listed by the host or as foreseen. */
export type Below<Listed> = {
  /** Relative to the directory. */
  readonly path: string;
  readonly place: string;
} & (
  | {
      /** The host's entry, if it stays as it is. */
      readonly listed: Listed;
      readonly foreseen?: undefined;
    }
  | { readonly listed?: undefined; readonly foreseen: Exclude<Foreseen, { is: 'absent' }> }
);

/** A directory in a check, and how the host lists its current content. */
interface Directory<Listed> {
  readonly root: Located;
  /** The host's listing, parents first; called only if the directory is neither new nor emptied. */
  readonly listed: () => readonly Listed[];
  readonly pathOf: (listed: Listed) => string;
  /** 1 if only its direct entries matter. */
  readonly depth?: number | undefined;
  /** Device and inode, if the listing has them. */
  readonly idOf?: (listed: Listed) => string | undefined;
}

/**
 * Everything that will be below a directory, parents first. Throws `NotForeseen` if a foreseen change makes something
 * there unknown.
 */
export function entriesBelow<Listed>(
  picture: Picture,
  { root, listed, pathOf, idOf, depth }: Directory<Listed>,
): readonly Below<Listed>[] {
  const { files } = picture;
  const { place: top, foreseen } = root;
  const emptied = isEmptied(root);
  const unknown = files.blurredBelow(top, emptied ? (foreseen?.at ?? 0) : 0, depth);
  if (unknown !== undefined) throw new NotForeseen(unknown);
  const seen = new Set<string>();
  const stays = (emptied ? [] : listed()).flatMap((one): readonly Below<Listed>[] => {
    const path = pathOf(one);
    const place = joinPath(top, path);
    seen.add(place);
    const now = files.at(place);
    const above = now === undefined ? files.emptiedAbove(place) : undefined;
    const gone = now?.is === 'absent' ? now : above;
    if (gone !== undefined) {
      picture.restsOn(gone);
      return [];
    }
    const id = idOf?.(one);
    const changed = now ?? (id === undefined ? undefined : files.byId(id));
    if (changed === undefined || changed.is === 'absent') return [{ path, place, listed: one }];
    picture.restsOn(changed);
    return [{ path, place, foreseen: changed }];
  });
  const there = new Set([top, ...stays.map(({ place }) => place)]);
  const comes = files.below(top).flatMap(([place, now]): readonly Below<Listed>[] => {
    if (now.is === 'absent' || seen.has(place) || !there.has(parentOf(place))) return [];
    there.add(place);
    picture.restsOn(now);
    return [{ path: place.slice(top === '/' ? 1 : top.length + 1), place, foreseen: now }];
  });
  return [...stays, ...comes];
}

/** Whether a directory is new or was emptied, so that the host's own content there no longer counts. */
export const isEmptied = ({ foreseen }: Located): boolean => foreseen?.is === 'directory' && foreseen.empty;

/** Whether the host's answer for a path is about this place now. */
export const isSamePlace = (picture: Picture, { place }: Located, path: string): boolean =>
  picture.nowIfAsked(stat(path))?.resolved === place;
