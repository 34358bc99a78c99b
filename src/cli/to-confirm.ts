import { relative } from 'node:path';
import type { Diagnostic, Position } from '../core/source.ts';
import { asWritten, isDict, type Raw, Vaulted } from '../core/value.ts';
import type { Host, Vars, VarsLayer } from '../language/model.ts';
import { hostsOf } from './listings.ts';
import type { Loaded } from './load-all.ts';

/** The variable that lists the variables that somebody must review before the first run, each with the reason. */
const VARIABLE = 'retrace_confirm';

/** A variable that nobody has confirmed yet. */
interface Open {
  readonly name: string;
  readonly why: string;
  /** The current value as written; undefined if it has not been filled in yet. */
  readonly value?: string;
  /** The position of the value or, if there is none, of the request to confirm it. */
  readonly at?: Position;
}

/** The variables to confirm or fill in for a run's hosts, without duplicates. */
function toConfirm({ context, playbooks }: Loaded): readonly Open[] {
  const names = new Set(playbooks.flatMap(({ plays }) => plays.flatMap((play) => hostsOf(play, context))));
  const open = [...context.inventory.hosts.values()]
    .filter((host) => names.has(host.name))
    .flatMap((host) => openOf(host, context.extra.vars));
  return [...new Map(open.map((one) => [`${one.name} ${one.at?.file} ${one.at?.line}`, one])).values()];
}

/** A printable list of these variables. */
export function confirmList(loaded: Loaded, directory: string): string {
  const open = toConfirm(loaded);
  if (open.length === 0) return '';
  const lines = open.flatMap(({ name, why, value, at }) => [
    `  ${name}: ${value ?? 'to be filled in'}${at === undefined ? '' : `  (${relative(directory, at.file)}:${at.line})`}`,
    `      ${why}`,
  ]);
  return `\nconfirm or fill in these values before the first run, then remove them from ${VARIABLE}:\n${lines.join('\n')}\n`;
}

/** Diagnostics about unconfirmed variables. They are errors in a run, and only warnings in a check, because it changes nothing. */
export function unconfirmed(loaded: Loaded): readonly Diagnostic[] {
  return toConfirm(loaded).map(({ name, why, value, at }) => ({
    severity: loaded.context.options.check ? 'warning' : 'error',
    code: 'to-confirm',
    message: `${name} must be ${value === undefined ? 'filled in' : 'confirmed'} before the first run: ${why}`,
    hint: `once the value is right, remove ${name} from ${VARIABLE}`,
    ...(at !== undefined && { at }),
  }));
}

function openOf(host: Host, extra: Vars): readonly Open[] {
  const layers: readonly Pick<VarsLayer, 'vars' | 'secret'>[] = [...host.layers, { vars: extra, secret: true }];
  return layers.flatMap(({ vars }) => {
    const asked = vars.get(VARIABLE);
    if (asked === undefined || !isDict(asked.value)) return [];
    return [...(asked.value as Map<unknown, Raw>)].map(([key, why]): Open => {
      const name = String(key);
      const layer = layers.findLast((one) => one.vars.has(name));
      const written = layer?.vars.get(name);
      const value = isEmpty(written?.value) ? undefined : shown(written?.value ?? null, layer?.secret === true);
      return { name, why: asWritten(why), ...(value !== undefined && { value }), at: written?.at ?? asked.at };
    });
  });
}

const isEmpty = (raw: Raw | undefined): boolean => raw === undefined || raw === null || raw === '';

/** A value as written. A vault-encrypted value, or one from the command line, may be a secret. */
const shown = (raw: Raw, secret: boolean): string =>
  secret || raw instanceof Vaulted ? 'given, not shown' : asWritten(raw).replace(/\n[\s\S]*/, ' …');
