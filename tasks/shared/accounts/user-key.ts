import { type Command, joined, reading, script, sh, type UserState } from '../../../src/sdk.ts';
import { option, type UserChange, type WantedUser } from './wanted-user.ts';

/** The path of the ssh key file, relative to the home directory unless it is absolute. */
export const keyPath = ({ ssh_key_file, ssh_key_type }: WantedUser): string =>
  ssh_key_file ?? `.ssh/id_${ssh_key_type}`;

/** Creates a key as root, and makes the user its owner before the file is visible. */
export function keys(now: UserState, wanted: WantedUser): readonly UserChange[] {
  const { key } = now;
  if (key === undefined || (key.exists && !wanted.force)) return [];
  const { name, ssh_key_type, ssh_key_bits, ssh_key_comment, ssh_key_passphrase } = wanted;
  const comment = joined(
    ssh_key_comment.split('$HOSTNAME').map((piece) => script`${piece}`),
    script`"$(uname -n)"`,
  );
  const folder = key.file.replace(/\/[^/]*$/, '');
  const words = [
    '-q',
    '-t',
    ssh_key_type,
    ...option('-b', ssh_key_bits),
    ...(ssh_key_passphrase === undefined ? ['-N', ''] : []),
  ];
  const make = sh`umask 077; [ -d ${folder} ] || { mkdir -- ${folder} && chown -- ${`${name}:`} ${folder}; } || exit
rm -f -- ${key.file} && ssh-keygen ${words} -C ${comment} -f ${key.file} && chown -- ${`${name}:`} ${key.file} ${`${key.file}.pub`} && chmod 644 ${`${key.file}.pub`}`;
  const command: Command =
    ssh_key_passphrase === undefined ? make : reading(make, `${ssh_key_passphrase}\n${ssh_key_passphrase}\n`);
  return [
    {
      what: `user ${name}, ssh key`,
      from: key.exists ? 'present' : null,
      to: key.file,
      commands: [command],
      ...(key.exists ? { repeats: true } : {}),
      gives: { key: { ...key, exists: true } },
    },
  ];
}
