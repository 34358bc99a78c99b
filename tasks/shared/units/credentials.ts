/** The program for credentials. */
export const SYSTEMD_CREDS = { name: 'systemd-creds', package: 'systemd' };

/** Parameters about a credential, whether it is encrypted or decrypted. */
export const credentialParams = {
  timestamp: { type: 'str', doc: 'The time to use instead of now.' },
  user: {
    type: 'str',
    doc: 'The user whose credential it is; `self` is the one who runs the task. This needs systemd 256.',
  },
} as const;

/** Options of systemd-creds that say which credential is meant. */
export const credentialOptions = ({
  name,
  timestamp,
  user,
}: {
  readonly name?: string;
  readonly timestamp?: string;
  readonly user?: string;
}): readonly string[] => [
  // Without a name, systemd would take that of the output.
  `--name=${name ?? ''}`,
  ...(timestamp === undefined ? [] : [`--timestamp=${timestamp}`]),
  ...(user === undefined ? [] : ['--user', `--uid=${user}`]),
];
