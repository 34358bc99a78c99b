import { join } from 'node:path';
import type { Endpoint } from '../../core/session.ts';
import type { ConfigValues } from '../ssh/config/resolve-config.ts';

/**
 * The arguments for `ssh` up to and including the host: only what the inventory sets; ssh reads the rest from its
 * configuration.
 */
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
    // With `no`, ssh would also accept a changed key.
    ...(endpoint.hostKeyChecking === false || /^(no|off)$/i.test(values.get('stricthostkeychecking')?.words[0] ?? '')
      ? option('StrictHostKeyChecking', 'accept-new')
      : unlessSet('StrictHostKeyChecking', 'yes')),
    ...(endpoint.connectTimeoutMs === undefined
      ? unlessSet('ConnectTimeout', 10)
      : option('ConnectTimeout', Math.max(1, Math.round(endpoint.connectTimeoutMs / 1000)))),
    // Detects a frozen server after half a minute.
    ...unlessSet('ServerAliveInterval', 10),
    // The connection outlives the first shell on it, and this process by a few seconds. Users who already
    // share connections keep their own settings.
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
