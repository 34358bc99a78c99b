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
import { partThings } from './shared/retire/paths.ts';

export default defineTask({
  name: 'ansible.posix.sysctl',
  summary: 'Set a kernel parameter, now and at boot.',
  params: {
    name: { type: 'str', required: true, aliases: ['key'], doc: 'The parameter, for example `net.ipv4.ip_forward`.' },
    value: { type: 'str', aliases: ['val'], doc: 'The value to set.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      doc: 'Whether the parameter should be in the file.',
    },
    sysctl_file: {
      type: 'path',
      default: '/etc/sysctl.conf',
      doc: 'The file to write the parameter to; it should be one that is read at boot.',
    },
    sysctl_set: { type: 'bool', default: false, doc: 'Set the value in the running kernel as well, if it differs.' },
    reload: { type: 'bool', default: true, doc: 'Load the file with `sysctl -p` if it changed.' },
    ignoreerrors: { type: 'bool', default: false, doc: 'Continue if the kernel does not know a parameter.' },
  },
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['value'] }] },
  ask: ({ name, sysctl_file }) => ({ file: content(sysctl_file), kernel: kernelValue(name) }),
  plan({ file, kernel }, { name, value = '', state, sysctl_file, sysctl_set, reload, ignoreerrors }) {
    const lines = file.bytes === undefined ? [] : decodeText(file.bytes).replace(/\n$/, '').split('\n');
    const at = lines.findLastIndex((line) => keyOf(line) === name);
    const line = lines[at];
    const is = line === undefined ? null : spaced(line.slice(line.indexOf('=') + 1));
    const to = state === 'present' ? spaced(value) : null;
    const others = lines.filter((line, index) => keyOf(line) !== name || (index === at && to !== null));
    const withValue = others.map((line) => (to !== null && keyOf(line) === name ? `${name}=${to}` : line));
    const after = to !== null && at < 0 ? [...withValue, `${name}=${to}`] : withValue;
    const text = after.map((line) => `${line}\n`).join('');
    const flags = ignoreerrors ? ['-e'] : [];
    const kept: Change = {
      what: `${name} in ${sysctl_file}`,
      from: is,
      to,
      commands: [
        writeFile({
          path: file.resolved ?? sysctl_file,
          content: text,
          ...(file.bytes === undefined ? { mode: 0o644 } : {}),
        }),
        ...(reload ? [sh`LC_ALL=C sysctl ${flags} -q -p ${sysctl_file}`] : []),
      ],
      effects: [
        predicts(content(sysctl_file), { ...file, bytes: encodeText(text) }),
        ...(reload && to !== null ? [predicts(kernelValue(name), { ...kernel, stdout: `${to}\n` })] : []),
      ],
    };
    const now = spaced(kernel.stdout);
    const set: Change = {
      what: `kernel's ${name}`,
      from: now,
      to,
      commands: [sh`LC_ALL=C sysctl ${flags} -q -w -- ${`${name}=${to}`}`],
      effects: [predicts(kernelValue(name), { ...kernel, stdout: `${to}\n` })],
    };
    return {
      changes: [
        ...(is === to ? [] : [kept]),
        ...(sysctl_set && to !== null && now !== to && (is === to || !reload) ? [set] : []),
      ],
    };
  },
  retire: ({ name, sysctl_file, state, reload }) =>
    partThings(sysctl_file, {
      name: `kernel parameter ${name}`,
      under: [`setting ${name}`],
      ...(state === 'present' && { absence: { args: { name, sysctl_file, reload, state: 'absent' } } }),
    }),
  returns: {},
  examples: [
    {
      title: 'Enable packet forwarding',
      yaml: "sysctl:\n  name: net.ipv4.ip_forward\n  value: '1'\n  sysctl_file: /etc/sysctl.d/90-retrace.conf\n  reload: false",
    },
  ],
});

const keyOf = (line: string): string | undefined => /^\s*([^#;=\s][^=]*?)\s*=/.exec(line)?.[1];
const spaced = (value: string): string => value.trim().split(/\s+/).join(' ');
/** Dots in the name separate directories, unless the name is written with slashes; then dots are literal. */
const kernelPath = (name: string): string => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
const kernelValue = (name: string) =>
  shell({ ...sh`cat -- ${kernelPath(name)} 2>/dev/null; :`, about: [`sysctl:${name}`] });
