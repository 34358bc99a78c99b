import { defineTask } from '../src/sdk.ts';
import { apkParams, askApk, planApk } from './shared/packages/apk.ts';

export default defineTask({
  name: 'community.general.apk',
  summary: 'Install, upgrade and remove packages with apk.',
  description:
    'apk says first what it would do, in a view of the host of its own that keeps nothing, so a check also reports dependencies, and what new package lists would bring.',
  params: apkParams,
  rules: { mutuallyExclusive: [['name', 'upgrade']], requiredOneOf: [['name', 'update_cache', 'upgrade']] },
  ask: (task, { environment }) => ({ found: askApk(task, environment) }),
  plan: ({ found }, task, context) => planApk(found, task, context),
  result: ({ changes }) => {
    const names = changes
      .filter(({ what }) => what !== 'package lists')
      .map(({ what }) => what.slice('package '.length));
    return names.length > 0 ? { packages: names } : {};
  },
  returns: { packages: 'The packages that were changed.' },
  examples: [
    {
      title: 'Install packages, with new package lists',
      yaml: 'community.general.apk:\n  name: [nginx, git]\n  update_cache: true',
      runs: { no: 'needs apk' },
    },
    {
      title: 'Upgrade everything',
      yaml: 'community.general.apk:\n  upgrade: true\n  available: true\n  update_cache: true',
      runs: { no: 'needs apk' },
    },
  ],
});
