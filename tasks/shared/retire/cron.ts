import type { Thing } from '../../../src/sdk.ts';
import { pathThing } from './paths.ts';

interface CronTask {
  readonly name: string;
  readonly state: string;
  readonly user: string | undefined;
  readonly cron_file: string | undefined;
}

/** A job or a variable of a crontab. */
export function cronThings(
  { name, state, user, cron_file }: CronTask,
  isVariable: boolean,
  env: object,
): readonly Thing[] {
  const file = cron_file === undefined || cron_file.startsWith('/') ? cron_file : `/etc/cron.d/${cron_file}`;
  const where = file ?? (user === undefined ? 'the crontab' : `the crontab of ${user}`);
  const args = { name, ...env, ...(user !== undefined && { user }), ...(cron_file !== undefined && { cron_file }) };
  return [
    ...(file === undefined ? [] : [pathThing(file, { puts: false })]),
    {
      name: `cron ${isVariable ? 'variable' : 'job'} "${name}" in ${where}`,
      under: file === undefined ? [] : [`whole ${file}`],
      ...(state === 'present' && { absence: { args: { ...args, state: 'absent' } } }),
    },
  ];
}
