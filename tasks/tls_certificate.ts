import {
  type Certificate,
  type Content,
  content,
  covers,
  defineTask,
  issuedBy,
  keyMatches,
  type Params,
  type Plan,
  pairs,
  readCertificates,
  type ShellAnswer,
  sh,
  shell,
  type TaskContext,
} from '../src/sdk.ts';

const params = {
  path: {
    type: 'path',
    required: true,
    aliases: ['certificate'],
    doc: 'The certificate file, in PEM format; the chain may follow the certificate.',
  },
  key: {
    type: 'path',
    doc: "The certificate's private key, in PEM format without a passphrase. It is kept only in memory.",
  },
  names: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'The names the certificate must be valid for; a wildcard may cover them.',
  },
  issuer: { type: 'str', doc: "Text that must appear in the issuer's name, for example `Let's Encrypt`." },
  days_left: { type: 'int', default: 0, doc: 'The number of days for which the certificate must remain valid.' },
  served_at: {
    type: 'str',
    doc: 'ADDRESS:PORT of the server that must present exactly this certificate for the first name in `names`: a correct file is of no use while the server still uses the old one.',
  },
  seen_from: { type: 'str', doc: 'The inventory host that queries the server (default: this host).' },
  timeout: {
    type: 'int',
    default: 0,
    doc: 'Seconds to keep trying until the server presents the certificate, since a reload takes a moment.',
  },
  chain: { type: 'bool', default: true, doc: 'Whether each certificate in the file must be signed by the next one.' },
} as const;

type Given = Params<typeof params>;

export default defineTask({
  name: 'tls_certificate',
  summary:
    'Verify a certificate: its key, names, issuer, chain and remaining days, and that it is the one being served.',
  description:
    'Nothing is changed. If anything is wrong, the task fails and reports all problems at once; a check reports them as differences.',
  looks: () => true,
  params,
  rules: { requiredBy: { served_at: ['names'], seen_from: ['served_at'] } },
  ask: (given) => ({
    file: content(given.path),
    ...(given.key === undefined ? {} : { key: content(given.key, { secret: true }) }),
    ...(given.served_at === undefined
      ? {}
      : { served: served(given.served_at, given.names[0] ?? '', given.seen_from) }),
  }),
  plan: (state, given, context): Plan => {
    const { file, key } = state as { file: Content; key?: Content };
    const certificates = file.bytes === undefined ? undefined : readCertificates(file.bytes);
    const first = certificates?.[0];
    const faults =
      certificates === undefined || first === undefined
        ? [absent(given, file.bytes !== undefined)]
        : [
            ...faultsOf(first, given, context),
            ...faultsOfChain(certificates, given),
            ...faultsOfKey(first, given, key?.bytes),
          ];
    const result = first === undefined ? {} : told(first, context);
    const elsewhere =
      first === undefined ? [] : faultsOfServed(first, given, (state as { served?: ShellAnswer }).served);
    if (faults.length + elsewhere.length === 0) return { changes: [], result };
    const all = [...faults, ...elsewhere];
    const failed = `${given.path}: ${all.map(({ what, from, to }) => `${what} is ${from ?? 'absent'}, should be ${to}`).join('; ')}`;
    if (faults.length > 0 || given.timeout === 0) return { failed, result, would: [] };
    return { wait: { againMs: 500, deadlineMs: given.timeout * 1000, failed, shown: failed } };
  },
  returns: {
    subject: 'The subject of the certificate.',
    issuer: 'The issuer that signed the certificate.',
    names: 'The names the certificate is valid for.',
    not_before: 'The start of the validity period.',
    not_after: 'The end of the validity period.',
    days_left: 'How many whole days of validity are left.',
    serial: 'The serial number.',
    fingerprint: 'The SHA-256 fingerprint.',
  },
  examples: [
    {
      title: 'Check that clients of the server get this certificate',
      yaml: 'tls_certificate:\n  path: /etc/letsencrypt/live/images.openfoodfacts.org/fullchain.pem\n  names: [images.openfoodfacts.org]\n  served_at: 10.1.0.100:443\n  seen_from: proxy\n  timeout: 10',
      runs: { no: 'a test host has no certificate' },
    },
    {
      title: "Check that the image server's certificate is valid for two more weeks",
      yaml: 'tls_certificate:\n  path: /etc/letsencrypt/live/images.openfoodfacts.org/fullchain.pem\n  key: /etc/letsencrypt/live/images.openfoodfacts.org/privkey.pem\n  names: [images.openfoodfacts.org]\n  days_left: 14',
      runs: { no: 'a test host has no certificate' },
    },
  ],
});

/** Asks for the certificate that a server presents for a name. */
const served = (place: string, name: string, host: string | undefined) =>
  shell(
    {
      ...sh`command -v openssl >/dev/null || { echo 'openssl is needed to query the server, but is not installed' >&2; exit 127; }
LC_ALL=C timeout 10 openssl s_client -connect ${place} -servername ${name} </dev/null`,
      deadlineMs: 15_000,
    },
    { beyond: true, ...(host === undefined ? {} : { host }) },
  );

function faultsOfServed(
  certificate: Certificate,
  { served_at, names }: Given,
  answer: ShellAnswer | undefined,
): readonly Fault[] {
  if (answer === undefined) return [];
  const shown = readCertificates(new TextEncoder().encode(answer.stdout))?.[0];
  if (shown?.fingerprint === certificate.fingerprint) return [];
  const said = answer.stderr
    .trim()
    .split('\n')
    .find((line) => /refused|timed? ?out|unreachable|not installed|error|alert/i.test(line));
  return [
    {
      what: `served for ${names[0]} at ${served_at}`,
      from: shown === undefined ? `nothing (${said?.trim() ?? 'no certificate'})` : tellSerial(shown),
      to: tellSerial(certificate),
    },
  ];
}

const tellSerial = ({ serial, notAfter }: Certificate): string => `serial ${serial}, until ${notAfter.toISOString()}`;

/** Something wrong with a certificate. */
interface Fault {
  readonly what: string;
  readonly from: string | null;
  readonly to: string;
}

const absent = ({ path }: Given, there: boolean): Fault => ({
  what: `certificate ${path}`,
  from: there ? 'unreadable' : null,
  to: 'a certificate',
});

function faultsOf(
  certificate: Certificate,
  { names, issuer, days_left: wanted }: Given,
  context: TaskContext,
): readonly Fault[] {
  const days = daysLeft(certificate, context);
  const early = certificate.notBefore > context.now;
  const missing = names.filter((name) => !covers(certificate, name));
  return [
    ...(early ? [{ what: 'valid from', from: certificate.notBefore.toISOString(), to: 'in the past' }] : []),
    ...(days < wanted || certificate.notAfter <= context.now
      ? [{ what: 'days left', from: String(days), to: `at least ${wanted}` }]
      : []),
    ...(missing.length > 0
      ? [{ what: 'names', from: certificate.names.join(', '), to: `also ${missing.join(', ')}` }]
      : []),
    ...(issuer !== undefined && !certificate.issuer.includes(issuer)
      ? [{ what: 'issuer', from: certificate.issuer, to: issuer }]
      : []),
  ];
}

function faultsOfChain(certificates: readonly Certificate[], { chain }: Given): readonly Fault[] {
  const links = pairs(certificates.slice(0, -1), certificates.slice(1));
  const broken = links.findIndex(([below, above]) => !issuedBy(below, above));
  const [below, above] = links[broken] ?? [];
  return chain && below !== undefined && above !== undefined
    ? [
        {
          what: `certificate ${broken + 2} in the chain`,
          from: above.subject,
          to: below.issuer,
        },
      ]
    : [];
}

function faultsOfKey(certificate: Certificate, { key: path }: Given, key: Uint8Array | undefined): readonly Fault[] {
  if (path === undefined) return [];
  if (key === undefined) return [{ what: `key ${path}`, from: null, to: "the certificate's key" }];
  const matches = keyMatches(certificate, key);
  return matches === true
    ? []
    : [
        {
          what: `key ${path}`,
          from: matches === undefined ? 'unreadable' : 'for another certificate',
          to: "the certificate's key",
        },
      ];
}

const daysLeft = ({ notAfter }: Certificate, { now }: TaskContext): number =>
  Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000);

const told = (certificate: Certificate, context: TaskContext) => ({
  subject: certificate.subject,
  issuer: certificate.issuer,
  names: certificate.names,
  not_before: certificate.notBefore.toISOString(),
  not_after: certificate.notAfter.toISOString(),
  days_left: daysLeft(certificate, context),
  serial: certificate.serial,
  fingerprint: certificate.fingerprint,
});
