import { join } from 'node:path';
import type { Endpoint } from '../../core/session.ts';
import type { ConfigValues } from '../ssh/config/resolve-config.ts';

/** The words after `ssh`, up to and with the host: only what the inventory says, the rest is for ssh to read in its configuration. */
export function sshArguments(endpoint: Endpoint, { values }: ConfigValues, socketFolder: string): readonly string[] {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : ['-o', `${name}=${value}`];
  const unlessSet = (name: string, value: string | number) =>
    values.has(name.toLowerCase()) ? [] : option(name, value);
  const shared = values.has('controlpath') || values.has('controlmaster');
  return [
    '-T',
    ...(endpoint.sshConfigFile === undefined ? [] : ['-F', endpoint.sshConfigFile]),
    ...option('BatchMode', 'yes'),
    ...option('User', endpoint.user),
    ...option('Port', endpoint.port),
    ...option('IdentityFile', endpoint.privateKeyFile && quoted(endpoint.privateKeyFile)),
    ...option('UserKnownHostsFile', endpoint.knownHostsFiles?.map(quoted).join(' ')),
    ...(endpoint.knownHostsFiles ? option('GlobalKnownHostsFile', 'none') : []),
    // With `no`, ssh would take a changed key, too.
    ...(endpoint.hostKeyChecking === false || /^(no|off)$/i.test(values.get('stricthostkeychecking')?.words[0] ?? '')
      ? option('StrictHostKeyChecking', 'accept-new')
      : unlessSet('StrictHostKeyChecking', 'yes')),
    ...(endpoint.connectTimeoutMs === undefined
      ? unlessSet('ConnectTimeout', 10)
      : option('ConnectTimeout', Math.max(1, Math.round(endpoint.connectTimeoutMs / 1000)))),
    // A server that froze is noticed after half a minute.
    ...unlessSet('ServerAliveInterval', 10),
    // The connection outlives the first shell on it, and us by a few seconds. Who shares connections already goes on to share theirs.
    ...(shared
      ? []
      : [
          ...option('ControlMaster', 'auto'),
          ...option('ControlPath', join(socketFolder, '%C')),
          ...option('ControlPersist', 15),
        ]),
    '--',
    endpoint.address ?? endpoint.name,
  ];
}

const quoted = (file: string): string => `"${file}"`;
