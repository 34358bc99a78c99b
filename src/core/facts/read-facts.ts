import { deviceFacts } from './devices.ts';
import { distributionFacts } from './distribution.ts';
import { hardwareFacts } from './hardware.ts';
import { localFacts } from './local.ts';
import { networkFacts } from './network.ts';
import { readParts } from './parts.ts';
import { storageNetworkFacts } from './storage-network.ts';
import { systemFacts } from './system.ts';
import { virtualizationFacts } from './virtualization.ts';

/** Turn the output of the facts script into facts under Ansible's names. */
export function readFacts(output: string): Readonly<Record<string, unknown>> {
  const parts = readParts(output);
  const all = {
    ...systemFacts(parts),
    ...distributionFacts(parts),
    ...hardwareFacts(parts),
    ...deviceFacts(parts),
    ...storageNetworkFacts(parts),
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
