import type { Thing } from '../../../src/sdk.ts';

interface UnitTask {
  readonly name?: string | undefined;
  readonly scope?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly state?: string | undefined;
}

/** That a unit is enabled, started or masked. A unit that does not exist any more is none of it. */
export function unitThings({ name, scope, enabled, masked, state }: UnitTask): readonly Thing[] {
  if (name === undefined) return [];
  const unit = `${/\.[a-z]+$/.test(name) ? name : `${name}.service`}${scope === undefined || scope === 'system' ? '' : ` (${scope})`}`;
  const thing = (what: string, isPut: boolean, undone: object): Thing => ({
    name: `unit ${unit} ${what}`,
    ...(isPut && {
      absence: {
        args: { name, ...(scope !== undefined && { scope }), ...undone },
        gone: 'Could not find the requested service',
      },
    }),
  });
  return [
    ...(enabled === undefined ? [] : [thing('enabled', enabled, { enabled: false })]),
    ...(masked === undefined ? [] : [thing('masked', masked, { masked: false })]),
    ...(state === undefined ? [] : [thing('started', state === 'started', { state: 'stopped' })]),
  ];
}
