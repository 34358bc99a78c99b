import { defineTask } from '../src/sdk.ts';
import dnf from './dnf.ts';

export default defineTask({
  ...dnf,
  name: 'ansible.builtin.yum',
  summary: 'Install, upgrade and remove packages with yum, or with dnf where that has replaced it.',
  description: 'The same as `dnf`.',
  examples: [
    { title: 'Install a package', yaml: 'yum:\n  name: httpd', runs: { no: 'needs yum or dnf' } },
    { title: 'Upgrade everything', yaml: "yum:\n  name: '*'\n  state: latest", runs: { no: 'needs yum or dnf' } },
  ],
});
