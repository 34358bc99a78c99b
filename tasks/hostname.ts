import {
  type Change,
  content,
  decodeText,
  defineTask,
  encodeText,
  predicts,
  sh,
  shell,
  writeFile,
} from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.hostname',
  summary: 'Set the host name, now and at boot.',
  params: {
    name: { type: 'str', required: true, doc: 'The host name.' },
    use: {
      type: 'str',
      choices: [
        'alpine',
        'debian',
        'freebsd',
        'generic',
        'macos',
        'macosx',
        'darwin',
        'openbsd',
        'openrc',
        'redhat',
        'sles',
        'solaris',
        'systemd',
      ],
      ignored: 'the method is chosen automatically',
    },
  },
  ask: () => ({ running: kernelName, file: content('/etc/hostname') }),
  plan({ running, file }, { name }) {
    const kept = file.bytes === undefined ? null : text(file.bytes).trim();
    const now = running.stdout.trim();
    const write: Change = {
      what: '/etc/hostname',
      from: kept,
      to: name,
      commands: [writeFile({ path: '/etc/hostname', content: `${name}\n`, mode: 0o644 })],
      effects: [predicts(content('/etc/hostname'), { bytes: encodeText(`${name}\n`), resolved: '/etc/hostname' })],
    };
    const set: Change = {
      what: 'host name',
      from: now,
      to: name,
      commands: [sh`hostname -- ${name} 2>/dev/null || hostnamectl set-hostname -- ${name}`],
      effects: [predicts(kernelName, { ...running, stdout: `${name}\n` })],
    };
    return { changes: [...(kept === name ? [] : [write]), ...(now === name ? [] : [set])] };
  },
  result: ({ before, changes, params: { name } }) => ({
    name,
    ...(changes.length > 0 && {
      diff: { before: `hostname = ${before.running.stdout.trim()}\n`, after: `hostname = ${name}\n` },
    }),
    ansible_facts: {
      ansible_hostname: name.split('.')[0],
      ansible_nodename: name,
      ansible_fqdn: name,
      ansible_domain: name.split('.').slice(1).join('.'),
    },
  }),
  returns: {
    name: 'The host name.',
    diff: 'The host name before and after a change.',
    ansible_facts: 'The facts that depend on the host name.',
  },
  examples: [{ title: 'Set the host name', yaml: 'hostname:\n  name: retraced' }],
});

const kernelName = shell({ ...sh`cat /proc/sys/kernel/hostname`, about: ['hostname:'] });

const text = (bytes: Uint8Array): string => decodeText(bytes);
