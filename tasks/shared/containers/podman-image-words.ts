import { splitWords } from '../../../src/sdk.ts';
import { textEntries } from './json.ts';

/** How an image is built. */
export const buildOptions = {
  container_file: { type: 'str', doc: 'The content of the Containerfile, instead of a file.' },
  file: { type: 'path', doc: 'The Containerfile, if it is not in `path`.' },
  volume: { type: 'list', elements: 'str', doc: 'Directories of the host to mount during the build.' },
  annotation: { type: 'dict', doc: 'Annotations of the image.' },
  force_rm: { type: 'bool', default: false, doc: 'Remove intermediate containers even if the build fails.' },
  format: { type: 'str', default: 'oci', choices: ['docker', 'oci'], doc: 'The format of the image.' },
  cache: { type: 'bool', default: true, doc: 'Use layers of earlier builds.' },
  rm: { type: 'bool', default: true, doc: 'Remove intermediate containers after the build.' },
  extra_args: { type: 'str', doc: 'Further arguments of `podman build`.' },
  target: { type: 'str', doc: 'The stage of the Containerfile to build.' },
} as const;

/** How an image is pushed. */
export const pushOptions = {
  ssh: { type: 'str', ignored: 'use `command` with `podman image scp`' },
  compress: { type: 'bool', doc: 'Compress layers in a directory.' },
  format: { type: 'str', choices: ['oci', 'v2s1', 'v2s2'], doc: 'The format of the manifest.' },
  remove_signatures: { type: 'bool', doc: 'Leave out the signatures of the image.' },
  sign_by: { type: 'str', doc: 'The key to sign the image with.' },
  sign_by_sq_fingerprint: { type: 'str', doc: 'The fingerprint of the Sequoia-PGP key to sign the image with.' },
  compression_format: { type: 'str', doc: 'How layers are compressed, for example `zstd`.' },
  dest: { type: 'str', aliases: ['destination'], doc: 'Where to push the image to (default: its name).' },
  transport: {
    type: 'str',
    choices: ['dir', 'docker-archive', 'docker-daemon', 'oci-archive', 'ostree', 'docker'],
    doc: 'What `dest` is (default: a registry).',
  },
  extra_args: { type: 'str', doc: 'Further arguments of `podman push`.' },
} as const;

interface ImageTask {
  readonly arch: string | undefined;
  readonly platform: string | undefined;
  readonly retry: number | undefined;
  readonly retry_delay: string | undefined;
  readonly pull_extra_args: string | undefined;
  readonly path: string | undefined;
  readonly validate_certs: boolean | undefined;
  readonly ca_cert_dir: string | undefined;
  readonly auth_file: string | undefined;
  readonly build:
    | {
        readonly container_file: string | undefined;
        readonly file: string | undefined;
        readonly volume: readonly string[] | undefined;
        readonly annotation: Readonly<Record<string, unknown>> | undefined;
        readonly force_rm: boolean;
        readonly format: string;
        readonly cache: boolean;
        readonly rm: boolean;
        readonly extra_args: string | undefined;
        readonly target: string | undefined;
      }
    | undefined;
  readonly push_args:
    | {
        readonly compress: boolean | undefined;
        readonly format: string | undefined;
        readonly remove_signatures: boolean | undefined;
        readonly sign_by: string | undefined;
        readonly sign_by_sq_fingerprint: string | undefined;
        readonly compression_format: string | undefined;
        readonly dest: string | undefined;
        readonly transport: string | undefined;
        readonly extra_args: string | undefined;
      }
    | undefined;
}

const flagFor = (name: string, value: string | number | undefined): readonly string[] =>
  value === undefined ? [] : [name, String(value)];

const flag = (name: string, isSet: boolean | undefined): readonly string[] => (isSet === true ? [name] : []);

const extra = (text: string | undefined): readonly string[] => splitWords(text ?? '') ?? [text ?? ''];

const registryWords = (task: ImageTask): readonly string[] => [
  ...(task.validate_certs === undefined ? [] : [`--tls-verify=${task.validate_certs}`]),
  ...flagFor('--cert-dir', task.ca_cert_dir),
  ...flagFor('--authfile', task.auth_file),
];

const retryWords = (task: ImageTask): readonly string[] => [
  ...flagFor('--retry', task.retry),
  ...flagFor('--retry-delay', task.retry_delay),
];

/** `podman pull` with its arguments. */
export const pullWords = (task: ImageTask, reference: string): readonly string[] => [
  'pull',
  ...flagFor('--arch', task.arch),
  ...flagFor('--platform', task.platform),
  ...registryWords(task),
  ...retryWords(task),
  ...extra(task.pull_extra_args),
  '--',
  reference,
];

/** `podman build` with its arguments; a Containerfile that is given as text is read from stdin. */
export function buildWords(task: ImageTask, reference: string): readonly string[] {
  const { build } = task;
  return [
    'build',
    '--tag',
    reference,
    ...flagFor('--arch', task.arch),
    ...flagFor('--platform', task.platform),
    ...flagFor('--format', build?.format),
    ...flag('--no-cache', build?.cache === false),
    ...flag('--rm=false', build?.rm === false),
    ...flag('--force-rm', build?.force_rm),
    ...textEntries(build?.annotation).flatMap(([name, value]) => ['--annotation', `${name}=${value}`]),
    ...(build?.volume ?? []).flatMap((volume) => ['--volume', volume]),
    ...flagFor('--file', build?.container_file === undefined ? build?.file : '-'),
    ...flagFor('--target', build?.target),
    ...registryWords(task),
    ...extra(build?.extra_args),
    ...(task.path === undefined ? [] : ['--', task.path]),
  ];
}

/** `podman push` with its arguments. */
export function pushWords(task: ImageTask, reference: string): readonly string[] {
  const { push_args: push } = task;
  const transport = push?.transport === undefined || push.transport === 'docker' ? '' : `${push.transport}:`;
  return [
    'push',
    ...registryWords(task),
    ...retryWords(task),
    ...flag('--compress', push?.compress),
    ...flagFor('--format', push?.format),
    ...flag('--remove-signatures', push?.remove_signatures),
    ...flagFor('--sign-by', push?.sign_by),
    ...flagFor('--sign-by-sq-fingerprint', push?.sign_by_sq_fingerprint),
    ...flagFor('--compression-format', push?.compression_format),
    ...extra(push?.extra_args),
    '--',
    reference,
    ...(push?.dest === undefined ? [] : [`${transport}${destination(push.dest, reference, transport)}`]),
  ];
}

/** A registry or directory of one gets the name of the image; everything else is taken as it is. */
function destination(dest: string, reference: string, transport: string): string {
  if (transport !== '' || /:[^/]*$/.test(dest)) return dest;
  const name = reference.replace(/^.*\//, '');
  return dest.endsWith(`/${name.replace(/:[^:]*$/, '')}`)
    ? `${dest}${/:[^:]*$/.exec(name)?.[0] ?? ''}`
    : `${dest.replace(/\/$/, '')}/${name}`;
}
