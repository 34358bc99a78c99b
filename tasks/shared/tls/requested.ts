import { ControllerError, hash, type ParamSpecs, type Params } from '../../../src/sdk.ts';
import { der, flagBits, implicit, sequence, TAG, tagged } from './der.ts';
import {
  authorityIdentifier,
  basicConstraints,
  EXTENSION,
  type Extension,
  extendedKeyUsage,
  keyUsage,
  mustStaple,
} from './extensions.ts';
import { generalName, type Name, nameTypeOf, relativeDer } from './names.ts';
import { keyBits } from './public-key.ts';

const texts = { type: 'list', elements: 'str' } as const;

/** The parameters that say what a certificate is requested for. */
export const requestParams = {
  subject: { type: 'dict', doc: 'Further parts of the subject, by type, such as `O`; a list gives several of a type.' },
  subject_ordered: {
    type: 'list',
    elements: 'dict',
    doc: 'The whole subject, as dicts with one part each; here, the order matters.',
  },
  country_name: { type: 'str', aliases: ['C', 'countryName'], doc: 'The country in the subject.' },
  state_or_province_name: { type: 'str', aliases: ['ST', 'stateOrProvinceName'], doc: 'The state in the subject.' },
  locality_name: { type: 'str', aliases: ['L', 'localityName'], doc: 'The place in the subject.' },
  organization_name: { type: 'str', aliases: ['O', 'organizationName'], doc: 'The organization in the subject.' },
  organizational_unit_name: {
    type: 'str',
    aliases: ['OU', 'organizationalUnitName'],
    doc: 'The part of the organization in the subject.',
  },
  common_name: { type: 'str', aliases: ['CN', 'commonName'], doc: 'The common name in the subject.' },
  email_address: { type: 'str', aliases: ['E', 'emailAddress'], doc: 'The email address in the subject.' },
  subject_alt_name: {
    ...texts,
    aliases: ['subjectAltName'],
    doc: 'The names that the certificate is to be valid for, such as `DNS:www.example.org` and `IP:192.0.2.1` (also `email`, `URI`, `RID`, `dirName` and `otherName`).',
  },
  subject_alt_name_critical: {
    type: 'bool',
    default: false,
    aliases: ['subjectAltName_critical'],
    doc: 'Whether clients must understand these names.',
  },
  use_common_name_for_san: {
    type: 'bool',
    default: true,
    aliases: ['useCommonNameForSAN'],
    doc: 'Without `subject_alt_name`, use the common name as a DNS name.',
  },
  key_usage: { ...texts, aliases: ['keyUsage'], doc: 'What the key may be used for, such as `digitalSignature`.' },
  key_usage_critical: {
    type: 'bool',
    default: false,
    aliases: ['keyUsage_critical'],
    doc: 'Whether clients must understand `key_usage`.',
  },
  extended_key_usage: {
    ...texts,
    aliases: ['extKeyUsage', 'extendedKeyUsage'],
    doc: 'The purposes of the certificate, such as `serverAuth`, or OIDs.',
  },
  extended_key_usage_critical: {
    type: 'bool',
    default: false,
    aliases: ['extKeyUsage_critical', 'extendedKeyUsage_critical'],
    doc: 'Whether clients must understand `extended_key_usage`.',
  },
  basic_constraints: {
    ...texts,
    aliases: ['basicConstraints'],
    doc: 'Whether the certificate may sign others: `CA:TRUE` or `CA:FALSE`, and `pathlen:0`.',
  },
  basic_constraints_critical: {
    type: 'bool',
    default: false,
    aliases: ['basicConstraints_critical'],
    doc: 'Whether clients must understand `basic_constraints`.',
  },
  ocsp_must_staple: {
    type: 'bool',
    default: false,
    aliases: ['ocspMustStaple'],
    doc: 'Whether servers must present a proof that the certificate is not revoked.',
  },
  ocsp_must_staple_critical: {
    type: 'bool',
    default: false,
    aliases: ['ocspMustStaple_critical'],
    doc: 'Whether clients must understand `ocsp_must_staple`.',
  },
  name_constraints_permitted: { ...texts, doc: 'The names that a CA may sign for; an address has a prefix length.' },
  name_constraints_excluded: { ...texts, doc: 'The names that a CA must not sign for.' },
  name_constraints_critical: {
    type: 'bool',
    default: false,
    doc: 'Whether clients must understand the constraints on names.',
  },
  create_subject_key_identifier: {
    type: 'bool',
    default: false,
    doc: 'Include an identifier that is computed from the public key.',
  },
  subject_key_identifier: { type: 'str', doc: 'The identifier of the key, as hexadecimal bytes with colons.' },
  authority_key_identifier: { type: 'str', doc: "The identifier of the issuer's key, in the same form." },
  authority_cert_issuer: { ...texts, doc: "The names of the issuer's issuer, such as `dirName:CN=Root`." },
  authority_cert_serial_number: { type: 'int', doc: "The serial number of the issuer's certificate." },
  crl_distribution_points: {
    type: 'list',
    elements: 'dict',
    doc: 'Where lists of revoked certificates are found.',
    options: {
      full_name: { ...texts, doc: 'Names of the place, such as `URI:https://ca.example.org/crl`.' },
      relative_name: { ...texts, doc: 'The name of the place relative to the issuer, such as `CN=Revoked`.' },
      crl_issuer: { ...texts, doc: 'Names of who issues the list, such as `dirName:CN=Root`.' },
      reasons: {
        ...texts,
        choices: [
          'key_compromise',
          'ca_compromise',
          'affiliation_changed',
          'superseded',
          'cessation_of_operation',
          'certificate_hold',
          'privilege_withdrawn',
          'aa_compromise',
        ],
        doc: 'The reasons for revocation that the list covers.',
      },
    },
    rules: {
      mutuallyExclusive: [['full_name', 'relative_name']],
      requiredOneOf: [['full_name', 'relative_name', 'crl_issuer']],
    },
  },
} as const satisfies ParamSpecs;

/** The parameters that say what is requested. */
type Requested = Params<typeof requestParams>;

/** The wanted subject, and whether its order matters. Throws a `ControllerError` for what it cannot read. */
export function wantedSubject(task: Requested): { readonly subject: Name; readonly ordered: boolean } {
  const single: readonly (readonly [string, string | undefined])[] = [
    ['C', task.country_name],
    ['ST', task.state_or_province_name],
    ['L', task.locality_name],
    ['O', task.organization_name],
    ['OU', task.organizational_unit_name],
    ['CN', task.common_name],
    ['emailAddress', task.email_address],
  ];
  const given = [...single, ...entriesOf(task.subject ?? {})].filter(
    ([, value]) => value !== undefined && value !== '',
  );
  if (task.subject_ordered === undefined) return { subject: typed(given), ordered: false };
  if (given.length > 0) throw new ControllerError('subject_ordered cannot be combined with any other subject field');
  return { subject: typed(task.subject_ordered.flatMap(entriesOf)), ordered: true };
}

const entriesOf = (dict: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] =>
  Object.entries(dict).flatMap(([type, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [type, String(one)] as const),
  );

const typed = (parts: readonly (readonly [string, string | undefined])[]): Name =>
  parts.map(([type, value = '']) => {
    const id = nameTypeOf(type);
    if (id === undefined) throw new ControllerError(`Cannot find OID "${type}", which is given in the subject`);
    return [id, value];
  });

/** The wanted extensions. Only the identifier of the key depends on the key. Throws like `wantedSubject`. */
export function wantedExtensions(task: Requested, publicKey: Uint8Array): readonly Extension[] {
  const when = (given: unknown, id: string, critical: boolean, value: () => Uint8Array): readonly Extension[] =>
    given === undefined || given === false ? [] : [{ oid: id, critical, value: value() }];
  const names = altNames(task);
  const permitted = task.name_constraints_permitted ?? [];
  const excluded = task.name_constraints_excluded ?? [];
  const authority = task.authority_key_identifier ?? task.authority_cert_issuer;
  return [
    ...when(names, EXTENSION.subjectAltName, task.subject_alt_name_critical, () =>
      sequence(...(names ?? []).map((name) => named(name, 'Subject Alternative Name'))),
    ),
    ...when(task.key_usage, EXTENSION.keyUsage, task.key_usage_critical, () =>
      known(keyUsage(task.key_usage ?? []), 'key usage'),
    ),
    ...when(task.extended_key_usage, EXTENSION.extendedKeyUsage, task.extended_key_usage_critical, () =>
      known(extendedKeyUsage(task.extended_key_usage ?? []), 'extended key usage'),
    ),
    ...when(task.basic_constraints, EXTENSION.basicConstraints, task.basic_constraints_critical, () =>
      known(basicConstraints(task.basic_constraints ?? []), 'basic constraint'),
    ),
    ...when(task.ocsp_must_staple, EXTENSION.mustStaple, task.ocsp_must_staple_critical, () => mustStaple),
    ...when(permitted.length + excluded.length > 0, EXTENSION.nameConstraints, task.name_constraints_critical, () =>
      sequence(...subtrees(0, permitted), ...subtrees(1, excluded)),
    ),
    ...when(
      task.create_subject_key_identifier || task.subject_key_identifier,
      EXTENSION.subjectKeyIdentifier,
      false,
      () => der(TAG.octets, subjectIdentifier(task, publicKey)),
    ),
    ...when(authority, EXTENSION.authorityKeyIdentifier, false, () =>
      authorityIdentifier(
        task.authority_key_identifier === undefined ? undefined : hexBytes(task.authority_key_identifier),
        (task.authority_cert_issuer ?? []).map((name) => named(name, 'issuer')),
        task.authority_cert_serial_number === undefined ? undefined : BigInt(task.authority_cert_serial_number),
      ),
    ),
    ...when(task.crl_distribution_points, EXTENSION.crlDistributionPoints, false, () =>
      sequence(...(task.crl_distribution_points ?? []).map(distributionPoint)),
    ),
  ];
}

/** The identifier of a key that is not given one: the checksum of its bits. */
export const keyIdentifier = (publicKey: Uint8Array): Uint8Array =>
  Buffer.from(hash('sha1', keyBits(publicKey)), 'hex');

const subjectIdentifier = ({ subject_key_identifier: given }: Requested, publicKey: Uint8Array): Uint8Array =>
  given === undefined ? keyIdentifier(publicKey) : hexBytes(given);

function altNames(task: Requested): readonly string[] | undefined {
  if (task.subject_alt_name !== undefined && task.subject_alt_name.length > 0) return task.subject_alt_name;
  const { subject } = wantedSubject(task);
  const common = subject.find(([type]) => type === nameTypeOf('CN'))?.[1];
  return task.use_common_name_for_san && common !== undefined ? [`DNS:${common}`] : undefined;
}

function named(name: string, what: string, range = false): Uint8Array {
  const read = generalName(name, { range: range && /^\s*IP:/i.test(name) });
  if (read === undefined)
    throw new ControllerError(
      `Cannot parse ${what} "${name}": it should be like "DNS:www.example.org" or "IP:192.0.2.1"`,
    );
  return read;
}

function known(value: Uint8Array | { readonly unknown: string }, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new ControllerError(`there is no ${what} "${value.unknown}"`);
}

const subtrees = (place: number, names: readonly string[]): readonly Uint8Array[] =>
  names.length === 0 ? [] : [tagged(place, ...names.map((name) => sequence(named(name, 'name constraint', true))))];

function hexBytes(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:?[0-9a-f]{2})*$/i.test(text))
    throw new ControllerError(`Cannot parse key identifier "${text}": it should be like "00:11:22"`);
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

type Point = NonNullable<Requested['crl_distribution_points']>[number];

const REASONS = requestParams.crl_distribution_points.options.reasons.choices;

function distributionPoint({ full_name, relative_name, crl_issuer, reasons }: Point): Uint8Array {
  const names = (all: readonly string[]) => all.map((name) => named(name, 'CRL distribution point'));
  const place = [
    ...(full_name === undefined ? [] : [tagged(0, ...names(full_name))]),
    ...(relative_name === undefined ? [] : [tagged(1, relativeDer(relativeName(relative_name)))]),
  ];
  return sequence(
    ...(place.length === 0 ? [] : [tagged(0, ...place)]),
    // The first flag of the type has no meaning any more.
    ...(reasons === undefined
      ? []
      : [implicit(1, flagBits([false, ...REASONS.map((reason) => reasons.includes(reason))]))]),
    ...(crl_issuer === undefined ? [] : [tagged(2, ...names(crl_issuer))]),
  );
}

const relativeName = (parts: readonly string[]): Name =>
  typed(
    parts.map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)] as const;
    }),
  );
