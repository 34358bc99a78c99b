import type { Value } from '../../core/value.ts';
// The reader of YAML texts needs nothing but core: one reader for playbooks and filters means one meaning.
import { loadPlain, loadPlainAll } from '../../yaml/plain-values.ts';
import { fail } from '../errors.ts';

/** The one document of a YAML 1.1 text, as PyYAML's safe loader reads it. */
export function loadYaml(text: string): Value {
  const loaded = loadPlain(text);
  return loaded.ok ? loaded.value : fail(loaded.error[0]!.message, 'yaml');
}

/** All documents of a YAML 1.1 text. */
export function loadAllYaml(text: string): readonly Value[] {
  const loaded = loadPlainAll(text);
  return loaded.ok ? loaded.value : fail(loaded.error[0]!.message, 'yaml');
}
