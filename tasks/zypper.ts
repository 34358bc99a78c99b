import { defineTask } from '../src/sdk.ts';
import { askZypper, planZypper, zypperParams } from './shared/packages/rpm/zypper.ts';

export default defineTask({
  name: 'community.general.zypper',
  summary: 'Install, upgrade and remove packages with zypper.',
  description:
    'If rpm has everything that is wanted, zypper is not asked. Otherwise zypper says first what it would do, in a view of the host of its own that keeps nothing.',
  params: zypperParams,
  ask: (task, { environment }) => ({ found: askZypper(task, environment) }),
  plan: ({ found }, task, context) => planZypper(found, task, context),
  result: ({ params: { name, state }, changes }) => ({
    name,
    state,
    rc: 0,
    packages: changes.map(({ what }) => what.slice('package '.length)),
  }),
  returns: {
    name: 'The `name` parameter.',
    state: 'The `state` parameter.',
    rc: '0.',
    packages: 'The packages that were changed.',
  },
  examples: [
    { title: 'Install a package', yaml: 'community.general.zypper:\n  name: nmap', runs: { no: 'needs zypper' } },
    {
      title: 'Upgrade everything',
      yaml: "community.general.zypper:\n  name: '*'\n  state: latest\n  update_cache: true",
      runs: { no: 'needs zypper' },
    },
  ],
});
