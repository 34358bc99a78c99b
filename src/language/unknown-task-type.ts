import { suggest } from '../core/suggest.ts';
import { shortTypeName } from './load/action.ts';

/** Names of modules for other systems and tools, each with the type that does the same here. */
const SAME_AS: Readonly<Record<string, string>> = {
  apt_get: 'apt',
  aptitude: 'apt',
  chmod: 'file',
  chown: 'file',
  docker_compose: 'docker_compose_v2',
  docker_service: 'docker_compose_v2',
  k8s_facts: 'k8s_info',
  k8s_raw: 'k8s',
  mkdir: 'file',
  symlink: 'file',
  wget: 'get_url',
  curl: 'uri',
};

/** Modules that are missing here, each with another way to do the same. */
const OTHER_WAYS: Readonly<Record<string, string>> = {
  acme_account: 'use `certbot`, which registers an account by itself',
  acme_certificate: 'use `certbot`, which orders the certificate and proves the domains in one task',
  acme_challenge_cert_helper: 'use `certbot`, which proves the domains itself',
  docker_stack: 'use `docker_compose_v2`, or `command` with `docker stack deploy`',
  docker_swarm: 'use `command` with `docker swarm`',
  docker_swarm_service: 'use `command` with `docker service`',
  podman_generate_systemd: 'write a quadlet file with `template`, and start its unit with `systemd`',
  podman_play: 'use `command` with `podman kube play --replace`',
  podman_quadlet: 'write the quadlet file with `copy` or `template`, and start its unit with `systemd`',
};

/** The message about an unknown task type. */
export function unknownTaskType(name: string, known: readonly string[]): { message: string; hint: string } {
  return { message: `unknown task type "${name}"`, hint: hintFor(name, known) };
}

function hintFor(name: string, known: readonly string[]): string {
  // Compare only the last word: sharing a collection name does not make two names similar.
  const last = shortTypeName(name).replace(/^.*\./, '');
  const instead = OTHER_WAYS[last];
  if (instead !== undefined) return instead;
  const near = nearest(last, known);
  return near === undefined
    ? '`run doc` lists all task types; write your own in tasks/NAME.ts next to the playbook, or move a task for another system to a file that is included conditionally'
    : `did you mean "${near}"?`;
}

function nearest(last: string, known: readonly string[]): string | undefined {
  const short = new Map(known.map((full) => [full.replace(/^.*\./, ''), full]));
  const same = SAME_AS[last];
  if (same !== undefined && short.has(same)) return same;
  const found = short.get(suggest(last, short.keys()) ?? '');
  return found?.replace(/^ansible\.builtin\./, '');
}
