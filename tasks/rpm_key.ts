import {
  blurs,
  type Change,
  type Command,
  type Content,
  content,
  defineTask,
  nothing,
  type Params,
  type Plan,
  predicts,
  reading,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
} from '../src/sdk.ts';
import { keyAtUrl, keyBytes } from './shared/apt/key-at-url.ts';
import { publicKeys } from './shared/apt/openpgp.ts';
import { unanswered } from './shared/commands/unanswered.ts';

const params = {
  key: {
    type: 'str',
    required: true,
    doc: 'A file on the host, or a URL that the host fetches with curl; with `state: absent`, also the ID of a key.',
  },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether rpm should trust the key.' },
  validate_certs: { type: 'bool', default: true, doc: 'Whether the certificate of the URL must be valid.' },
  fingerprint: { type: 'list', elements: 'str', doc: 'The fingerprints that the keys must have.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.rpm_key',
  summary: 'Manage the keys that rpm trusts.',
  description: 'Keys are read by the controller, so the host needs no gpg.',
  params,
  ask: ({ key, validate_certs }) => ({
    trusted: askTrusted,
    file: isKeyUrl(key) || isId(key) ? nothing() : content(key),
    fetched: isKeyUrl(key) ? keyAtUrl(key, { insecure: !validate_certs }) : nothing(),
  }),
  plan(state, task): Plan {
    const wrong = unanswered(state.trusted, { name: 'rpm', package: 'rpm' });
    if (wrong !== undefined) return { failed: wrong };
    const trusted = readTrusted(state.trusted);
    if (isId(task.key)) {
      if (task.state === 'present') return { failed: 'When importing a key, a valid file must be given' };
      return removal(trusted, [task.key.replace(/^0x/i, '')]);
    }
    const source = bytesOf(state, task);
    if ('failed' in source) return source;
    const fingerprints = publicKeys(source.bytes).map(({ fingerprint }) => fingerprint);
    if (fingerprints.length === 0) return { failed: `Not a valid key: ${task.key}` };
    const unlike = task.fingerprint?.find((one) => !fingerprints.includes(plain(one)));
    if (unlike !== undefined)
      return {
        failed: `The specified fingerprint, '${plain(unlike)}', does not match any key fingerprints in '${fingerprints.join(', ')}'`,
      };
    return task.state === 'absent'
      ? removal(trusted, fingerprints)
      : addition(trusted, fingerprints, importing(task.key, source.bytes));
  },
  returns: {},
  examples: [
    {
      title: 'Trust a key',
      yaml: 'rpm_key:\n  key: https://rpm.example.org/key.asc\n  fingerprint: 9FED 2BCB DCD2 9CDF 7626 78CB AED4 B06F 4730 41FA',
      runs: { no: 'needs rpm and the network' },
    },
    {
      title: 'Do not trust a key any more',
      yaml: 'rpm_key:\n  key: AED4B06F473041FA\n  state: absent',
      runs: { no: 'needs rpm' },
    },
  ],
});

const isKeyUrl = (key: string): boolean => key.includes('://');

/** Whether it is the ID of a key. */
const isId = (key: string): boolean => /^(0x)?[0-9a-f]{8,40}$/i.test(key.replaceAll(' ', ''));

const plain = (fingerprint: string): string => fingerprint.replaceAll(/[\s:]/g, '').toUpperCase();

interface Answers {
  readonly trusted: ShellAnswer;
  readonly file: Content | undefined;
  readonly fetched: ShellAnswer | undefined;
}

/** Asks for the keys: two equals signs and the name of the package that stands for the key, and the key itself. */
const askTrusted = shell({
  ...sh`command -v rpm >/dev/null || exit 127
LC_ALL=C rpm -q gpg-pubkey --qf '== %{NAME}-%{VERSION}-%{RELEASE}\n%{DESCRIPTION}\n' || :`,
  about: ['package:gpg-pubkey', 'by:package:rpm'],
});

/** A key that rpm trusts. */
interface Trusted {
  readonly package: string;
  readonly fingerprint: string;
}

/** Reads the keys; in a check, those that a task would add are told by their fingerprints. */
const readTrusted = ({ stdout }: ShellAnswer): readonly Trusted[] =>
  stdout
    .split(/^== /m)
    .slice(1)
    .flatMap((text) => {
      const [name = '', ...lines] = text.split('\n');
      const told = /^[0-9A-F]{40}$/.test(lines[0] ?? '')
        ? [lines[0] ?? '']
        : publicKeys(Buffer.from(lines.join('\n'))).map(({ fingerprint }) => fingerprint);
      return told.map((fingerprint) => ({ package: name, fingerprint }));
    });

const writeTrusted = (keys: readonly Trusted[]): string =>
  keys.map((key) => `== ${key.package}\n${key.fingerprint}\n`).join('');

function bytesOf(state: Answers, { key }: Task): { readonly bytes: Uint8Array } | { readonly failed: string } {
  if (state.fetched !== undefined)
    return state.fetched.code === 0
      ? { bytes: keyBytes(state.fetched) }
      : { failed: `failed to fetch key at ${key} , error was: ${state.fetched.stderr.trim()}` };
  const bytes = state.file?.bytes;
  return bytes === undefined ? { failed: `Not a valid key: ${key} does not exist on the host` } : { bytes };
}

/** rpm reads keys only from regular files. */
const importingStdin = sh`export LC_ALL=C
f=$(mktemp) && trap 'rm -f -- "$f"' EXIT && cat >"$f" && rpm --import "$f"`;

const importing = (key: string, bytes: Uint8Array): Command =>
  isKeyUrl(key)
    ? { ...reading(importingStdin, bytes), shown: sh`rpm --import ${key}`.script }
    : { ...sh`LC_ALL=C rpm --import ${key}` };

function addition(trusted: readonly Trusted[], fingerprints: readonly string[], command: Command): Plan {
  const missing = fingerprints.filter((one) => !trusted.some(({ fingerprint }) => fingerprint === one));
  const added = missing.map((fingerprint) => ({ package: '', fingerprint }));
  return {
    changes: missing.map((one, index) => ({
      what: `key ${one}`,
      from: null,
      to: 'trusted',
      commands: index === 0 ? [command] : [],
      effects: effectsOf([...trusted, ...added]),
    })),
  };
}

function removal(trusted: readonly Trusted[], ids: readonly string[]): Plan {
  const isMeant = ({ fingerprint }: Trusted) => ids.some((id) => fingerprint.endsWith(plain(id)));
  const left = trusted.filter((key) => !isMeant(key));
  return {
    changes: trusted.filter(isMeant).map(
      (key): Change => ({
        what: `key ${key.fingerprint}`,
        from: 'trusted',
        to: null,
        commands: [{ ...sh`LC_ALL=C rpm --erase --allmatches ${key.package}` }],
        effects: effectsOf(left),
      }),
    ),
  };
}

const effectsOf = (keys: readonly Trusted[]) => [
  blurs('package:gpg-pubkey'),
  predicts(askTrusted, shellAnswer(writeTrusted(keys))),
];
