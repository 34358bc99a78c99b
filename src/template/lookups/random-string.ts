import { randomInt } from 'node:crypto';
import { fail } from '../errors.ts';
import { toBool } from '../filters/data.ts';
import type { Kwargs } from '../python/object.ts';
import { str } from '../python/repr.ts';
import { characterSets } from './character-sets.ts';
import { lookup } from './lookup.ts';

/** A random string, another one each time: `lookup('community.general.random_string', length=12, min_numeric=1)`. */
export const randomString = lookup((_terms, options) => {
  // A playbook that counts on a seed expects Ansible's string for it.
  if (options.has('seed')) return fail('random_string: the option `seed` is not supported');
  const text = generated(options);
  return [toBool(options.get('base64') ?? false) === true ? Buffer.from(text).toString('base64') : text];
});

function generated(options: Kwargs): string {
  const number = (name: string, otherwise = 0): number => Number(options.get(name) ?? otherwise);
  const given = (name: string): string | undefined => {
    const value = options.get(name) ?? undefined;
    return value === undefined ? undefined : str(value);
  };
  const isOn = (name: string, otherwise = true): boolean => toBool(options.get(name) ?? otherwise) === true;
  const length = number('length', 8);
  const similar = isOn('ignore_similar_chars', false) ? (given('similar_chars') ?? 'il1LoO0') : '';
  const usable = (characters: string | undefined): readonly string[] =>
    [...(characters ?? '')].filter((one) => !similar.includes(one));
  const all = given('override_all');
  if (all !== undefined) return picked(usable(all), length).join('');
  const sets = [
    { on: 'lower', least: 'min_lower', of: usable(characterSets['ascii_lowercase']) },
    { on: 'upper', least: 'min_upper', of: usable(characterSets['ascii_uppercase']) },
    { on: 'numbers', least: 'min_numeric', of: usable(characterSets['digits']) },
    {
      on: 'special',
      least: 'min_special',
      of: usable(given('override_special') ?? characterSets['punctuation']),
    },
  ];
  const required = sets.flatMap(({ least, of }) => picked(of, number(least)));
  const others = sets.flatMap(({ on, of }) => (isOn(on) ? of : []));
  return shuffled([...required, ...picked(others, Math.max(length - required.length, 0))]).join('');
}

function picked(from: readonly string[], count: number): readonly string[] {
  if (count > 0 && from.length === 0) return fail('Available characters cannot be None, please change constraints');
  return Array.from({ length: count }, () => from[randomInt(from.length)] ?? '');
}

/** In any order, each as likely as the others. */
function shuffled(items: readonly string[]): readonly string[] {
  const rest = [...items];
  return items.map(() => rest.splice(randomInt(rest.length), 1)[0] ?? '');
}
