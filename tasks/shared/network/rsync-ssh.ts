import type { Endpoint } from '../../../src/sdk.ts';

/** What a task says about the ssh connection that rsync uses. */
interface RsyncSsh {
  /** Whether rsync runs on the controller, so that the inventory's files are there. */
  readonly onController: boolean;
  readonly port: number | undefined;
  readonly privateKey: string | undefined;
  /** Whether ssh may use a connection that it shares with other programs. */
  readonly shares: boolean;
}

/** The words of an ssh command that reaches an endpoint as our own connection does, without the address. */
export function sshWords(endpoint: Endpoint, { onController, port, privateKey, shares }: RsyncSsh): readonly string[] {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : ['-o', `${name}=${value}`];
  const key = privateKey ?? (onController ? endpoint.privateKeyFile : undefined);
  const known = onController ? endpoint.knownHostsFiles : undefined;
  return [
    'ssh',
    ...(onController && endpoint.sshConfigFile !== undefined ? ['-F', endpoint.sshConfigFile] : []),
    ...(shares ? [] : ['-S', 'none']),
    ...option('BatchMode', 'yes'),
    ...option('Port', port ?? endpoint.port),
    ...option('IdentityFile', key === undefined ? undefined : `"${key}"`),
    ...option('UserKnownHostsFile', known?.map((file) => `"${file}"`).join(' ')),
    ...(known === undefined ? [] : option('GlobalKnownHostsFile', 'none')),
    // With `no`, ssh would also accept a changed key.
    ...option('StrictHostKeyChecking', endpoint.hostKeyChecking === false ? 'accept-new' : 'yes'),
    ...option('ConnectTimeout', Math.max(1, Math.round((endpoint.connectTimeoutMs ?? 10_000) / 1000))),
  ];
}

/** Words as rsync's `--rsh` takes them: it splits at blanks, and a quote in quotes is written twice. */
export const rshText = (words: readonly string[]): string =>
  words.map((word) => (/[\s"']/.test(word) ? `"${word.replaceAll('"', '""')}"` : word)).join(' ');

/** Why rsync cannot reach an endpoint with ssh; undefined if it can. */
export function noRsync({ name, connection, password, become }: Endpoint): string | undefined {
  if (connection !== 'ssh' && connection !== 'openssh')
    return `synchronize reaches hosts by ssh, but the connection to ${name} is \`${connection}\`: use \`copy\` or \`copy_between\``;
  if (password !== undefined)
    return `the ssh that rsync starts cannot be given the password of ${name}: log in with a key`;
  if (become?.password !== undefined)
    return `the rsync on ${name} cannot be given a password for ${become.method}: allow ${become.method} without one, or set \`rsync_path\``;
  if (become !== undefined && become.method === 'su')
    return `rsync cannot become another user with su: use sudo or doas, or set \`rsync_path\``;
  return undefined;
}

/** The rsync program on the other side, as the user that the task becomes; undefined for the usual one. */
export function remoteRsync({ become }: Endpoint, path: string | undefined): string | undefined {
  if (path !== undefined || become === undefined) return path;
  return `${become.exe ?? become.method} -n -u ${become.user} rsync`;
}
