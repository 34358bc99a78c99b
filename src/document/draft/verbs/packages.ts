import { type DraftTask, exact, likely, lookOnly, manual, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, expandBraces, isExpanded, isPattern } from '../words.ts';

const UNKNOWN_OPTION = 'an option of it is not understood';

const LOOKS = new Set(['list', 'show', 'search', 'policy', 'showpkg', 'depends', 'rdepends', 'madison', 'download']);

const apt: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'yqfsVmdu',
    longFlags: [
      ...[
        'yes',
        'assume-yes',
        'quiet',
        'no-install-recommends',
        'install-recommends',
        'purge',
        'reinstall',
        'allow-downgrades',
      ],
      ...['fix-broken', 'auto-remove', 'autoremove', 'only-upgrade', 'installed', 'upgradable'],
    ],
    values: 'to',
    longValues: ['target-release', 'default-release', 'option'],
  });
  const [verb = '', ...names] = options?.operands ?? [];
  if (LOOKS.has(verb)) return lookOnly;
  if (options === undefined) return manual(UNKNOWN_OPTION);
  if (options.has('s')) return lookOnly;
  const names_ = names.flatMap(expandBraces);
  if (verb === 'update')
    return exact({ type: 'apt', args: { update_cache: true, cache_valid_time: 86_400 }, declares: 'apt:lists' });
  if (verb === 'autoremove') return exact({ type: 'apt', args: { autoremove: true }, declares: 'apt:autoremove' });
  if (/^(dist-|full-)?upgrade$/.test(verb) && names_.length === 0)
    return manual('what it upgrades changes from day to day');
  if (verb !== 'install' && verb !== 'remove' && verb !== 'purge') return manual(`\`apt ${verb}\` is not understood`);
  if (names_.length === 0) return manual('it names no package');
  if (names_.some((name) => isExpanded(name) || isPattern(name)))
    return manual('the document does not tell which packages it names');
  const release = options.value('t', 'target-release', 'default-release');
  const more = {
    ...(release !== undefined && { default_release: release }),
    ...(options.has('no-install-recommends') && { install_recommends: false }),
  };
  const tasks: DraftTask[] = [];
  for (const name of names_) {
    if (/^[./~]|\.deb$/.test(name)) {
      const deb = absolutePath(name, called);
      if (deb === undefined) return manual('the document does not tell in which directory the package lies');
      tasks.push({ type: 'apt', args: { deb, ...more }, declares: `path:${deb}` });
      continue;
    }
    // `apt install a b-` removes b.
    const isRemoved = /-$/.test(name) || verb !== 'install';
    const bare = name.replace(/[-+]$/, '');
    const isPurged = verb === 'purge' || options.has('purge');
    const state = isRemoved ? { state: 'absent', ...(isPurged && { purge: true }) } : { state: 'present', ...more };
    tasks.push({ type: 'apt', args: { name: [bare], ...state }, declares: `package:${bare.replace(/[=/:].*/, '')}` });
  }
  return exact(...tasks);
};

const dpkg: Verb = (called) => {
  if (
    called.args.some((word) =>
      /^(-[lLsSpVc]\w*|--(list|listfiles|status|search|verify|audit|get-selections|print-\S+|contents|info|version))$/.test(
        word,
      ),
    )
  )
    return lookOnly;
  const options = readOptions(called.args, { flags: 'irP', longFlags: ['install', 'remove', 'purge'] });
  if (options === undefined || options.operands.length === 0) return manual(UNKNOWN_OPTION);
  if (options.has('i', 'install')) {
    const debs = options.operands.map((name) =>
      isExpanded(name) || isPattern(name) ? undefined : absolutePath(name, called),
    );
    const found = debs.filter((deb) => deb !== undefined);
    if (found.length < debs.length) return manual('the document does not tell where the packages lie');
    return exact(...found.map((deb) => ({ type: 'apt', args: { deb }, declares: `path:${deb}` })));
  }
  if (!options.has('r', 'remove', 'P', 'purge')) return manual(UNKNOWN_OPTION);
  const purge = options.has('P', 'purge') && { purge: true };
  return exact(
    ...options.operands.map((name) => ({
      type: 'apt',
      args: { name: [name], state: 'absent', ...purge },
      declares: `package:${name}`,
    })),
  );
};

const aptMark: Verb = ({ args: [verb, ...names] }) => {
  if (verb?.startsWith('show') === true) return lookOnly;
  const selection = new Map([
    ['hold', 'hold'],
    ['unhold', 'install'],
  ]).get(verb ?? '');
  if (selection === undefined || names.length === 0 || names.some(isExpanded))
    return manual('`apt-mark` only decides what is removed later');
  return exact(
    ...names.map((name) => ({ type: 'dpkg_selections', args: { name, selection }, declares: `selection:${name}` })),
  );
};

const addRepository: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'yrnu', longFlags: ['yes', 'remove', 'no-update', 'update'] });
  const [repo, ...more] = options?.operands ?? [];
  if (options === undefined || repo === undefined || more.length > 0 || isExpanded(repo)) return manual(UNKNOWN_OPTION);
  const state = options.has('r', 'remove') ? 'absent' : 'present';
  return exact({ type: 'apt_repository', args: { repo, state }, declares: `repository:${repo}` });
};

const pip: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'qU',
    longFlags: ['quiet', 'upgrade', 'user', 'break-system-packages'],
    values: 'r',
    longValues: ['requirement'],
  });
  const [verb, ...names] = options?.operands ?? [];
  if (verb === 'list' || verb === 'freeze' || verb === 'show') return lookOnly;
  if (options === undefined || verb !== 'install') return manual('it is not understood');
  const requirements = options.value('r', 'requirement');
  if (requirements !== undefined) {
    const path = absolutePath(requirements, called);
    return path === undefined
      ? manual('the document does not tell in which directory it ran')
      : exact({ type: 'pip', args: { requirements: path } });
  }
  if (names.length === 0 || names.some(isExpanded)) return manual('it names no package');
  return exact({ type: 'pip', args: { name: names }, declares: `pip:${names.join()}` });
};

const npm: Verb = ({ args, cwd }) => {
  const options = readOptions(args, { flags: 'g', longFlags: ['global', 'save', 'save-dev'] });
  const [verb, name, ...more] = options?.operands ?? [];
  if (options === undefined || !['install', 'i', 'ci'].includes(verb ?? '') || more.length > 0)
    return manual('it is not understood');
  if (options.has('g', 'global'))
    return name === undefined
      ? manual('it names no package')
      : exact({ type: 'npm', args: { name, global: true }, declares: `npm:${name}` });
  if (cwd === undefined) return manual('the document does not tell in which directory it ran');
  return name === undefined
    ? exact({ type: 'npm', args: { path: cwd, ...(verb === 'ci' && { ci: true }) }, declares: `npm:${cwd}` })
    : likely('npm also writes package.json', {
        type: 'npm',
        args: { path: cwd, name },
        declares: `npm:${cwd}:${name}`,
      });
};

/** Programs that install software. */
export const packageVerbs: Readonly<Record<string, Verb>> = {
  apt,
  'apt-get': apt,
  aptitude: apt,
  'apt-cache': () => lookOnly,
  'apt-mark': aptMark,
  'add-apt-repository': addRepository,
  dpkg,
  'dpkg-query': () => lookOnly,
  pip,
  pip3: pip,
  npm,
};
