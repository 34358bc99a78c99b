import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { expandHome } from '../find-file.ts';
import { str } from '../python/repr.ts';
import { lookup as itemOf, mapping, sequence } from '../python/values.ts';
import { loadYaml } from '../python/yaml-load.ts';
import { lookup } from './lookup.ts';

/**
 * The version of each collection that is installed on the controller, `result_no_version` if it does not say, and `result_not_found` if it is
 * not installed.
 */
export const collectionVersion = lookup((terms, options, context) =>
  terms.map((term) => {
    const name = str(term);
    if (!/^[^./]+\.[^./]+$/.test(name)) return fail(`"${name}" is not a FQCN`);
    const unversioned = options.get('result_no_version') ?? '*';
    // It comes with Ansible, and Ansible tells no version of it either.
    if (name === 'ansible.builtin') return unversioned;
    const folder = roots(context)
      .map((root) => join(root, 'ansible_collections', ...name.split('.')))
      .find((path) => existsSync(path));
    return folder === undefined
      ? (options.get('result_not_found') ?? null)
      : (versionIn(folder, context) ?? unversioned);
  }),
);

/** Where collections are: next to the playbook, where the configuration says, and where Debian's package puts them. */
function roots({ session: { env } }: Context): readonly string[] {
  const configured = env.setting('COLLECTIONS_PATH') ?? null;
  return [
    join(env.folder, 'collections'),
    ...(sequence(configured) ?? []).map((path) => expandHome(str(path), env)),
    '/usr/lib/python3/dist-packages',
  ];
}

function versionIn(folder: string, { session: { env } }: Context): Value | undefined {
  const read = (name: string): ReadonlyMap<Value, Value> | undefined => {
    const bytes = env.readFile(join(folder, name));
    return bytes === undefined ? undefined : mapping(loadYaml(new TextDecoder().decode(bytes)));
  };
  const manifest = read('MANIFEST.json');
  const about = manifest === undefined ? read('galaxy.yml') : mapping(itemOf(manifest, 'collection_info') ?? null);
  const version = about && itemOf(about, 'version');
  return version === undefined || version === null ? undefined : str(version);
}
