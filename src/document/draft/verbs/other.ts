import { type Drafted, draftVariable, exact, likely, lookOnly, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, isExpanded, tidy } from '../words.ts';

const UNKNOWN = 'it is not understood';
const NO_DIRECTORY = 'the document does not tell in which directory it ran';

const git: Verb = (called) => {
  const { user } = called;
  // `git -C DIRECTORY …`
  const [first, second, ...others] = called.args;
  const [cwd, args] =
    first === '-C' && second !== undefined ? [absolutePath(second, called), others] : [called.cwd, called.args];
  const [verb = '', ...rest] = args;
  if (['status', 'log', 'diff', 'show', 'branch', 'remote', 'fetch', 'ls-files', 'blame'].includes(verb))
    return lookOnly;
  // The repository is the source of the configuration: what is committed there is nothing to declare on a host.
  if (['add', 'commit', 'push'].includes(verb)) return lookOnly;
  if (['mv', 'rm', 'stash', 'init'].includes(verb)) return manual('it changes the repository');
  const becomes = user === undefined ? {} : { becomeUser: user };
  if (verb === 'clone') {
    const options = readOptions(rest, {
      flags: 'q',
      longFlags: ['recursive', 'recurse-submodules', 'quiet', 'bare', 'single-branch'],
      values: 'bo',
      longValues: ['branch', 'depth', 'origin'],
    });
    const [repo, given, ...more] = options?.operands ?? [];
    if (
      options === undefined ||
      repo === undefined ||
      more.length > 0 ||
      [repo, given].some((word) => word !== undefined && isExpanded(word))
    )
      return manual(UNKNOWN);
    const name =
      tidy(repo)
        .replace(/\.git$/, '')
        .split(/[/:]/)
        .at(-1) ?? '';
    const dest = absolutePath(given ?? name, { ...called, ...(cwd !== undefined && { cwd }) });
    if (dest === undefined) return manual(NO_DIRECTORY);
    const branch = options.value('b', 'branch');
    const depth = options.value('depth');
    return exact({
      ...pathTask('git', dest, {
        repo,
        dest,
        ...(branch !== undefined && { version: branch }),
        ...(depth !== undefined && { depth: Number(depth) }),
        ...(options.has('bare') && { bare: true }),
        // What is pulled later is nothing that the document says.
        update: false,
      }),
      ...becomes,
    });
  }
  if (verb === 'pull') return manual('what it pulls changes from day to day');
  if (verb === 'config') {
    const options = readOptions(rest, { longFlags: ['global', 'system', 'local', 'list', 'unset', 'add'] });
    const [name, value, ...more] = options?.operands ?? [];
    if (options?.has('list') === true) return lookOnly;
    if (
      options === undefined ||
      name === undefined ||
      value === undefined ||
      more.length > 0 ||
      options.has('unset', 'add') ||
      isExpanded(value)
    )
      return manual(UNKNOWN);
    const scope = (['system', 'global'] as const).find((name) => options.has(name)) ?? 'local';
    if (scope === 'local' && cwd === undefined) return manual(NO_DIRECTORY);
    return exact({
      type: 'git_config',
      args: { name, value, scope, ...(scope === 'local' && { repo: cwd }) },
      declares: `git_config:${scope}:${cwd ?? ''}:${user ?? ''}:${name}`,
      ...becomes,
    });
  }
  return manual(UNKNOWN);
};

const certbot: Verb = ({ args }) => {
  const options = readOptions(args, {
    flags: 'nvq',
    longFlags: [
      'nginx',
      'apache',
      'standalone',
      'webroot',
      'agree-tos',
      'non-interactive',
      'dry-run',
      'redirect',
      'no-eff-email',
      'test-cert',
      'force-renewal',
    ],
    values: 'dmw',
    longValues: ['domain', 'domains', 'email', 'webroot-path', 'cert-name', 'server'],
  });
  const [verb = 'run'] = options?.operands ?? [];
  if (verb === 'certificates' || verb === 'plugins') return lookOnly;
  if (options === undefined) return manual('an option of it is not understood');
  const server = options.value('server');
  if (verb === 'renew')
    return options.has('dry-run')
      ? exact({
          type: 'certbot',
          args: { state: 'renewable', ...(server !== undefined && { server }) },
          declares: 'certbot:renewable',
        })
      : manual('its timer renews certificates');
  const domains = options.all('d', 'domain', 'domains').flatMap((one) => one.split(','));
  if (!['run', 'certonly'].includes(verb) || domains.length === 0 || domains.some(isExpanded))
    return manual('it does not tell the names of the certificate');
  const plugin =
    (['apache', 'standalone', 'webroot', 'nginx'] as const).find((name) => options.has(name)) ??
    (options.has('w', 'webroot-path') ? 'webroot' : 'nginx');
  const root = options.value('w', 'webroot-path');
  const name = options.value('cert-name');
  const task = {
    type: 'certbot',
    args: {
      domains,
      plugin,
      ...(root !== undefined && { webroot_path: root }),
      ...(name !== undefined && { cert_name: name }),
      ...(server !== undefined && { server }),
      email: options.value('m', 'email') ?? draftVariable('certbot_email'),
    },
    declares: `certificate:${domains[0]}`,
  };
  return verb === 'run' && plugin === 'nginx' && !options.has('nginx')
    ? likely('it does not tell which plugin proves the names', task)
    : exact(task);
};

const compose: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'd',
    longFlags: ['detach', 'build', 'remove-orphans', 'volumes'],
    values: 'fp',
    longValues: ['file', 'project-name'],
  });
  const [verb = '', ...services] = options?.operands ?? [];
  if (['ps', 'logs', 'config', 'top', 'images', 'version'].includes(verb)) return lookOnly;
  const { cwd } = called;
  if (verb === 'exec' && /^(ba)?sh$/.test(services.at(-1) ?? '')) return lookOnly;
  if (options === undefined) return manual('an option of it is not understood');
  if (cwd?.startsWith('/') !== true) return manual(NO_DIRECTORY);
  const files = options.all('f', 'file');
  const project = options.value('p', 'project-name');
  const where = {
    project_src: cwd,
    ...(files.length > 0 && { files }),
    ...(project !== undefined && { project_name: project }),
  };
  const declares = `compose:${cwd}`;
  if (verb === 'up')
    return exact({
      type: 'docker_compose_v2',
      args: {
        ...where,
        state: 'present',
        ...(services.length > 0 && { services }),
        ...(options.has('build') && { build: 'always' }),
        ...(options.has('remove-orphans') && { remove_orphans: true }),
      },
      declares,
    });
  if (verb === 'down' || verb === 'stop')
    return exact({
      type: 'docker_compose_v2',
      args: { ...where, state: verb === 'down' ? 'absent' : 'stopped' },
      declares,
    });
  if (verb === 'restart')
    return {
      grade: 'restart',
      handler: { type: 'docker_compose_v2', args: { ...where, state: 'restarted' }, declares },
    };
  return manual(`\`docker compose ${verb}\` is nothing that a task keeps up`);
};

const docker: Verb = (called) => {
  const [verb = '', ...rest] = called.args;
  if (verb === 'compose') return compose({ ...called, args: rest });
  if (['ps', 'logs', 'images', 'inspect', 'info', 'version', 'stats', 'top'].includes(verb)) return lookOnly;
  return manual(`\`docker ${verb}\` is not understood`);
};

const hostnamectl: Verb = ({ args: [verb, name, ...more] }) => {
  if (verb === undefined || verb === 'status') return lookOnly;
  if (!['hostname', 'set-hostname'].includes(verb) || name === undefined || more.length > 0 || isExpanded(name))
    return manual(UNKNOWN);
  return exact({ type: 'hostname', args: { name }, declares: 'hostname' });
};

const hostname: Verb = ({ args: [name, ...more] }) => {
  if (name === undefined || name.startsWith('-')) return lookOnly;
  return more.length > 0 || isExpanded(name)
    ? manual(UNKNOWN)
    : exact({ type: 'hostname', args: { name }, declares: 'hostname' });
};

const timedatectl: Verb = ({ args: [verb = 'status', name] }) => {
  if (verb === 'status' || verb === 'list-timezones') return lookOnly;
  return verb === 'set-timezone' && name !== undefined && !isExpanded(name)
    ? exact({ type: 'timezone', args: { name }, declares: 'timezone' })
    : manual(UNKNOWN);
};

const sysctl: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'wpan', longFlags: ['system', 'write', 'all'] });
  if (options === undefined) return manual(UNKNOWN);
  const pairs = options.operands.map((word) => /^([\w./-]+)=(.+)$/.exec(word));
  if (pairs.length === 0 && options.has('p', 'system'))
    return { grade: 'restart', handler: { type: 'command', args: { argv: ['sysctl', '--system'] } } };
  if (pairs.length === 0 || pairs.some((pair) => pair === null)) return lookOnly;
  return exact(
    ...pairs.map((pair) => ({
      type: 'sysctl',
      args: { name: pair?.[1], value: pair?.[2], sysctl_set: true, reload: false },
      declares: `sysctl:${pair?.[1]}`,
    })),
  );
};

const modprobe: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'rqv' });
  const [name, ...more] = options?.operands ?? [];
  if (options === undefined || name === undefined || isExpanded(name)) return manual(UNKNOWN);
  return exact({
    type: 'modprobe',
    args: { name, ...(options.has('r') && { state: 'absent' }), ...(more.length > 0 && { params: more.join(' ') }) },
    declares: `module:${name}`,
  });
};

const apacheModule =
  (state: 'present' | 'absent'): Verb =>
  ({ args }) =>
    args.length === 0 || args.some((name) => name.startsWith('-') || isExpanded(name))
      ? manual(UNKNOWN)
      : exact(
          ...args.map((name) => ({
            type: 'apache2_module',
            args: { name, state },
            declares: `apache2_module:${name}`,
          })),
        );

/** a2ensite(8), a2enconf(8): a link to the other directory. */
const apacheLink =
  (kind: 'sites' | 'conf', isEnabled: boolean): Verb =>
  ({ args }) => {
    if (args.length === 0 || args.some((name) => name.startsWith('-') || isExpanded(name))) return manual(UNKNOWN);
    return exact(
      ...args.map((name) => {
        const file = `${name.replace(/\.conf$/, '')}.conf`;
        const dest = `/etc/apache2/${kind}-enabled/${file}`;
        return pathTask(
          'file',
          dest,
          isEnabled ? { src: `../${kind}-available/${file}`, dest, state: 'link' } : { path: dest, state: 'absent' },
        );
      }),
    );
  };

const localeGen: Verb = ({ args }) => {
  if (args.length === 0) return handlerOf(['locale-gen']);
  return args.some((name) => name.startsWith('-') || isExpanded(name))
    ? manual(UNKNOWN)
    : exact({ type: 'locale_gen', args: { name: args }, declares: `locale:${args.join()}` });
};

const debconf: Verb = ({ input }) => {
  const lines = (input ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const read = lines.map((line) => /^(\S+)\s+(\S+)\s+(\w+)(?:\s+(.*))?$/.exec(line));
  if (read.length === 0 || read.some((one) => one === null)) return manual('the document does not tell the answers');
  return exact(
    ...read.map((one) => ({
      type: 'debconf',
      args: {
        name: one?.[1],
        question: one?.[2],
        vtype: one?.[3],
        value: one?.[3] === 'password' ? draftVariable(`vault_${one[2]}`) : (one?.[4] ?? ''),
      },
      declares: `debconf:${one?.[2]}`,
    })),
  );
};

const alternatives: Verb = ({ args: [verb = '', name, path, ...more] }) => {
  if (/^--(display|list|query|get-selections)$/.test(verb)) return lookOnly;
  return verb === '--set' &&
    name !== undefined &&
    path !== undefined &&
    more.length === 0 &&
    ![name, path].some(isExpanded)
    ? exact({ type: 'alternatives', args: { name, path }, declares: `alternative:${name}` })
    : manual(UNKNOWN);
};

const sshKeygen: Verb = (called) => {
  const options = readOptions(called.args, { flags: 'qolyA', values: 'tfCbNR' });
  if (options === undefined || options.has('R', 'A')) return manual(UNKNOWN);
  if (options.has('l', 'y')) return lookOnly;
  const type = options.value('t') ?? 'rsa';
  const file = options.value('f') ?? (called.user === undefined ? `/root/.ssh/id_${type}` : undefined);
  const path = file === undefined || isExpanded(file) ? undefined : absolutePath(file, called);
  if (path === undefined) return manual('the document does not tell where the key lies');
  const size = options.value('b');
  const comment = options.value('C');
  return exact({
    ...pathTask('openssh_keypair', path, {
      path,
      type,
      ...(size !== undefined && { size: Number(size) }),
      ...(comment !== undefined && !isExpanded(comment) && { comment }),
    }),
    ...(called.user !== undefined && { becomeUser: called.user }),
  });
};

/** `sed -i 's/a/b/' FILE`, where the text to replace has no characters that sed and Python read differently. */
const sed: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'iErns',
    longFlags: ['in-place', 'regexp-extended', 'quiet'],
    values: 'e',
    longValues: ['expression'],
  });
  if (options === undefined || !options.has('i', 'in-place')) return options === undefined ? manual(UNKNOWN) : lookOnly;
  const scripts = options.all('e', 'expression');
  const [own, ...files] = scripts.length > 0 ? [undefined, ...options.operands] : options.operands;
  const script = own ?? (scripts.length === 1 ? scripts[0] : undefined);
  const [, separator = '', rest] = /^s([/|,#@:])(.*)$/s.exec(script ?? '') ?? [];
  const [from, to, flags = '', ...more] = (rest ?? '').split(separator);
  const [file] = files;
  const path = file === undefined || files.length > 1 || isExpanded(file) ? undefined : absolutePath(file, called);
  if (
    path === undefined ||
    from === undefined ||
    from === '' ||
    to === undefined ||
    more.length > 0 ||
    !/^g?$/.test(flags)
  )
    return manual('its script is not understood');
  const isPlain = /^\^?[\w \-=/.:,;@"'#]*\$?$/.test(from) && /^[\w \-=/.:,;@"'#]*$/.test(to);
  if (!isPlain) return manual('its script is not understood');
  const regexp = from.replace(/\./g, '\\.');
  if (new RegExp(regexp, 'm').test(to))
    return likely('what it writes matches again, so it is done only while the new text is not there', {
      type: 'replace',
      args: {
        path,
        regexp: `${regexp}(?!${to.startsWith(from) ? escaped(to.slice(from.length)) : escaped(to)})`,
        replace: to,
      },
    });
  return exact({ type: 'replace', args: { path, regexp, replace: to } });
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const nginx: Verb = ({ args }) => {
  if (args.join(' ') === '-t')
    return exact({ type: 'verify', args: { cmd: 'nginx -t', about: ['path:/etc/nginx', 'package:nginx'] } });
  if (args.join(' ') === '-s reload')
    return {
      grade: 'restart',
      handler: { type: 'systemd', args: { name: 'nginx.service', state: 'reloaded' }, declares: 'unit:nginx.service' },
    };
  return args.every((word) => /^-[vVTq]+$/.test(word)) ? lookOnly : manual(UNKNOWN);
};

/** A shell that is begun: what follows is done in it. */
const becomes: Verb = ({ args }) =>
  args.every((word) => /^-[il]?$|^[a-z_][\w-]*$/.test(word)) ? lookOnly : manual('it is a program of a shell');

const handlerOf = (argv: readonly string[]): Drafted => ({
  grade: 'restart',
  handler: { type: 'command', args: { argv } },
});

/** All the other programs that documents call. */
export const otherVerbs: Readonly<Record<string, Verb>> = {
  git,
  certbot,
  docker,
  'docker-compose': compose,
  hostnamectl,
  hostname,
  timedatectl,
  sysctl,
  modprobe,
  a2enmod: apacheModule('present'),
  a2dismod: apacheModule('absent'),
  a2ensite: apacheLink('sites', true),
  a2dissite: apacheLink('sites', false),
  a2enconf: apacheLink('conf', true),
  a2disconf: apacheLink('conf', false),
  'locale-gen': localeGen,
  'debconf-set-selections': debconf,
  'update-alternatives': alternatives,
  'ssh-keygen': sshKeygen,
  sed,
  nginx,
  'update-initramfs': ({ args }) =>
    args.some(isExpanded) ? manual(UNKNOWN) : handlerOf(['update-initramfs', ...args]),
  newaliases: () => handlerOf(['newaliases']),
  postmap: ({ args }) => (args.some(isExpanded) ? manual(UNKNOWN) : handlerOf(['postmap', ...args])),
  netplan: ({ args: [verb = ''] }) => (verb === 'apply' ? handlerOf(['netplan', 'apply']) : lookOnly),
  pct: ({ args: [verb = ''] }) =>
    ['list', 'status', 'config', 'df'].includes(verb) ? lookOnly : manual('it is done on the Proxmox host'),
  qm: ({ args: [verb = ''] }) =>
    ['list', 'status', 'config'].includes(verb) ? lookOnly : manual('it is done on the Proxmox host'),
  rsync: () => manual('it copies data once'),
  scp: () => manual('it copies data once'),
  // What follows is done there.
  ssh: ({ args }) =>
    args.filter((word) => !word.startsWith('-')).length > 1 ? manual('it is done on another host') : lookOnly,
  'ssh-copy-id': () => manual('the key is put on another host'),
  'dpkg-reconfigure': () => manual('it asks a person'),
  find: ({ args }) =>
    args.some((word) => /^-(delete|exec\w*|ok\w*|fprint\w*)$/.test(word))
      ? manual('what it finds is changed')
      : lookOnly,
  openssl: ({ args: [verb = ''] }) =>
    ['x509', 's_client', 'version', 'verify', 'crl'].includes(verb) ? lookOnly : manual(UNKNOWN),
  ...Object.fromEntries(['bash', 'sh', 'su'].map((name): [string, Verb] => [name, becomes])),
  crontab: ({ args }) =>
    args.includes('-l') ? lookOnly : manual('what was written into the crontab stands beside it'),
  ...Object.fromEntries(
    [
      'ls',
      'cat',
      'less',
      'more',
      'head',
      'tail',
      'grep',
      'zgrep',
      'diff',
      'wc',
      'stat',
      'file',
      'which',
      'whereis',
      'ps',
      'top',
      'htop',
      'free',
      'uptime',
      'date',
      'uname',
      'lsof',
      'env',
      'echo',
      'printf',
      'test',
      'true',
      'sleep',
      'man',
      'md5sum',
      'sha256sum',
      'readlink',
      'realpath',
      'pwd',
      'cd',
      'pushd',
      'popd',
      'exit',
      'logout',
      'history',
      'tree',
      'sort',
      'uniq',
      'cut',
      'tr',
      'smartctl',
      'iostat',
      'vmstat',
      'lscpu',
      'lspci',
      'dmesg',
      'mailq',
      'watch',
      'time',
      'screen',
      'tmux',
      'set',
      'clear',
      'jq',
      'pwgen',
      'xdg-open',
      'etckeeper',
      'mail',
      'mailx',
      'sendmail',
    ].map((name): [string, Verb] => [name, () => lookOnly]),
  ),
};
