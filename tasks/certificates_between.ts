import {
  defineTask,
  type Lineage,
  lineages,
  type Params,
  type Plan,
  type TreeEntry,
  tidyPath,
  tree,
} from '../src/sdk.ts';
import copyBetween from './copy_between.ts';
import { type Choice, choose } from './shared/network/best-certificate.ts';

const params = {
  from: { type: 'str', required: true, doc: 'The inventory host to copy the certificates from.' },
  src: { type: 'path', default: '/etc/letsencrypt', doc: 'The certbot directory on the other host.' },
  dest: { type: 'path', default: '/etc/letsencrypt', doc: 'The certbot directory on this host.' },
  names: {
    type: 'dict',
    default: {},
    doc: "The certificates that this host must have in the end: certbot's name for each, with the list of names it must be valid for.",
  },
} as const;

type Given = Params<typeof params>;

interface State {
  readonly there?: readonly TreeEntry[];
  readonly here?: readonly TreeEntry[];
  readonly theirs: readonly Lineage[];
  readonly ours: readonly Lineage[];
}

export default defineTask({
  name: 'certificates_between',
  summary: 'Copy the certbot directory from another host, but keep certificates that are better on this host.',
  description:
    "Certificates are renewed automatically, on either host. A certificate on this host is kept, along with its archive and its renewal configuration, if it is valid, matches its key and names, and expires no earlier than the other host's. A certificate is copied only if it is valid, matches its key and names, and is better than the one on this host, if there is one. The rest of the directory (accounts, options) is copied as by `copy_between`. If neither host has a suitable certificate for an entry in `names`, the task fails and reports the reason for each host.",
  params,
  ask: ({ from, src, dest }) => ({
    there: tree({ path: tidyPath(src), checksums: true }, { host: from, beyond: true }),
    here: tree({ path: tidyPath(dest), checksums: true }),
    theirs: lineages(tidyPath(src), { host: from, beyond: true }),
    ours: lineages(tidyPath(dest)),
  }),
  thenAsk: (state, given, context) => copyBetween.thenAsk?.(treesOf(state), asCopy(given), context) ?? {},
  plan(given, task, context): Plan {
    const { there, here, theirs, ours } = given as State;
    const choices = choicesOf({ theirs, ours }, task, context.now);
    const wrong = [...choices].flatMap(([name, choice]) => (choice.take === 'none' ? [{ name, ...choice }] : []));
    const missing = wrong.filter(({ name }) => name in task.names);
    const result = { kept: namesOf(choices, 'here'), better: namesOf(choices, 'there') };
    if (missing.length > 0) {
      const told = missing.map((one) => ({
        what: `certificate ${one.name}`,
        from: `here: ${one.here}; on ${task.from}: ${one.there}`,
        to: 'a suitable one on either host',
      }));
      return {
        failed: told.map(({ what, from }) => `there is no suitable ${what}: ${from}`).join('; '),
        result,
        would: [],
      };
    }
    const wanted = there?.flatMap((entry) => wantedEntry(entry, choices, here ?? []));
    const paths = new Set(wanted?.map(({ path }) => path));
    const compared = here?.filter(({ path }) => paths.has(path) || isArchived(path, choices));
    const plan = copyBetween.plan(Object.assign({}, given, { there: wanted, here: compared }), asCopy(task), context);
    const left = wrong.map((one) => `certificate ${one.name} is not copied; on ${task.from}: ${one.there}`);
    return { ...plan, ...('changes' in plan ? { result, warnings: left } : {}) };
  },
  returns: {
    kept: 'The certificates that were kept because they are at least as good on this host.',
    better: 'The certificates that were better on the other host.',
  },
  examples: [
    {
      title: "Copy the proxy's certificates, unless they have been renewed here since",
      yaml: 'certificates_between:\n  from: proxy\n  names:\n    images.openfoodfacts.org: [images.openfoodfacts.org]',
      runs: { no: 'needs two hosts' },
    },
  ],
});

const asCopy = ({ from, src, dest }: Given) => ({ from, src, dest, delete: true, id_offset: 0 });

/**
 * Whether a path is in this host's archive of a certificate that is taken from the other host. Files that the other
 * host lacks are removed, since certbot uses the highest number.
 */
const isArchived = (path: string, choices: ReadonlyMap<string, Choice>): boolean => {
  const name = /^archive\/([^/]+)\//.exec(path)?.[1];
  const take = name === undefined ? undefined : choices.get(name)?.take;
  return take === 'there' || take === 'same';
};

const treesOf = ({ there, here }: Pick<State, 'there' | 'here'>) => ({ there, here });

/** The choice for each certificate that exists on either host or is wanted. */
function choicesOf(
  { theirs, ours }: Pick<State, 'theirs' | 'ours'>,
  { names }: Given,
  now: Date,
): ReadonlyMap<string, Choice> {
  const known = new Set([...theirs.map(({ name }) => name), ...Object.keys(names)]);
  const of = (lineages: readonly Lineage[], wanted: string) => lineages.find(({ name }) => name === wanted);
  return new Map([...known].map((name) => [name, choose(of(ours, name), of(theirs, name), listOf(names[name]), now)]));
}

const listOf = (names: unknown): readonly string[] => (names === undefined ? [] : [names].flat().map(String));

const namesOf = (choices: ReadonlyMap<string, Choice>, take: Choice['take']): readonly string[] =>
  [...choices].flatMap(([name, choice]) => (choice.take === take ? [name] : []));

/**
 * The wanted state of an entry on this host. Obsolete entries are left out, and so are entries of certificates that
 * stay, except for their keys, which must be accessible only to root.
 */
function wantedEntry(
  entry: TreeEntry,
  choices: ReadonlyMap<string, Choice>,
  here: readonly TreeEntry[],
): readonly TreeEntry[] {
  // Older versions of certbot kept requests and their keys here.
  if (/^(csr|keys)(\/|$)/.test(entry.path)) return [];
  const name = lineageOf(entry.path);
  const take = name === undefined ? undefined : choices.get(name)?.take;
  if (take === undefined || take === 'there' || take === 'same') return [entry];
  if (entry.path !== `archive/${name}` || take === 'none') return [];
  return here.flatMap((one) => (isKeyOf(one, name) ? [{ ...one, mode: 0o600 }] : []));
}

const lineageOf = (path: string): string | undefined =>
  /^(?:archive|live)\/([^/]+)/.exec(path)?.[1] ?? /^renewal\/(.+)\.conf$/.exec(path)?.[1];

const isKeyOf = ({ path, kind }: TreeEntry, name: string | undefined): boolean =>
  kind === 'file' && path.startsWith(`archive/${name}/privkey`) && path.endsWith('.pem');
