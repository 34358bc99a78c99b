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
  readCertificates,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  type TaskContext,
} from '../src/sdk.ts';

const params = {
  state: {
    type: 'str',
    default: 'installed',
    choices: ['installed', 'renewable'],
    doc: '`installed`: there is a certificate for the domains. `renewable`: a dry-run renewal of all certificates has recently succeeded.',
  },
  domains: { type: 'list', elements: 'str', default: [], doc: 'The names the certificate is for.' },
  cert_name: { type: 'str', doc: "certbot's name for the certificate (default: the first domain)." },
  plugin: {
    type: 'str',
    default: 'nginx',
    choices: ['apache', 'nginx', 'standalone', 'webroot'],
    doc: 'The certbot plugin that proves ownership of the names.',
  },
  webroot_path: { type: 'path', doc: 'The web root directory, for the `webroot` plugin.' },
  email: { type: 'str', doc: 'The address that receives notices about the certificate.' },
  server: {
    type: 'str',
    doc: "The directory URL of the ACME server (default: Let's Encrypt, or its staging server for a dry run).",
  },
  max_age_days: { type: 'int', default: 7, doc: 'The number of days after which a dry run is repeated.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'certbot',
  summary: 'Obtain certificates from an ACME server, or check that they can be renewed.',
  description:
    'In a dry run, the plugin really answers the challenges, which takes several seconds and temporarily changes the web server. A dry run is therefore treated as a change, not as a read-only question. Each success is recorded in /var/lib/letsencrypt. Another dry run is due after `max_age_days`, or as soon as anything changes in /etc/letsencrypt, a hook, certbot or its plugins, or the addresses of the names. If another certbot is running, the task waits for it to finish. A check reports if a dry run is due. If a dry run fails, the task reports the domain and the reason.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'installed', needs: ['domains', 'email'] },
      { param: 'plugin', is: 'webroot', needs: ['webroot_path'] },
    ],
  },
  ask: (given) => (given.state === 'renewable' ? askDryRun() : askCertificate(given)),
  plan: (state, given, context): Plan =>
    'tested' in state ? planDryRun(state.tested, given) : planCertificate(state, given, context),
  returns: {},
  examples: [
    {
      title: 'Obtain a certificate for the image server',
      yaml: 'certbot:\n  domains: [images.openfoodfacts.org]\n  email: tech@openfoodfacts.org',
      runs: { no: "contacts Let's Encrypt" },
    },
    {
      title: 'Check that all certificates can be renewed',
      yaml: 'certbot:\n  state: renewable',
      runs: { no: "contacts Let's Encrypt" },
    },
  ],
});

const stamp = '/var/lib/letsencrypt/.dry-run-succeeded';

// Everything that the outcome of a dry run depends on, apart from certbot's own files, one item per line: the programs,
// the hooks, and the addresses of the names.
const depends = script`depends() {
  printf 'the programs '; dpkg-query -W -f '\${Package} \${Version} \${db:Status-Status}\n' certbot 'python3-certbot*' python3-acme 2>/dev/null | cksum
  printf 'the hooks '; {
    find /etc/letsencrypt/renewal-hooks -type f -printf '%p %m\n' -exec cat {} + 2>/dev/null | LC_ALL=C sort
    cat /etc/letsencrypt/renewal/*.conf 2>/dev/null | sed -n 's/^ *[a-z]*_hook *= *//p' | tr ' ' '\n' | LC_ALL=C sort -u |
      while read -r word; do case $word in /*) ls -Lld "$word"; test -f "$word" && cksum <"$word";; esac; done
  } 2>&1 | cksum
  printf 'the addresses of its names '; for one in /etc/letsencrypt/live/*/cert.pem; do
    openssl x509 -in "$one" -noout -ext subjectAltName 2>/dev/null
  done | tr -d ' ' | tr , '\n' | sed -n 's/^DNS:\([^*]\)/\1/p' | LC_ALL=C sort -u |
    { while read -r name; do timeout 5 getent ahosts "$name" </dev/null | sed "s/ .*/ $name/" & done; wait; } | LC_ALL=C sort -u | cksum
}
`;

/**
 * Asks for the current time, the times of the last change and the last successful dry run, any changes to what the dry
 * run depends on, and the certificates to renew.
 */
const askDryRun = () => ({
  tested: shell({
    ...sh`${depends}date +%s
stat -c %Y ${stamp} 2>/dev/null || echo 0
find /etc/letsencrypt/renewal /etc/letsencrypt/archive /etc/letsencrypt/cli.ini -type f -printf '%C@\n' 2>/dev/null | sort -n | tail -n 1 | grep . || echo 0
depends | while read -r line; do grep -qxF "$line" ${stamp} 2>/dev/null || printf '%s, ' "\${line% * *}"; done; echo
find /etc/letsencrypt/renewal -name '*.conf' -printf '%f\n' 2>/dev/null`,
    about: [
      'path:/etc/letsencrypt',
      'entry:/etc/letsencrypt*',
      `path:${stamp}`,
      'package:certbot',
      'package:python3-certbot-nginx',
    ],
  }),
});

function planDryRun({ stdout }: ShellAnswer, given: Given): Plan {
  const [now = '0', last = '0', changed = '0', others = '', ...names] = stdout.trim().split('\n');
  if (names.length === 0) return { failed: 'there is no certificate to renew in /etc/letsencrypt/renewal' };
  const due = whyDue(Number(now), Number(last), Number(changed), others.replace(/, $/, ''), given);
  if (due === undefined)
    return { changes: [], result: { certificates: names.map((name) => name.replace(/\.conf$/, '')) } };
  return {
    changes: [
      {
        what: 'renewal dry run',
        from: `last ${due}`,
        to: 'succeeded',
        commands: [dryRun(given)],
        effects: [blurs(`path:${stamp}`)],
      },
    ],
  };
}

/** Why a dry run is due: the time of the last one, or what has changed since. */
function whyDue(now: number, last: number, changed: number, others: string, given: Given): string | undefined {
  if (last === 0) return 'never';
  if (changed >= last + 1) return 'before /etc/letsencrypt was changed';
  if (others !== '') return `before ${others} changed`;
  const days = Math.floor((now - last) / 86_400);
  return days >= given.max_age_days ? `${days} days ago` : undefined;
}

/**
 * Runs certbot as soon as no other certbot is running: its timer may have started one a moment ago. The output ends up
 * in `$said`.
 */
const patiently = (command: Script | Command): Script => script`waited=0
until said=$(${command} 2>&1); do
  case $said in *'Another instance of Certbot is already running'*) ;; *) waited=500 ;; esac
  test "$waited" -lt 500 || failed
  waited=$((waited + 2)); sleep 2
done
`;

// certbot's output is long: print only the lines that contain the name and the reason.
const dryRun = ({ server }: Given): Command => ({
  ...sh`${depends}failed() {
  printf '%s\n' "$said" | grep -E '^(Failed to renew|Simulating renewal of|Another instance of|  *(Domain|Type|Detail): |.*requested .* plugin|.*[Ee]rror: )' >&2 || printf '%s\n' "$said" >&2
  exit 1
}
before=$(depends)
${patiently(script`certbot renew --dry-run --non-interactive --no-random-sleep-on-renew ${server === undefined ? [] : ['--server', server]}`)}install -D -m 644 /dev/null ${stamp} && printf '%s\n' "$before" >${stamp}`,
  shown: `certbot renew --dry-run`,
  long: true,
  deadlineMs: 600_000,
});

const askCertificate = (given: Given) => ({
  renewal: content(`/etc/letsencrypt/renewal/${nameOf(given)}.conf`),
  live: content(`/etc/letsencrypt/live/${nameOf(given)}/fullchain.pem`),
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
  if (!configured) return 'not set up for renewal';
  if (certificate.notAfter <= now) return `expired ${certificate.notAfter.toISOString()}`;
  return domains.every((domain) => covers(certificate, domain)) ? undefined : certificate.names.join(', ');
}

const issue = (given: Given): Command => {
  const certonly = sh`certbot certonly --non-interactive --agree-tos --keep-until-expiring --cert-name ${nameOf(given)} --email ${given.email ?? ''} ${how(given)} ${given.domains.flatMap((domain) => ['-d', domain])}`;
  return {
    ...sh`failed() { printf '%s\n' "$said" >&2; exit 1; }
${patiently(certonly)}printf '%s\n' "$said"`,
    shown: certonly.script,
    long: true,
    deadlineMs: 600_000,
  };
};

const how = ({ plugin, webroot_path: folder, server }: Given): readonly string[] => [
  `--${plugin}`,
  ...(folder === undefined ? [] : ['--webroot-path', folder]),
  ...(server === undefined ? [] : ['--server', server]),
];

const nameOf = ({ cert_name: name, domains }: Given): string => name ?? domains[0] ?? '';
