import { defineTask } from '../src/sdk.ts';
import apt from './apt.ts';

/** Parameters with which roles for several systems fine-tune dnf; none of them changes which packages a task is about. */
const forDnf = {
  enablerepo: { type: 'list', elements: 'str', ignored: 'it is for dnf' },
  disablerepo: { type: 'list', elements: 'str', ignored: 'it is for dnf' },
  enable_plugin: { type: 'list', elements: 'str', ignored: 'it is for dnf' },
  disable_plugin: { type: 'list', elements: 'str', ignored: 'it is for dnf' },
  disable_gpg_check: { type: 'bool', ignored: 'it is for dnf' },
  disable_excludes: { type: 'str', ignored: 'it is for dnf' },
  skip_broken: { type: 'bool', ignored: 'it is for dnf' },
} as const;

export default defineTask({
  ...apt,
  name: 'ansible.builtin.package',
  worker: apt.name,
  summary: "Install, upgrade and remove packages with the host's package manager.",
  description: "Only Debian's apt is supported; all parameters of `apt` are accepted.",
  params: {
    ...apt.params,
    state: {
      type: 'str',
      default: 'present',
      choices: ['absent', 'build-dep', 'latest', 'present', 'fixed', 'installed', 'removed'],
      doc: 'The state that the packages should be in.',
    },
    use: { type: 'str', default: 'auto', ignored: 'apt is always used' },
    ...forDnf,
  },
  prepare: (params) => {
    const state = params.state === 'installed' ? ('present' as const) : params.state;
    return { ...params, state: state === 'removed' ? ('absent' as const) : state };
  },
  examples: [{ title: 'Install a package', yaml: 'package:\n  name: less\n  state: present' }],
});
