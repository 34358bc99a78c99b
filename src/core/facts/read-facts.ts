import { distributionFacts } from './distribution.ts';
import { hardwareFacts } from './hardware.ts';
import { localFacts } from './local.ts';
import { networkFacts } from './network.ts';
import { systemFacts } from './system.ts';
import { virtualizationFacts } from './virtualization.ts';

/** What a host printed, by the name of the part. */
export type Parts = ReadonlyMap<string, string>;

/** Facts by Ansible's names, from what the script of facts printed. */
export function readFacts(output: string): Readonly<Record<string, unknown>> {
  const parts = readParts(output);
  const all = {
    ...systemFacts(parts),
    ...distributionFacts(parts),
    ...hardwareFacts(parts),
    ...networkFacts(parts),
    ...virtualizationFacts(parts),
    local: localFacts(parts),
  };
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`ansible_${name}`, value])),
    gather_subset: ['all'],
    module_setup: true,
  };
}

function readParts(output: string): Parts {
  const parts = output.split('\x1e').slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

/** A part without the space around it; empty where it is missing. */
export const textOf = (parts: Parts, name: string): string => parts.get(name)?.trim() ?? '';

/** The lines of a part that are not empty. */
export const linesOf = (parts: Parts, name: string): readonly string[] =>
  (parts.get(name) ?? '').split('\n').filter((line) => line.trim() !== '');
