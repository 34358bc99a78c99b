import {
  becomes,
  type Change,
  type Checksum,
  type Content,
  checksum,
  content,
  defineTask,
  each,
  followed,
  type Listed,
  listing,
  must,
  type Params,
  type PathState,
  parentOf,
  sh,
  stat,
  type TreeEntry,
  targetPath,
  tidyPath,
  together,
  tree,
} from '../src/sdk.ts';
import {
  type Contents,
  homes,
  type LinkWish,
  leadsTo,
  lookedInto,
  staleLinks,
  wishes,
} from './shared/files/config-links.ts';
import { contentDiff } from './shared/files/file-content.ts';
import { entryEffect } from './shared/files/path-info.ts';

const params = {
  src: { type: 'path', required: true, doc: 'The directory in the clone that the links point into.' },
  dest: { type: 'path', required: true, doc: 'The directory that holds the links.' },
  links: {
    type: 'list',
    elements: 'raw',
    doc: 'Names below `src`, each linked under the same name below `dest`; or `NAME: OTHER-NAME`; or patterns such as `*.conf`, which link everything that matches. Default: everything in `src`.',
  },
  stale: {
    type: 'str',
    default: 'absent',
    choices: ['absent', 'keep'],
    doc: 'What to do with other links in the same directories that point into `src` and are unwanted or dangling.',
  },
  backup_dir: {
    type: 'path',
    default: '/var/backups',
    doc: 'The directory in which to keep a file or directory that a link replaces, if its content differs.',
  },
} as const;

type Task = Params<typeof params>;

/** The state of each link, under separate names: `at DEST`, `source SRC`, and the content of both. */
interface LinksState {
  readonly [key: `${'in' | 'beside'} ${string}`]: readonly Listed[] | undefined;
  readonly [key: `${'at' | 'source'} ${string}`]: PathState | undefined;
  readonly [key: `sum ${string}`]: Checksum | undefined;
  readonly [key: `tree ${string}`]: readonly TreeEntry[] | undefined;
  readonly [key: `text ${string}`]: Content | undefined;
}

export default defineTask({
  name: 'config_links',
  summary: 'Link files and directories from a clone into a directory on the host, and report broken or missing links.',
  description:
    'Reports and repairs links that are missing, point elsewhere or nowhere, have been replaced by a copy, or are left over. A copy whose content differs is kept in `backup_dir`.',
  params,
  ask: (task) => {
    const directories = lookedInto(task);
    const wanted = directories.length === 0 ? wishes(task, noContents) : [];
    return together(each('in', directories, listing), askLinks(wanted, task));
  },
  thenAsk(state, task, context) {
    const wanted = wishes(task, contentsIn(state));
    // The first round lists the directories; the next one asks for the links that match the patterns.
    const unasked = wanted.filter(({ dest }) => !(`at ${dest}` in state));
    if (unasked.length > 0) return together(askLinks(wanted, task), askCopies([], state, context.diff));
    return together(askLinks([], task), askCopies(wanted, state, context.diff));
  },
  plan(state, task, context) {
    const nowhere = lookedInto(task).find((directory) => state[`in ${directory}`] === undefined);
    if (nowhere !== undefined) return { failed: `${nowhere} is not a directory` };
    const wanted = wishes(task, contentsIn(state));
    const broken = wanted.filter(({ source }) => followed(must(state[`source ${source}`], source)) === undefined);
    if (broken.length > 0)
      return {
        failed: broken.map(({ source, dest }) => `${dest} would point to nothing: ${source} does not exist`).join('; '),
      };
    const homeless = wanted.find(({ dest }) => state[`beside ${parentOf(dest)}`] === undefined);
    if (homeless !== undefined) return { failed: `the parent directory of ${homeless.dest} does not exist` };
    const stale = task.stale === 'absent' ? staleLinks(wanted, task, (folder) => state[`beside ${folder}`] ?? []) : [];
    return {
      changes: [
        ...wanted.flatMap((wish) => linkChange(wish, state, task, context.diff, context.now)),
        ...stale.map(staleChange),
      ],
    };
  },
  result: ({ params: task, state }) => ({
    src: task.src,
    dest: task.dest,
    links: wishes(task, contentsIn(state)).map(({ dest }) => dest),
  }),
  returns: { links: 'the wanted links' },
  examples: [
    {
      title: 'Link the units and drop-ins from a clone',
      yaml: 'config_links:\n  src: /opt/openfoodfacts-infrastructure/confs/off1-reverse-proxy/systemd/system\n  dest: /etc/systemd/system\n  links:\n    - email-failures@.service\n    - nginx.service.d\n    - prometheus-nginx-exporter.service.d',
      runs: { no: 'needs a clone' },
    },
    {
      title: 'Link all sites from a clone, whatever they are called',
      yaml: 'config_links:\n  src: /opt/openfoodfacts-infrastructure/confs/proxy/nginx/sites-available\n  dest: /etc/nginx/sites-enabled\n  links: ["*"]',
      runs: { no: 'needs a clone' },
    },
    {
      title: 'Link a file under another name',
      yaml: 'config_links:\n  src: /usr/share/doc\n  dest: /tmp\n  links:\n    - apt: retrace-doc-of-apt',
    },
  ],
});

const noContents = () => undefined;

const contentsIn =
  (state: LinksState): Contents =>
  (directory) =>
    state[`in ${directory}`];

function askLinks(wanted: readonly LinkWish[], task: Task) {
  const [sources, dests] = [wanted.map(({ source }) => source), wanted.map(({ dest }) => dest)];
  return together(
    each('source', sources, stat),
    each('at', dests, stat),
    // For a link, this is the checksum of its target. It is asked for in the same round, so a copy needs no second one.
    each('sum', [...dests, ...sources], checksum),
    each('beside', homes(wanted, task), listing),
  );
}

/** Asks for the content of anything found in place of a link, to see whether it differs. */
function askCopies(wanted: readonly LinkWish[], state: LinksState, diff: boolean) {
  const copies = wanted.filter(({ dest }) => isCopy(state[`at ${dest}`]));
  const isDirectory = ({ dest }: LinkWish) => {
    const at = state[`at ${dest}`];
    return at?.exists === true && at.kind === 'directory';
  };
  const differing = copies.filter((one) => diff && !isDirectory(one) && !sameSum(one, state));
  const both = ({ source, dest }: LinkWish) => [dest, source];
  return together(
    each('tree', copies.filter(isDirectory).flatMap(both), (path) => tree({ path, checksums: true })),
    each('text', differing.flatMap(both), (path) => content(path)),
  );
}

const isCopy = (at: PathState | undefined): boolean => at?.exists === true && at.link === undefined;

function sameSum({ source, dest }: LinkWish, state: LinksState): boolean {
  const hex = state[`sum ${dest}`]?.hex;
  return hex !== undefined && hex === state[`sum ${source}`]?.hex;
}

function linkChange(
  { source, dest }: LinkWish,
  state: LinksState,
  task: Task,
  diff: boolean,
  now: Date,
): readonly Change[] {
  const at = must(state[`at ${dest}`], dest);
  const target = must(state[`source ${source}`], source);
  // A relative link counts only if it really leads there: any `..` starts from a directory that may itself be a link.
  if (at.exists && at.link !== undefined && leadsTo(dest, at.link.target, source))
    if (targetPath(dest, at.link.target) === source || at.resolved === target.resolved) return [];
  const link = {
    kind: 'link',
    mode: 0o777,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    size: source.length,
  } as const;
  const common = {
    what: `link ${dest}`,
    to: `→ ${source}`,
    paths: [dest],
    effects: [entryEffect(dest, at, link, { target: source })],
  };
  const make = sh`ln -sfnT -- ${source} ${dest}`;
  if (!at.exists) return [{ ...common, from: null, commands: [make] }];
  if (at.link !== undefined)
    return [
      { ...common, from: `→ ${at.link.target}${at.link.to === undefined ? ' (dangling)' : ''}`, commands: [make] },
    ];
  if (sameCopy({ source, dest }, at.kind === 'directory', state))
    return [{ ...common, from: 'a copy with the same content', commands: [sh`rm -rf -- ${dest}`, make] }];
  const kept = `${tidyPath(task.backup_dir)}/${dest.replace(/^\//, '').replaceAll('/', '_')}.${now.toISOString().replace(/\..*/, '')}`;
  const [was, is] = [state[`text ${dest}`]?.bytes, state[`text ${source}`]?.bytes];
  return [
    {
      ...common,
      from:
        at.kind === 'directory' && state[`tree ${dest}`] === undefined ? 'a directory' : 'a copy whose content differs',
      ...(diff && was !== undefined && is !== undefined && { diff: contentDiff(dest, was, is) }),
      commands: [sh`mkdir -p -m 0755 -- ${task.backup_dir}`, sh`mv -T -- ${dest} ${kept}`, make],
    },
  ];
}

function sameCopy(wish: LinkWish, isFolder: boolean, state: LinksState): boolean {
  if (!isFolder) return sameSum(wish, state);
  const told = (entries: readonly TreeEntry[]) =>
    JSON.stringify(entries.map(({ path, kind, sha1, target }) => [path, kind, sha1, target]).sort());
  const [is, wanted] = [state[`tree ${wish.dest}`], state[`tree ${wish.source}`]];
  // Content that could not be compared counts as different, so it is kept.
  return is !== undefined && wanted !== undefined && told(is) === told(wanted);
}

const staleChange = ({ path, target }: { path: string; target: string }): Change => ({
  what: `stale link ${path}`,
  from: `→ ${target}`,
  to: null,
  commands: [sh`rm -f -- ${path}`],
  effects: [becomes({ place: path, was: 'link', entry: undefined })],
  paths: [path],
});
