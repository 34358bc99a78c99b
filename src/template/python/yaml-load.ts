import type { Value } from '../../core/value.ts';
// The YAML reader depends only on core. Playbooks and filters share one reader, so that YAML means the same in both.
import { loadPlain, loadPlainAll } from '../../yaml/plain-values.ts';
import { fail } from '../errors.ts';

/** Loads the single document in YAML 1.1 text as PyYAML's safe loader does. */
export function loadYaml(text: string): Value {
  const loaded = loadPlain(text);
  return loaded.ok ? loaded.value : fail(loaded.error[0]!.message, 'yaml');
}

/** Loads all documents in YAML 1.1 text. */
export function loadAllYaml(text: string): readonly Value[] {
  const loaded = loadPlainAll(text);
  return loaded.ok ? loaded.value : fail(loaded.error[0]!.message, 'yaml');
}
