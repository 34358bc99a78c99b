import { defineTask } from '../src/sdk.ts';
import { askPacman, pacmanParams, planPacman } from './shared/packages/pacman.ts';

export default defineTask({
  name: 'community.general.pacman',
  summary: 'Install, upgrade and remove packages with pacman.',
  description:
    'pacman says first what it would do, in a view of the host of its own that keeps nothing, so a check also reports dependencies, and what new package lists would bring.',
  params: pacmanParams,
  rules: {
    mutuallyExclusive: [['name', 'upgrade']],
    requiredOneOf: [['name', 'update_cache', 'upgrade']],
  },
  ask: (task, { environment }) => ({ found: askPacman(task, environment) }),
  plan: ({ found }, task, context) => planPacman(found, task, context),
  result: ({ params: { update_cache }, changes }) => ({
    packages: changes
      .filter(({ what }) => what.startsWith('package ') && what !== 'package lists')
      .map(({ what }) => what.slice(8)),
    ...(update_cache === true && { cache_updated: changes.some(({ what }) => what === 'package lists') }),
  }),
  returns: {
    packages: 'The packages that were changed.',
    cache_updated: 'With `update_cache`: whether the package lists were out of date.',
  },
  examples: [
    {
      title: 'Install packages',
      yaml: 'community.general.pacman:\n  name: [nginx, git]',
      runs: { no: 'needs pacman' },
    },
    {
      title: 'Upgrade everything',
      yaml: 'community.general.pacman:\n  update_cache: true\n  upgrade: true',
      runs: { no: 'needs pacman' },
    },
    {
      title: 'Remove a package with its dependencies',
      yaml: 'community.general.pacman:\n  name: nginx\n  state: absent\n  extra_args: --recursive',
      runs: { no: 'needs pacman' },
    },
  ],
});
