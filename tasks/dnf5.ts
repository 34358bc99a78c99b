import { defineTask } from '../src/sdk.ts';
import dnf from './dnf.ts';
import { dnfParams } from './shared/packages/rpm/dnf-params.ts';

export default defineTask({
  ...dnf,
  name: 'ansible.builtin.dnf5',
  summary: 'Install, upgrade and remove packages with dnf 5.',
  description: 'The same as `dnf`, with the program dnf5.',
  params: {
    ...dnfParams,
    auto_install_module_deps: { type: 'bool', default: true, ignored: 'no Python library is needed' },
  },
  prepare: (task) => ({ ...task, use_backend: 'dnf5' as const, programs: ['dnf5', 'dnf'] }),
  examples: [
    { title: 'Install a package', yaml: 'dnf5:\n  name: httpd', runs: { no: 'needs dnf 5' } },
    { title: 'Upgrade everything', yaml: "dnf5:\n  name: '*'\n  state: latest", runs: { no: 'needs dnf 5' } },
  ],
});
