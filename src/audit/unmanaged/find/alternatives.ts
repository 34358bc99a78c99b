import { type Parts, partText } from '../../../core/facts/parts.ts';
import type { Unmanaged } from '../thing.ts';

/** A generic name of update-alternatives. */
interface Alternative {
  /** Its name, and those of the links that follow it. */
  readonly names: readonly string[];
  readonly isByHand: boolean;
  /** The generic path, such as `/usr/bin/editor`. */
  readonly link: string;
  /** Where it leads now. */
  readonly target: string;
}

/** Read the database of update-alternatives: mode, link, then the name and the link of each follower. */
export const readAlternatives = (parts: Parts): readonly Alternative[] =>
  partText(parts, 'alternatives')
    .split('\x1d')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const [name = '', target = '', mode = '', link = '', ...followers] = text.split('\n');
      const names = followers.filter((line, index) => index % 2 === 0 && line !== '');
      return { names: [name, ...names], isByHand: mode === 'manual', link, target };
    });

/** Choices that somebody made by hand. */
export const chosenAlternatives = (parts: Parts): readonly Unmanaged[] =>
  readAlternatives(parts)
    .filter(({ isByHand }) => isByHand)
    .map(({ names: [name = ''], target, link }) => ({
      group: 'packages',
      name: `alternative ${name}`,
      why: `${target} was chosen by hand`,
      subjects: [[`alternative:${name}`]],
      tasks: [{ type: 'community.general.alternatives', args: { name, path: target, link } }],
    }));
