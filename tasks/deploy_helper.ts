import {
  blurs,
  type Change,
  defineTask,
  directoriesAbove,
  each,
  followed,
  joinPath,
  nameOf,
  nothing,
  type Params,
  type PathState,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  stat,
  tidyPath,
  together,
} from '../src/sdk.ts';
import { attributeChanges, attributeParams, unknownAccount, withAttributes } from './shared/files/attributes.ts';
import { askAccounts } from './shared/files/copy-file.ts';
import { foldersFor } from './shared/files/file-directory.ts';
import { absentEffect, entryEffect, newLink, throughEffect, toldBefore } from './shared/files/path-info.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['dest'], doc: 'The directory of the project.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'finalize', 'absent', 'clean', 'query'],
    doc: '`present`: the directories exist; `finalize`: the release is the current one; `clean`: unfinished and old releases are gone; `absent`: the whole project is gone; `query`: only report.',
  },
  release: { type: 'str', doc: 'The name of the release (default: the time on the host, as in `20141119223359`).' },
  releases_path: {
    type: 'str',
    default: 'releases',
    doc: 'The directory of the releases, in the project or absolute.',
  },
  shared_path: {
    type: 'str',
    default: 'shared',
    doc: 'The directory for what all releases share, in the project or absolute; if it is empty, there is none.',
  },
  current_path: { type: 'str', default: 'current', doc: 'The link to the current release.' },
  unfinished_filename: {
    type: 'str',
    default: 'DEPLOY_UNFINISHED',
    doc: 'The file that marks a release as unfinished.',
  },
  clean: { type: 'bool', default: true, doc: 'With `finalize`, also clean.' },
  keep_releases: { type: 'int', default: 5, doc: 'How many old releases to keep, in addition to the current one.' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.deploy_helper',
  summary: 'Manage the directories of releases of a project, and the link to the current one.',
  description:
    'Old releases are removed by the time at which they were last changed. The release that the link leads to is never removed.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'finalize', needs: ['release'] }] },
  looks: ({ state }) => state === 'query',
  gives: 'facts',
  factNames: () => ['deploy_helper'],
  ask: (task) =>
    together(
      {
        project: stat(pathsOf(task).project),
        current: stat(pathsOf(task).current),
        releases: askReleasesFor(task),
        time: askTimeFor(task),
        ...askAccounts(task),
      },
      each('above', foldersOf(task), stat),
    ),
  plan(state, task): Plan {
    const { current, project } = state;
    const paths = pathsOf(task);
    const wrong = unknownAccount(task, state);
    if (wrong !== undefined) return { failed: wrong };
    if (current.exists && current.link === undefined && task.state !== 'absent')
      return { failed: `${paths.current} exists but is not a symbolic link` };
    switch (task.state) {
      case 'query':
        return { changes: [] };
      case 'absent':
        return { changes: project.exists ? [removing(state, task)] : [] };
      case 'clean':
        return { changes: cleaning(state.releases, task, currentTarget(current)) };
      case 'finalize': {
        const cleaned = task.clean ? cleaning(state.releases, task, releasePath(task)) : [];
        return { changes: [...finishing(state, task), ...linking(state, task), ...cleaned] };
      }
      default:
        return creating(state, task);
    }
  },
  result({ before, state: { current }, params: task }) {
    const told = { state: task.state };
    if (task.state === 'absent') return { ...told, ansible_facts: { deploy_helper: [] } };
    if (task.state !== 'present' && task.state !== 'query') return told;
    const { project, releases, shared, current: link } = pathsOf(task);
    const target = currentTarget(current);
    const release = task.release ?? before.time?.stdout.trim() ?? '';
    const facts = {
      project_path: project,
      current_path: link,
      releases_path: releases,
      shared_path: shared ?? null,
      previous_release: target === undefined ? null : nameOf(target),
      previous_release_path: target ?? null,
      new_release: release,
      new_release_path: joinPath(releases, release),
      unfinished_filename: task.unfinished_filename,
    };
    return { ...told, ansible_facts: { deploy_helper: facts } };
  },
  returns: { state: 'The `state` parameter.', ansible_facts: 'The paths, as `deploy_helper`.' },
  examples: [
    {
      title: 'Make the directories of a project, and learn the paths of a new release',
      yaml: 'deploy_helper:\n  path: /srv/retrace-app',
    },
    {
      title: 'Make a release the current one, and remove old ones',
      yaml: "deploy_helper:\n  path: /srv/retrace-app\n  release: '20240601120000'\n  state: finalize\n  keep_releases: 3",
    },
  ],
});

/** The answers that say what there is of a project. */
type Found = Parameters<typeof foldersFor>[1] & {
  readonly project: PathState;
  readonly current: PathState;
  readonly releases: ShellAnswer | undefined;
};

/** The paths of a project. */
function pathsOf({ path, releases_path, shared_path, current_path }: Task) {
  const project = tidyPath(path);
  const inProject = (name: string): string => tidyPath(joinPath(project, name));
  return {
    project,
    releases: inProject(releases_path),
    shared: shared_path === '' ? undefined : inProject(shared_path),
    current: inProject(current_path),
  };
}

const releasePath = (task: Task): string => joinPath(pathsOf(task).releases, task.release ?? '');

const currentTarget = (current: PathState): string | undefined => (current.exists ? current.link?.target : undefined);

/** The time on the host, as the name of a release, if the task gives none. */
const askTimeFor = ({ release }: Task): Question<ShellAnswer | undefined> =>
  release === undefined ? shell({ ...sh`date +%Y%m%d%H%M%S`, about: [] }) : nothing();

/** The releases matter only to tasks that change them. */
const askReleasesFor = (task: Task): Question<ShellAnswer | undefined> =>
  task.state === 'finalize' || task.state === 'clean' ? askReleases(task) : nothing();

/** Asks for the releases, the newest first: `finished NAME` or `unfinished NAME`, each ending in NUL. */
const askReleases = (task: Task): Question<ShellAnswer> =>
  shell({
    ...sh`cd -- ${pathsOf(task).releases} 2>/dev/null || exit 0
find . -mindepth 1 -maxdepth 1 -type d -printf '%C@ %f\0' | sort -zrn | tr '\n\0' '\0\n' | while IFS= read -r line; do
  n=\${line#* }
  if [ -e "./$n/"${task.unfinished_filename} ]; then printf 'unfinished %s\0' "$n"; else printf 'finished %s\0' "$n"; fi
done`,
    about: [`by:path:${pathsOf(task).releases}`],
  });

interface Release {
  readonly name: string;
  readonly finished: boolean;
}

const releasesIn = (answer: ShellAnswer | undefined): readonly Release[] =>
  (answer?.stdout ?? '')
    .split('\0')
    .slice(0, -1)
    .map((entry) => ({ name: entry.slice(entry.indexOf(' ') + 1), finished: entry.startsWith('finished ') }));

const releasesAre = (releases: readonly Release[]): ShellAnswer =>
  shellAnswer(releases.map(({ name, finished }) => `${finished ? 'finished' : 'unfinished'} ${name}\0`).join(''));

/** The directories of a project, and all above them. */
const foldersOf = (task: Task): readonly string[] => [
  ...new Set(own(task).flatMap((path) => [...directoriesAbove(path), path])),
];

const own = (task: Task): readonly string[] => {
  const { project, releases, shared } = pathsOf(task);
  return [project, releases, ...(shared === undefined ? [] : [shared])];
};

function creating(found: Found, task: Task): Plan {
  let state = found;
  const changes: Change[] = [];
  for (const path of own(task)) {
    const now = state[`above ${path}`] ?? { exists: false, resolved: path };
    const entry = followed(now);
    if (entry !== undefined && entry.kind === 'directory') {
      const effects = [throughEffect(path, now, withAttributes(entry, task, state))];
      changes.push(
        ...attributeChanges(path, entry, task, state, { of: ` of ${path}` }).map((one) => ({
          ...one,
          effects,
          paths: [path],
        })),
      );
      continue;
    }
    if (now.exists) return { failed: `${path} exists but is not a directory` };
    const made = foldersFor(path, state, task);
    if ('failed' in made) return made;
    const none = predicts(askReleases(task), releasesAre([]));
    const isEmpty = found[`above ${pathsOf(task).releases}`]?.exists !== true;
    changes.push(
      ...made.changes.map((one) => ({ ...one, effects: [...(one.effects ?? []), ...(isEmpty ? [none] : [])] })),
    );
    state = { ...state, [`above ${path}`]: made.parent };
  }
  return { changes };
}

function removing({ project }: Found, task: Task): Change {
  const path = pathsOf(task).project;
  const isInside = pathsOf(task).releases.startsWith(`${path}/`);
  return {
    what: path,
    from: 'present',
    to: null,
    commands: [sh`rm -rf -- ${path}`],
    effects: [absentEffect(path, project), ...(isInside ? [predicts(askReleases(task), releasesAre([]))] : [])],
    paths: [path],
  };
}

/** Takes the mark of an unfinished release away. */
function finishing({ releases }: Found, task: Task): readonly Change[] {
  const all = releasesIn(releases);
  const own = all.find(({ name }) => name === task.release);
  if (own === undefined || own.finished) return [];
  const path = joinPath(releasePath(task), task.unfinished_filename);
  const after = all.map((one) => (one === own ? { ...one, finished: true } : one));
  return [
    {
      what: path,
      from: 'present',
      to: null,
      commands: [sh`rm -f -- ${path}`],
      effects: [predicts(askReleases(task), releasesAre(after)), blurs(`entry:${path}`, `listed:${releasePath(task)}`)],
      paths: [path],
    },
  ];
}

function linking({ current, self, project }: Found, task: Task): readonly Change[] {
  const path = pathsOf(task).current;
  const target = releasePath(task);
  if (currentTarget(current) === target) return [];
  return [
    {
      what: path,
      from: toldBefore(current),
      to: `→ ${target}`,
      // Put in place by renaming, so that there is always a current release.
      commands: [
        sh`ln -sfn -- ${target} ${`${path}.${task.unfinished_filename}`} && mv -fT -- ${`${path}.${task.unfinished_filename}`} ${path}`,
      ],
      effects: [entryEffect(path, current, newLink(self, followed(project), target), { target })],
      paths: [path],
    },
  ];
}

/** Removes unfinished releases, and the oldest ones beyond those to keep. */
function cleaning(answer: ShellAnswer | undefined, task: Task, current: string | undefined): readonly Change[] {
  const { releases } = pathsOf(task);
  const others = releasesIn(answer).filter(({ name }) => joinPath(releases, name) !== current && name !== task.release);
  const kept = others.filter(({ finished }) => finished).slice(0, task.keep_releases);
  const gone = others.filter((one) => !kept.includes(one));
  const left = releasesIn(answer)
    .filter((one) => !gone.some(({ name }) => name === one.name))
    .map((one) => (one.name === task.release && task.state === 'finalize' ? { ...one, finished: true } : one));
  return gone.map(({ name, finished }) => ({
    what: `release ${name}`,
    from: finished ? 'present' : 'unfinished',
    to: null,
    commands: [sh`rm -rf -- ${joinPath(releases, name)}`],
    effects: [
      predicts(askReleases(task), releasesAre(left)),
      blurs(`path:${joinPath(releases, name)}`, `listed:${releases}`),
    ],
    paths: [joinPath(releases, name)],
  }));
}
