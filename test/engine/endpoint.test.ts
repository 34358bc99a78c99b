import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/core/value.ts';
import { endpointOf, subjectOf } from '../../src/engine/variables/endpoint.ts';
import { noKeywords } from '../../src/language/keywords/inherited.ts';

const defaults = { hostKeyChecking: true, connectTimeoutMs: 10_000 };

const endpoint = (variables: Readonly<Record<string, Value>>, name = 'box') =>
  endpointOf(
    name,
    { variable: (each) => variables[each], keyword: () => undefined, keywords: noKeywords },
    defaults,
    (node) => ({ name: node, connection: 'ssh', address: '192.0.2.1' }),
  );

describe('the endpoint of a host', () => {
  test.for([
    ['smart', 'ssh'],
    ['paramiko', 'ssh'],
    ['ansible.builtin.ssh', 'ssh'],
    ['ansible.builtin.paramiko_ssh', 'ssh'],
    ['ssh2', 'ssh'],
    ['openssh', 'openssh'],
    ['ansible.builtin.local', 'local'],
    ['community.general.proxmox_pct_remote', 'pct'],
    ['community.proxmox.proxmox_pct_remote', 'pct'],
    // An unknown name stays unchanged, and does not become another one.
    ['winrm', 'winrm'],
    ['some.other.local', 'some.other.local'],
  ] as const)('of ansible_connection: %s is %s', ([word, connection]) => {
    expect(endpoint({ ansible_connection: word }).connection).toBe(connection);
  });

  test.for([
    ['box', 'ssh'],
    ['localhost', 'local'],
    ['127.0.0.1', 'local'],
  ] as const)('of %s without variables uses %s', ([name, connection]) => {
    expect(endpoint({}, name).connection).toBe(connection);
  });

  test.for([
    [{ ansible_host: 'a', ansible_ssh_host: 'b' }, { address: 'a' }],
    [{ ansible_host: '', ansible_ssh_host: 'b' }, { address: 'b' }],
    [{}, { address: 'box' }],
    [{ ansible_ssh_port: 2222 }, { port: 2222 }],
    [{ ansible_ssh_user: 'bob' }, { user: 'bob' }],
    [{ ansible_connection: 'local', ansible_user: 'bob' }, { user: undefined }],
    [{ ansible_connection: 'local', playbook_dir: '/srv/plays' }, { directory: '/srv/plays' }],
    [{ retrace_known_hosts: 'file' }, { knownHostsFiles: ['file'] }],
    [{ retrace_known_hosts: ['a', 'b'] }, { knownHostsFiles: ['a', 'b'] }],
    [{ ansible_host_key_checking: 'no' }, { hostKeyChecking: false }],
    [{ ansible_pct_id: 7 }, { settings: {} }],
    [{ ansible_become: true, ansible_user: 'root' }, { become: undefined }],
    [
      { ansible_become: true, ansible_become_method: 'community.general.doas', ansible_doas_pass: 'x' },
      { become: { method: 'doas', user: 'root', password: 'x' } },
    ],
    [{ ansible_become: true, ansible_become_method: 'runas' }, { become: { method: 'runas', user: 'root' } }],
  ] as const)('with the variables %j', ([variables, expected]) => {
    expect(endpoint(variables as Readonly<Record<string, Value>>)).toMatchObject(expected);
  });

  test('of a container uses its node, as root', () => {
    const container = endpoint({
      ansible_connection: 'pct',
      ansible_pct_node: 'off2',
      ansible_pct_id: 101,
      ansible_become: true,
    });

    expect(container).toMatchObject({ settings: { id: '101' }, via: { name: 'off2', address: '192.0.2.1' } });
    expect(container.become).toBeUndefined();
    expect(subjectOf(container)).toEqual({ host: 'off2', subject: 'ct:101' });
  });
});
