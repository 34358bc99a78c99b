/** A name as Ansible has it: `community.docker.docker` is `docker` of the collection `community.docker`; a short one is of none. */
export function splitCollection(word: string): { readonly collection?: string; readonly name: string } {
  const [, collection, name] = /^(\w+\.\w+)\.(\w+)$/.exec(word) ?? [];
  return collection === undefined || name === undefined ? { name: word } : { collection, name };
}
