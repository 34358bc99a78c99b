import { draftVariable, exact, likely, lookOnly, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { isExpanded } from '../words.ts';

const UNKNOWN = 'it is not understood';

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

/** Programs for web servers and their certificates. */
export const webVerbs: Readonly<Record<string, Verb>> = {
  certbot,
  a2enmod: apacheModule('present'),
  a2dismod: apacheModule('absent'),
  a2ensite: apacheLink('sites', true),
  a2dissite: apacheLink('sites', false),
  a2enconf: apacheLink('conf', true),
  a2disconf: apacheLink('conf', false),
  nginx,
};
