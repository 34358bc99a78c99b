import { script } from '../../core/command.ts';
import type { Endpoint } from '../../core/session.ts';
import { inOneLine } from '../in-one-line.ts';
import type { EnteredConnection } from './connection.ts';

/** A Proxmox container, through the node that it runs on: it needs no sshd. */
export const pct: EnteredConnection = {
  kind: 'entered',
  place: (endpoint) => `${endpoint.name} (container ${idOf(endpoint)} on ${endpoint.via?.name})`,
  label: (endpoint) => `pct exec ${idOf(endpoint)}`,
  lacks: ({ name, settings, via }) =>
    via === undefined || settings?.id === undefined
      ? {
          reason: 'unsupported',
          message: `${name}: the pct connection needs a container`,
          hint: 'set ansible_pct_node to an inventory host, and ansible_pct_id to the container ID',
        }
      : undefined,
  enter(endpoint) {
    if (endpoint.via === undefined) throw new Error(`${endpoint.name} uses the pct connection but has no node`);
    return {
      from: endpoint.via,
      wrap: (line) => script`exec pct exec ${idOf(endpoint)} -- /bin/sh -c ${line}`.text,
    };
  },
  // If this is printed when becoming a user, it is not the user that is missing.
  explain: (endpoint, said) =>
    /^(?:Configuration file '.*\.conf' does not exist|container '\d+' not running|CT \d+ not running)/m.test(said)
      ? {
          reason: 'unreachable',
          message: `${pct.place(endpoint)}: ${pct.label(endpoint)}: ${inOneLine(said.trim())}`,
        }
      : undefined,
};

const idOf = ({ settings }: Endpoint): string => settings?.id ?? '';
