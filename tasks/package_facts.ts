import {
  defineTask,
  optional,
  type Package,
  packages,
  type Question,
  type ShellAnswer,
  sh,
  shell,
} from '../src/sdk.ts';

/** The managers whose packages can be told, by the names that a task can give. */
const MANAGERS: Readonly<Record<string, Source>> = {
  apt: 'apt',
  apk: 'apk',
  rpm: 'rpm',
  dnf: 'rpm',
  dnf5: 'rpm',
  yum: 'rpm',
  zypper: 'rpm',
};

type Source = 'apt' | 'apk' | 'rpm';

/** In the order in which `auto` looks for them. */
const SOURCES: readonly Source[] = ['apt', 'apk', 'rpm'];

const FOUND = '-- retrace: ';

/** An installed package, as it is told. */
interface InstalledPackage {
  readonly name: string;
  readonly source: Source;
  readonly [key: string]: unknown;
}

export default defineTask({
  name: 'ansible.builtin.package_facts',
  summary: 'Gather facts about the installed packages.',
  params: {
    manager: {
      type: 'list',
      elements: 'str',
      default: ['auto'],
      doc: 'The package managers to query: `apt`, `apk`, or `rpm` (also as `dnf`, `yum` or `zypper`); `auto` means any of these.',
    },
    strategy: {
      type: 'str',
      default: 'first',
      choices: ['first', 'all'],
      doc: 'Whether to tell about the packages of the first manager that the host has, or of all.',
    },
  },
  ask: ({ strategy }) => ({ all: optional(packages('*')), others: askOthers(strategy === 'all') }),
  plan({ all, others }, { manager, strategy }) {
    const unknown = manager.filter((one) => one !== 'auto' && MANAGERS[one] === undefined);
    if (unknown.length > 0) return { failed: `Unsupported package managers requested: ${unknown.join(', ')}` };
    if (others.code !== 0) return { failed: others.stderr.trim() || `exit code ${others.code}` };
    const wanted = manager.flatMap((one) => (one === 'auto' ? SOURCES : (MANAGERS[one] ?? [])));
    const lists = [...new Set(wanted)].flatMap((source) => {
      const told = source === 'apt' ? aptPackages(all?.found) : otherPackages(source, others.stdout);
      return told === undefined ? [] : [told];
    });
    if (lists.length === 0) return { failed: `the host has none of the package managers ${wanted.join(', ')}` };
    const told = (strategy === 'all' ? lists : lists.slice(0, 1)).flat();
    const names = [...new Set(told.map(({ name }) => name))].sort((a, b) => (a < b ? -1 : 1));
    const facts = names.map((name) => [name, told.filter((one) => one.name === name)]);
    return { changes: [], result: { ansible_facts: { packages: Object.fromEntries(facts) } } };
  },
  gives: 'facts',
  factNames: () => ['packages'],
  returns: { ansible_facts: '`packages`: a list of installed versions for each package name.' },
  examples: [{ title: 'List all packages', yaml: 'package_facts:' }],
});

const aptPackages = (found: readonly Package[] | undefined): readonly InstalledPackage[] | undefined =>
  found
    ?.filter(({ status }) => status === 'installed')
    .map(({ name, version, architecture }) => ({ name, version, arch: architecture, source: 'apt' }));

/** Asks what apk has installed, from its database, and what rpm has; on a host of dpkg only if all are wanted. */
const askOthers = (all: boolean): Question<ShellAnswer> =>
  shell({
    ...sh`${all ? 'false' : 'true'} && [ -s /var/lib/dpkg/status ] && exit 0
for f in /lib/apk/db/installed /usr/lib/apk/db/installed; do
  [ -s "$f" ] || continue
  echo ${`${FOUND}apk`}
  sed -n '/^[PVA]:/p; /^$/p' "$f"
  break
done
if command -v rpm >/dev/null && { [ -d /var/lib/rpm ] || [ -d /usr/lib/sysimage/rpm ]; }; then
  echo ${`${FOUND}rpm`}
  rpm -qa --queryformat '%{NAME}\t%{VERSION}\t%{RELEASE}\t%{EPOCH}\t%{ARCH}\n'
fi`,
    about: ['package:*'],
  });

/** The packages of apk or rpm; undefined if the host does not have that manager. */
function otherPackages(source: 'apk' | 'rpm', text: string): readonly InstalledPackage[] | undefined {
  const part = text
    .split(FOUND)
    .slice(1)
    .find((one) => one.startsWith(`${source}\n`));
  if (part === undefined) return undefined;
  const body = part.slice(source.length + 1);
  return source === 'apk' ? apkPackages(body) : rpmPackages(body);
}

/** Records such as `P:busybox`, `V:1.36.1-r2`, `A:x86_64`, with an empty line after each. */
const apkPackages = (text: string): readonly InstalledPackage[] =>
  text.split(/\n\n+/).flatMap((record) => {
    const field = (letter: string): string | undefined => new RegExp(`^${letter}:(.*)$`, 'm').exec(record)?.[1];
    const [name, version = '', arch] = [field('P'), field('V'), field('A')];
    if (name === undefined) return [];
    const [, number = version, release = ''] = /^(.*)-([^-]*)$/.exec(version) ?? [];
    return [{ name, version: number, release, arch, source: 'apk' as const }];
  });

const rpmPackages = (text: string): readonly InstalledPackage[] =>
  text.split('\n').flatMap((line) => {
    const [name = '', version, release, epoch = '', arch] = line.split('\t');
    return name === ''
      ? []
      : [{ name, version, release, epoch: /^\d+$/.test(epoch) ? Number(epoch) : null, arch, source: 'rpm' as const }];
  });
