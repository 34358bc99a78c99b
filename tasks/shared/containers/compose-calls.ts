import {
  anyCode,
  type Command,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  type TaskContext,
  tidyPath,
} from '../../../src/sdk.ts';
import { askEngine } from './ask-engine.ts';
import type { ComposeTask, ProjectTask } from './compose-params.ts';
import { SECTION } from './compose-project.ts';
import { dockerEngine, withEngine } from './engine.ts';
import { textEntries } from './json.ts';

/** `_compose` is compose with the project's options; the definition, if any, is sent to each call. */
function withCompose(task: ProjectTask): Script {
  const { project_src: source, files } = task;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const options = [
    ...option('--project-directory', source),
    ...option('--project-name', task.project_name),
    ...(files ?? []).flatMap((file) => ['--file', file]),
    ...(task.definition === undefined ? [] : ['--file', '-']),
    ...(task.env_files ?? []).flatMap((file) => ['--env-file', file]),
    ...(task.profiles ?? []).flatMap((profile) => ['--profile', profile]),
  ];
  const none = `"${source}" does not contain compose.yaml, compose.yml, docker-compose.yml, or docker-compose.yaml`;
  const looking =
    files === undefined
      ? script`[ -e compose.yaml ] || [ -e compose.yml ] || [ -e docker-compose.yml ] || [ -e docker-compose.yaml ] || { echo ${none} >&2; exit 1; }`
      : script`for f in ${files}; do [ -e "$f" ] || { printf 'Cannot find Compose file "%s" relative to project directory "%s"\n' "$f" "$PWD" >&2; exit 1; }; done`;
  return script`_engine compose version >/dev/null 2>&1 || { echo 'docker has no compose plugin on the host: install the package docker-compose-plugin of docker.com, or the docker-compose package of Debian 13 or newer' >&2; exit 127; }
${source === undefined ? script`d=$(cat)` : script`cd -- ${source} 2>/dev/null || { echo ${`"${source}" is not a directory`} >&2; exit 1; }`}
${source === undefined || !task.check_files_existing ? script`` : looking}
_compose() { ${source === undefined ? script`printf '%s' "$d" | ` : script``}_engine compose --ansi never --progress plain ${options} "$@"; }
_told() {
  printf '\n%s\n' ${`${SECTION}containers`}
  _compose ps --format json --all --no-trunc
  printf '\n%s\n' ${`${SECTION}images`}
  _compose images --format json
}`;
}

const definitionOf = ({ definition }: ProjectTask): string | undefined =>
  definition === undefined ? undefined : JSON.stringify(definition);

/** The calls of compose that the task makes. */
export function composeWords(task: ComposeTask): readonly (readonly string[])[] {
  const flag = (name: string, isSet: boolean) => (isSet ? [name] : []);
  const timeout = task.timeout === undefined ? [] : ['--timeout', String(task.timeout)];
  const services = task.services.length === 0 ? [] : ['--', ...task.services];
  const up = (...more: readonly string[]) => [
    'up',
    ...more,
    '--no-color',
    '--quiet-pull',
    ...(task.pull === 'policy' ? [] : ['--pull', task.pull]),
    ...flag('--yes', task.assume_yes),
    ...flag('--remove-orphans', task.remove_orphans),
    ...flag('--force-recreate', task.recreate === 'always'),
    ...flag('--no-recreate', task.recreate === 'never'),
    ...flag('--renew-anon-volumes', task.renew_anon_volumes),
    ...flag('--no-deps', !task.dependencies),
    ...timeout,
    ...flag('--build', task.build === 'always'),
    ...flag('--no-build', task.build === 'never'),
    ...textEntries(task.scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`]),
  ];
  const waiting = task.wait
    ? ['--wait', ...(task.wait_timeout === undefined ? [] : ['--wait-timeout', String(task.wait_timeout)])]
    : [];
  if (task.state === 'absent')
    return [
      [
        'down',
        ...(task.remove_images === undefined ? [] : ['--rmi', task.remove_images]),
        ...flag('--volumes', task.remove_volumes),
        ...flag('--remove-orphans', task.remove_orphans),
        ...timeout,
        ...services,
      ],
    ];
  if (task.state === 'restarted')
    return [['restart', ...flag('--no-deps', !task.dependencies), ...timeout, ...services]];
  if (task.state === 'stopped')
    return [
      [...up('--no-start'), ...services],
      ['stop', ...timeout, ...services],
    ];
  return [[...up('--detach'), ...waiting, ...services]];
}

/** Asks compose about a project, and what it would do. */
export function askProject(task: ComposeTask, context: TaskContext): Question<ShellAnswer> {
  const dry = task.state === 'restarted' ? [] : (composeWords(task)[0] ?? []);
  return askCompose(task, context, dry, task.pull === 'always');
}

/** Asks compose about a project, and what it would do if it were called with some words. */
export function askCompose(
  task: ProjectTask,
  context: TaskContext,
  dry: readonly string[] = [],
  beyond = false,
): Question<ShellAnswer> {
  const source = task.project_src;
  return askEngine(
    dockerEngine(task, context.environment),
    script`${withCompose(task)}
_compose config --format json || exit
_told
printf '\n%s\n' ${`${SECTION}events`}
${dry.length === 0 ? script`:` : script`_compose --dry-run ${dry} 2>&1 </dev/null || printf '\n%s\n' ${`${SECTION}failed`}`}`,
    {
      about: [
        'engine:*',
        ...(source === undefined ? [] : [`path:${tidyPath(source)}`]),
        ...[...(task.files ?? []), ...(task.env_files ?? [])]
          .filter((file) => file.startsWith('/'))
          .map((file) => `path:${tidyPath(file)}`),
      ],
      stdin: definitionOf(task),
      beyond,
    },
  );
}

/** The calls of compose as one command, which tells the project as it is afterwards. */
export const execution = (task: ComposeTask, context: TaskContext): Command =>
  callCompose(task, context, composeWords(task));

/** Calls of compose, after which it tells about the project, and the client which images have some names. */
export const callCompose = (
  task: ProjectTask,
  context: TaskContext,
  calls: readonly (readonly string[])[],
  images: readonly string[] = [],
): Command => ({
  ...sh`${withEngine(dockerEngine(task, context.environment))}
${withCompose(task)}
${calls.map(
  (words) => script`_compose ${words} || exit
`,
)}_told
for name in ${images}; do printf 'image %s %s\n' "$name" "$(_engine image inspect --format '{{.Id}}' -- "$name" 2>/dev/null)"; done`,
  stdin: definitionOf(task),
  shown: calls.map((words) => `docker compose ${words.join(' ')}`).join('; '),
  long: true,
  // The failure is reported with what was done before it.
  accepts: anyCode,
});

/** One call of compose, whose variables the client passes on by name. */
export const callService = (
  task: ProjectTask,
  context: TaskContext,
  words: readonly string[],
  variables: readonly (readonly [string, string])[],
): Command => sh`${withEngine(dockerEngine(task, context.environment))}
${withCompose(task)}
${variables.map(
  ([name, value]) => script`export ${name}=${value}
`,
)}_compose ${words}`;
