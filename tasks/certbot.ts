import {
  blurs,
  type Certificate,
  type Change,
  type Command,
  type Content,
  content,
  covers,
  defineTask,
  type Params,
  type Plan,
  type Questions,
  quote,
  readCertificates,
  Script,
  type ShellAnswer,
  sh,
  shell,
  type TaskContext,
} from '../src/sdk.ts';

const params = {
  state: {
    type: 'str',
    default: 'installed',
    choices: ['installed', 'renewable'],
    doc: '`installed`: there is a certificate for the domains. `renewable`: a dry run of the renewal of all has succeeded lately.',
  },
  domains: { type: 'list', elements: 'str', default: [], doc: 'The names that the certificate is for.' },
  cert_name: { type: 'str', doc: "certbot's name for it; the first domain where it is not given." },
  plugin: {
    type: 'str',
    default: 'nginx',
    choices: ['apache', 'nginx', 'standalone', 'webroot'],
    doc: 'How the ownership of the names is proven.',
  },
  webroot_path: { type: 'path', doc: 'The folder for the plugin `webroot`.' },
  email: { type: 'str', doc: 'Who is told of trouble.' },
  server: {
    type: 'str',
    doc: "The ACME server's directory; Let's Encrypt's where it is not given, its staging server for a dry run.",
  },
  max_age_days: { type: 'int', default: 7, doc: 'After how many days a dry run is to be repeated.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'certbot',
  summary: 'Has certificates from an ACME server, or proves that they can be renewed.',
  description:
    'A dry run makes the plugin answer the challenges for real, which changes the web server for a moment and takes seconds: no question. So it is a change, done once and remembered in /var/lib/letsencrypt; it is due again after `max_age_days`, and as soon as anything in /etc/letsencrypt has changed. A check tells that it is due. A dry run that fails tells which name, and why.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'installed', needs: ['domains', 'email'] },
      { param: 'plugin', is: 'webroot', needs: ['webroot_path'] },
    ],
  },
  ask: (given): Questions =>
    given.state === 'renewable'
      ? { tested: tested() }
      : {
          renewal: content(`/etc/letsencrypt/renewal/${nameOf(given)}.conf`),
          live: content(`/etc/letsencrypt/live/${nameOf(given)}/fullchain.pem`),
        },
  plan: (state, given, context): Plan =>
    given.state === 'renewable'
      ? planDryRun((state as { tested?: unknown }).tested as ShellAnswer, given)
      : planCertificate(state as unknown as Installed, given, context),
  returns: {},
  examples: [
    {
      title: 'A certificate for the images',
      yaml: 'certbot:\n  domains: [images.openfoodfacts.org]\n  email: tech@openfoodfacts.org',
      runs: { no: "asks Let's Encrypt" },
    },
    {
      title: 'All certificates can be renewed',
      yaml: 'certbot:\n  state: renewable',
      runs: { no: "asks Let's Encrypt" },
    },
  ],
});

const stamp = '/var/lib/letsencrypt/.dry-run-succeeded';

/** When anything was changed last, when a dry run has succeeded last, now, and what there is to renew. */
const tested = () =>
  shell({
    script: `date +%s
stat -c %Y ${stamp} 2>/dev/null || echo 0
find /etc/letsencrypt/renewal /etc/letsencrypt/archive /etc/letsencrypt/cli.ini -type f -printf '%C@\\n' 2>/dev/null | sort -n | tail -n 1 | grep . || echo 0
find /etc/letsencrypt/renewal -name '*.conf' -printf '%f\\n' 2>/dev/null`,
    about: [
      'path:/etc/letsencrypt',
      'entry:/etc/letsencrypt*',
      `path:${stamp}`,
      'package:certbot',
      'package:python3-certbot-nginx',
    ],
  });

function planDryRun({ stdout }: ShellAnswer, given: Given): Plan {
  const [now = '0', last = '0', changed = '0', ...names] = stdout.trim().split('\n');
  if (names.length === 0) return { failed: 'there is no certificate to renew in /etc/letsencrypt/renewal' };
  const days = Math.floor((Number(now) - Number(last)) / 86_400);
  const due =
    last === '0'
      ? 'never'
      : Number(changed) >= Number(last) + 1
        ? 'before /etc/letsencrypt was changed'
        : days >= given.max_age_days
          ? `${days} days ago`
          : undefined;
  if (due === undefined)
    return { changes: [], result: { certificates: names.map((name) => name.replace(/\.conf$/, '')) } };
  return {
    changes: [
      {
        what: 'dry run of the renewal',
        from: `last ${due}`,
        to: 'succeeded',
        commands: [dryRun(given)],
        effects: [blurs(`path:${stamp}`)],
      },
    ],
  };
}

// Of pages of output, what tells the name and the reason.
const dryRun = ({ server }: Given): Command => ({
  script: `said=$(certbot renew --dry-run --non-interactive --no-random-sleep-on-renew${server === undefined ? '' : ` --server ${quote(server)}`} 2>&1) || {
  printf '%s\\n' "$said" | grep -E '^(Failed to renew|Simulating renewal of|  *(Domain|Type|Detail): |.*requested .* plugin|.*[Ee]rror: )' >&2 || printf '%s\\n' "$said" >&2
  exit 1
}
install -D -m 644 /dev/null ${stamp}`,
  shown: `certbot renew --dry-run`,
  long: true,
  deadlineMs: 600_000,
});

interface Installed {
  readonly renewal: Content;
  readonly live: Content;
}

function planCertificate({ renewal, live }: Installed, given: Given, context: TaskContext): Plan {
  const certificate = live.bytes === undefined ? undefined : readCertificates(live.bytes)?.[0];
  const fault = faultOf(certificate, renewal.bytes !== undefined, given, context);
  if (fault === undefined) return { changes: [] };
  const change: Change = {
    what: `certificate ${nameOf(given)}`,
    from: fault,
    to: given.domains.join(', '),
    commands: [issue(given)],
    effects: [blurs('path:/etc/letsencrypt', 'entry:/etc/letsencrypt*')],
  };
  return { changes: [change] };
}

function faultOf(
  certificate: Certificate | undefined,
  configured: boolean,
  { domains }: Given,
  { now }: TaskContext,
): string | null | undefined {
  if (certificate === undefined) return null;
  if (!configured) return 'not under renewal';
  if (certificate.notAfter <= now) return `expired ${certificate.notAfter.toISOString()}`;
  return domains.every((domain) => covers(certificate, domain)) ? undefined : certificate.names.join(', ');
}

const issue = (given: Given): Command => ({
  ...sh`certbot certonly --non-interactive --agree-tos --keep-until-expiring --cert-name ${nameOf(given)} --email ${given.email!} ${how(given)} ${given.domains.flatMap((domain) => ['-d', domain])}`,
  long: true,
  deadlineMs: 600_000,
});

const how = ({ plugin, webroot_path: folder, server }: Given): Script =>
  new Script(
    [
      `--${plugin}`,
      ...(folder === undefined ? [] : ['--webroot-path', quote(folder)]),
      ...(server === undefined ? [] : ['--server', quote(server)]),
    ].join(' '),
  );

const nameOf = ({ cert_name: name, domains }: Given): string => name ?? domains[0] ?? '';
