import { suggest } from './suggest.ts';

/** What `about:` of a command may name, each as `KIND:NAME`, and what the name is of. Types of one's own may blur other subjects: nobody types those. */
const KINDS = {
  path: 'an absolute path, and all below it',
  entry: 'an absolute path, without what is below it',
  package: 'a package',
  unit: 'a unit, with its suffix',
  user: 'a user',
  group: 'a group',
  dataset: 'a ZFS dataset',
  mount: 'a mount point',
  ct: 'the number of a container of Proxmox',
  sysctl: 'a kernel parameter',
  network: 'nothing',
} as const;

/** What is wrong with a subject that a person wrote, as what was expected and a hint; undefined for one that there is. */
export function wrongSubject(text: string): { readonly expected: string; readonly hint?: string } | undefined {
  const [, kind, name = ''] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const examples = 'a subject, as path:/etc/nginx, unit:nginx.service or package:nginx';
  if (kind === undefined || !Object.hasOwn(KINDS, kind)) {
    const near = suggest(kind ?? text, Object.keys(KINDS));
    return { expected: examples, ...(near !== undefined && { hint: `did you mean \`${near}:\`?` }) };
  }
  if (/^(path|entry|mount)$/.test(kind) && !name.startsWith('/'))
    return { expected: `an absolute path after \`${kind}:\``, hint: `write \`${kind}:/${name}\`` };
  if (name === '' && kind !== 'network') return { expected: `${KINDS[kind as keyof typeof KINDS]} after \`${kind}:\`` };
  return undefined;
}
