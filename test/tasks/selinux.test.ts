import { describe, expect, test } from 'vitest';
import seboolean from '../../tasks/seboolean.ts';
import selinux from '../../tasks/selinux.ts';
import seport from '../../tasks/seport.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

// The kernel that runs the tests has SELinux disabled: what is planned on a host where it is enabled is tested with
// recorded answers.
const answer = (stdout: string) => ({ code: 0, stdout, stderr: '', timedOut: false });
const [enforcing, permissive] = [answer('1'), answer('0')];

describe('seboolean, where SELinux is enabled', () => {
  const args = { name: 'httpd_can_network_connect', state: true };

  test('sets the value in the kernel', () => {
    const state = { mode: enforcing, value: answer('active 0\n') };
    expect(changesOn(seboolean, state, args)).toEqual(['SELinux boolean httpd_can_network_connect: off → on']);
    expect(commandsOn(seboolean, state, args)).toEqual(['setsebool  httpd_can_network_connect on']);
    expect(changesOn(seboolean, { ...state, value: answer('active 1\n') }, args)).toEqual([]);
  });

  test('sets both values, if it is to persist', () => {
    const both = { ...args, persistent: true };
    const state = { mode: enforcing, value: answer('active 1\nstored off\n') };
    expect(changesOn(seboolean, state, both)).toEqual([
      'SELinux boolean httpd_can_network_connect (persistent): off → on',
    ]);
    expect(commandsOn(seboolean, state, both)).toEqual(['setsebool -P httpd_can_network_connect on']);
    expect(changesOn(seboolean, { ...state, value: answer('active 1\nstored on\n') }, both)).toEqual([]);
  });

  test('there must be such a boolean', () => {
    expect(planOn(seboolean, { mode: enforcing, value: answer('') }, args)).toEqual({
      failed: 'SELinux boolean httpd_can_network_connect does not exist.',
    });
  });
});

describe('selinux, where SELinux is enabled', () => {
  const bytes = new TextEncoder().encode('# SELINUX= says how\nSELINUX=enforcing\nSELINUXTYPE=default\n');
  const entry = { kind: 'file', mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root', size: bytes.length };
  const state = (mode: object) => ({
    mode,
    before: { exists: true, resolved: '/etc/selinux/config', ...entry },
    now: { bytes },
    parent: { exists: true, resolved: '/etc/selinux', ...entry, kind: 'directory' },
    self: { uid: 0, gid: 0 },
  });

  test('is enforcing or permissive at once', () => {
    const args = { state: 'enforcing', policy: 'default' };
    expect(changesOn(selinux, state(permissive), args)).toEqual(['SELinux: permissive → enforcing']);
    expect(commandsOn(selinux, state(permissive), args)).toEqual(['setenforce 1']);
    expect(changesOn(selinux, state(enforcing), args)).toEqual([]);
  });
});

test('seport needs no permission to ignore the state where SELinux is enabled', () => {
  const state = { mode: enforcing, records: answer('http_port_t tcp 80, 443\n---\n\n') };
  expect(changesOn(seport, state, { ports: '80', proto: 'tcp', setype: 'http_port_t' })).toEqual([]);
  expect(changesOn(seport, state, { ports: '81', proto: 'tcp', setype: 'http_port_t' })).toEqual([
    'SELinux type of port tcp/81: absent → http_port_t',
  ]);
});
