/**
 * Split an Ansible name: `community.docker.docker` is `docker` in the `community.docker` collection; a short name has
 * no collection.
 */
export function splitCollection(word: string): { readonly collection?: string; readonly name: string } {
  const [, collection, name] = /^(\w+\.\w+)\.(\w+)$/.exec(word) ?? [];
  return collection === undefined || name === undefined ? { name: word } : { collection, name };
}
