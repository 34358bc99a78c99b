import type { Command } from '../../core/command.ts';
import type { Question } from '../../core/question.ts';
import { type ShellAnswer, shell } from '../../core/questions/shell.ts';
import { certificatesScript, endingCertificates } from './certificates.ts';
import { clonesBehind, clonesScript, unpushedCommits } from './clones.ts';
import { configurationScript, newerConfiguration } from './configuration.ts';
import { danglingLinks, danglingScript } from './links.ts';
import type { Lint } from './lint.ts';
import { halfPackages, heldPackages, packagesScript } from './packages.ts';
import { routesScript, twoDefaultRoutes } from './routes.ts';
import { oldSnapshots, snapshotsScript } from './snapshots.ts';
import { failedUnits, missingUnits, staleUnits, unitsScript } from './units.ts';

/** How long one of the questions may take. */
const deadlineMs = 90_000;

const asked = ({ script }: Command): Question<ShellAnswer> => shell({ script, about: [], deadlineMs });

/** The questions: all are asked in one exchange. */
export const LINT_QUESTIONS: Readonly<Record<string, Question<ShellAnswer>>> = {
  units: asked(unitsScript),
  configuration: asked(configurationScript),
  links: asked(danglingScript),
  clones: asked(clonesScript),
  certificates: asked(certificatesScript),
  routes: asked(routesScript),
  packages: asked(packagesScript),
  snapshots: asked(snapshotsScript),
};

/** All lints, in the order of a report. To add one, write a function in this directory and add a row. */
export const LINTS: readonly Lint[] = [
  { name: 'failed-unit', title: 'Unit that has failed', from: 'units', find: failedUnits },
  { name: 'missing-unit', title: 'Unit file that names a unit that does not exist', from: 'units', find: missingUnits },
  { name: 'stale-unit', title: 'Unit whose files are newer than what systemd read', from: 'units', find: staleUnits },
  {
    name: 'stale-configuration',
    title: 'Service that runs with older configuration',
    from: 'configuration',
    find: newerConfiguration,
  },
  { name: 'dangling-link', title: 'Link into a clone that leads nowhere', from: 'links', find: danglingLinks },
  { name: 'unpushed-commits', title: 'Clone with commits that nobody pushed', from: 'clones', find: unpushedCommits },
  { name: 'clone-behind', title: 'Clone that is behind its remote', from: 'clones', find: clonesBehind },
  {
    name: 'ending-certificate',
    title: 'Certificate that ends before the next audit',
    from: 'certificates',
    find: endingCertificates,
  },
  { name: 'two-default-routes', title: 'Two default routes', from: 'routes', find: twoDefaultRoutes },
  { name: 'held-package', title: 'Package that is held', from: 'packages', find: heldPackages },
  { name: 'half-installed-package', title: 'Package that is half installed', from: 'packages', find: halfPackages },
  { name: 'old-snapshots', title: 'Snapshots older than their policy', from: 'snapshots', find: oldSnapshots },
];
