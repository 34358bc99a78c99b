import type { Params } from '../../../src/sdk.ts';
import { dockerCliParams } from './engine.ts';

/** Parameters that say which project is meant. */
export const projectParams = {
  project_src: { type: 'path', doc: 'The directory on the host with the compose file.' },
  project_name: { type: 'str', doc: 'The name of the project (default: from the file or the directory).' },
  files: {
    type: 'list',
    elements: 'path',
    doc: 'The compose files, relative to `project_src` (default: those that compose looks for).',
  },
  definition: { type: 'dict', doc: 'The content of a compose file, instead of one on the host; needs `project_name`.' },
  env_files: { type: 'list', elements: 'path', doc: 'Files with variables for the compose files (default: `.env`).' },
  profiles: { type: 'list', elements: 'str', doc: 'Profiles whose services are included.' },
  check_files_existing: { type: 'bool', default: true, doc: 'Fail early if there is no compose file.' },
  ...dockerCliParams,
} as const;

/** The parameters of `docker_compose_v2`. */
export const composeParams = {
  ...projectParams,
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present', 'stopped', 'restarted'],
    doc: 'What to do: `compose up`, `down`, `stop` (after creating what is missing) or `restart` (every time).',
  },
  pull: {
    type: 'str',
    default: 'policy',
    choices: ['always', 'missing', 'never', 'policy'],
    doc: 'When to pull images; `policy` means what the compose file says.',
  },
  build: {
    type: 'str',
    default: 'policy',
    choices: ['always', 'never', 'policy'],
    doc: 'When to build images; `policy` means what the compose file says.',
  },
  dependencies: { type: 'bool', default: true, doc: 'Include services that the given ones depend on.' },
  ignore_build_events: {
    type: 'bool',
    default: true,
    doc: 'Do not report a change if images were built, but no container changed.',
  },
  recreate: {
    type: 'str',
    default: 'auto',
    choices: ['always', 'never', 'auto'],
    doc: 'When to create containers again; `auto` means if their configuration or image has changed.',
  },
  renew_anon_volumes: { type: 'bool', default: false, doc: 'Give new containers new volumes without a name.' },
  remove_images: {
    type: 'str',
    choices: ['all', 'local'],
    doc: 'The images to remove, with `state: absent`; `local` means those without a name of their own.',
  },
  remove_volumes: { type: 'bool', default: false, doc: 'Remove volumes as well, with `state: absent`.' },
  remove_orphans: {
    type: 'bool',
    default: false,
    doc: 'Remove containers of services that are no longer in the files.',
  },
  assume_yes: {
    type: 'bool',
    default: false,
    doc: 'Answer yes if compose asks, for example whether a volume is to be created again; needs compose 2.32 or newer.',
  },
  timeout: { type: 'int', doc: 'How many seconds containers have to stop.' },
  services: { type: 'list', elements: 'str', default: [], doc: 'The services (default: all).' },
  scale: { type: 'dict', doc: 'How many containers to run, by service.' },
  wait: {
    type: 'bool',
    default: false,
    doc: 'Wait until the services are running, or healthy if they have a health check.',
  },
  wait_timeout: { type: 'int', doc: 'How many seconds to wait for that.' },
} as const;

/** What a task says about a project. */
export type ProjectTask = Params<typeof projectParams>;

/** A compose project as a task describes it. */
export type ComposeTask = Params<typeof composeParams>;

/** Rules for the parameters that say which project is meant. */
export const projectRules = {
  mutuallyExclusive: [
    ['definition', 'project_src'],
    ['definition', 'files'],
  ],
  requiredOneOf: [['definition', 'project_src']],
  requiredBy: { definition: ['project_name'] },
} as const;
