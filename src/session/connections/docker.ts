import { script } from '../../core/command.ts';
import type { Endpoint, SessionFailure } from '../../core/session.ts';
import { splitWords } from '../../core/split-words.ts';
import { inOneLine } from '../in-one-line.ts';
import type { EnteredConnection } from './connection.ts';

/**
 * A Docker container, through the client on this machine (which may itself talk to another one: DOCKER_HOST,
 * contexts).
 */
export const docker: EnteredConnection = {
  kind: 'entered',
  place: (endpoint) => {
    const container = containerOf(endpoint);
    return endpoint.name === container ? `${container} (container)` : `${endpoint.name} (container ${container})`;
  },
  label: (endpoint) => `docker exec ${containerOf(endpoint)}`,
  lacks(endpoint) {
    const wrong = (what: string, hint: string): SessionFailure => ({
      reason: 'unsupported',
      message: `${docker.place(endpoint)}: ${what}`,
      hint,
    });
    // The client would mistake such a name for an option.
    if (!/^[A-Za-z0-9]/.test(containerOf(endpoint)))
      return wrong('this is not the name of a container', "correct ansible_host: use the container's name or ID");
    return splitWords(endpoint.settings?.extraArgs ?? '') === undefined
      ? wrong('ansible_docker_extra_args has an unclosed quote', 'close it')
      : undefined;
  },
  enter(endpoint) {
    const { name, user, settings } = endpoint;
    const extra = splitWords(settings?.extraArgs ?? '') ?? [];
    const as = user === undefined ? [] : ['--user', user];
    return {
      from: { name, connection: 'local' },
      wrap: (line) => script`exec docker ${extra} exec -i ${as} ${containerOf(endpoint)} /bin/sh -c ${line}`.text,
    };
  },
  explain(endpoint, said) {
    const found = reasons.find(({ pattern }) => pattern.test(said));
    if (found === undefined) return undefined;
    return {
      reason: 'unreachable',
      message: `${docker.place(endpoint)}: ${docker.label(endpoint)}: ${found.words ?? inOneLine(said.trim())}`,
      hint: found.hint,
    };
  },
};

/** Messages that certainly come from the client or the daemon: nothing else prints them before our shell's greeting. */
const reasons: readonly { pattern: RegExp; words?: string; hint: string }[] = [
  {
    pattern: /docker: (?:command )?not found/,
    words: 'there is no docker client on this machine',
    hint: 'install the docker client where Retrace runs, or add its directory to PATH',
  },
  {
    pattern: /^Error response from daemon: No such container/m,
    hint: 'create the container first, or correct its name or ID in ansible_host',
  },
  { pattern: /^Error response from daemon: .*is not running/m, hint: 'start the container first: docker start' },
  { pattern: /^Error response from daemon: .*is paused/m, hint: 'resume the container: docker unpause' },
  {
    pattern: /^(?:Cannot connect to the Docker daemon|error during connect)/m,
    hint: 'start the docker daemon, or set DOCKER_HOST to its address',
  },
  {
    pattern: /permission denied while trying to connect to the Docker daemon/,
    hint: 'run as a user in the docker group, or as root',
  },
  { pattern: /^OCI runtime exec failed: .*\/bin\/sh/m, hint: 'the container needs a /bin/sh' },
  { pattern: /^unable to find user /m, hint: 'correct ansible_user: it must be a user in the container' },
  { pattern: /^(?:unknown (?:shorthand )?flag|flag provided)/m, hint: 'correct ansible_docker_extra_args' },
];

const containerOf = ({ name, address }: Endpoint): string => address ?? name;
