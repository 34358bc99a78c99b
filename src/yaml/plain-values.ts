import type { Result } from '../core/source.ts';
import type { Value } from '../core/value.ts';
import { loadYaml } from './load.ts';

/** Read text as Python's yaml.safe_load does: only values, no templates. */
export function loadPlain(text: string): Result<Value> {
  const loaded = loadYaml(text, '<text>', { plain: true });
  return loaded.ok ? { ok: true, value: loaded.value.value as Value } : loaded; // `plain` excludes templates and vault values
}

/** All documents in text as plain values, as with Python's yaml.safe_load_all. */
export function loadPlainAll(text: string): Result<readonly Value[]> {
  const loaded = loadYaml(text, '<text>', { plain: true, several: true });
  return loaded.ok ? { ok: true, value: loaded.value.values as readonly Value[] } : loaded; // as above
}
