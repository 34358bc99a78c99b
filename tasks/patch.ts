import {
  blurs,
  type Change,
  ControllerError,
  decodeText,
  defineTask,
  exists,
  followed,
  joinPath,
  type Params,
  type Plan,
  parentOf,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  shellAnswer,
  stat,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';

const params = {
  src: { type: 'path', required: true, aliases: ['patchfile'], doc: 'The patch: a file on the controller.' },
  remote_src: { type: 'bool', default: false, doc: 'The patch is on the host.' },
  dest: {
    type: 'path',
    aliases: ['originalfile'],
    doc: 'The file to patch, if it is not the one that the patch names.',
  },
  basedir: { type: 'path', doc: 'The directory for the files that the patch names (default: that of `dest`).' },
  strip: { type: 'int', default: 0, doc: 'How many directories to leave out at the start of names in the patch.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the patch should be applied.',
  },
  backup: { type: 'bool', default: false, doc: 'Keep copies of the previous files, with numbers in their names.' },
  binary: { type: 'bool', default: false, doc: 'Leave line endings as they are.' },
  ignore_whitespace: { type: 'bool', default: false, doc: 'Ignore differences in white space.' },
} as const;

type Task = Params<typeof params> & { readonly content?: Uint8Array };

export default defineTask({
  name: 'ansible.posix.patch',
  summary: 'Apply a patch to files, or take it back.',
  description: 'Requires the `patch` package on the host.',
  params,
  rules: { requiredOneOf: [['dest', 'basedir']] },
  prepare(task, controller): Task {
    if (task.remote_src) return task;
    const found = controller.find('files', task.src);
    if (!found.ok)
      throw new ControllerError(`Could not find or access '${task.src}'; searched in: ${found.searched.join(', ')}`);
    return { ...task, content: controller.readFile(found.path) };
  },
  ask: (task) => ({
    tried: askTried(task),
    file: task.dest === undefined ? stat(folderOf(task)) : stat(tidyPath(task.dest)),
    folder: exists(folderOf(task)),
  }),
  plan({ tried, file, folder }, task): Plan {
    if (tried.code === 127) return { failed: missingTool({ name: 'patch', package: 'patch' }) };
    if (task.remote_src && tried.code === 4) return { failed: `src ${task.src} doesn't exist or not readable` };
    if (task.dest !== undefined && followed(file) === undefined)
      return { failed: `dest ${task.dest} doesn't exist or not writable` };
    if (!folder) return { failed: `basedir ${task.basedir} doesn't exist` };
    const [verdict = '', ...lines] = tried.stdout.split('\n');
    if (verdict === 'done') return { changes: [] };
    if (verdict !== 'fits') return { failed: [...lines, tried.stderr].join('\n').trim() };
    const files = lines.flatMap((line) => /^checking file '?(.*?)'?$/.exec(line)?.[1] ?? []);
    const paths = files.map((name) => tidyPath(name.startsWith('/') ? name : joinPath(folderOf(task), name)));
    const isPresent = task.state === 'present';
    const change: Change = {
      what: `patch ${task.src}`,
      from: isPresent ? 'not applied' : 'applied',
      to: `${isPresent ? 'applied' : 'not applied'}: ${files.join(', ')}`,
      commands: [
        {
          ...sh`LC_ALL=C patch ${words(task)} ${direction(task)} ${task.backup ? ['--backup', '--version-control=numbered'] : []}${input(task)} ${task.dest ?? []}`,
          ...(task.content !== undefined && { stdin: task.content }),
          shown: sh`patch ${words(task)} ${task.src}`.script,
        },
      ],
      effects: [
        predicts(askTried(task), shellAnswer('done\n')),
        // Files come and go, and copies are kept.
        blurs(...paths.flatMap((path) => [`entry:${path}`, `data:${path}`, `listed:${parentOf(path)}`])),
      ],
      paths,
    };
    return { changes: [change] };
  },
  returns: {},
  examples: [
    {
      title: 'Apply a patch to one file',
      yaml: 'ansible.posix.patch:\n  src: index.html.patch\n  dest: /srv/www/index.html',
      runs: { no: 'needs the patch' },
    },
    {
      title: 'Apply a patch to several files',
      yaml: 'ansible.posix.patch:\n  src: customize.patch\n  basedir: /srv/www\n  strip: 1',
      runs: { no: 'needs the patch' },
    },
  ],
});

const folderOf = ({ basedir, dest = '/' }: Task): string => tidyPath(basedir ?? parentOf(tidyPath(dest)));

const words = (task: Task): readonly string[] => [
  '--forward',
  '--batch',
  '--reject-file=-',
  `--strip=${task.strip}`,
  `--directory=${folderOf(task)}`,
  ...(task.binary ? ['--binary'] : []),
  ...(task.ignore_whitespace ? ['--ignore-whitespace'] : []),
];

/** How to bring about the state that the task wants. */
const direction = ({ state }: Task): readonly string[] => (state === 'absent' ? ['--reverse'] : []);

const input = ({ src, remote_src }: Task): Script => (remote_src ? script` --input=${src}` : script``);

/**
 * Asks patch itself, which changes nothing: `done` if the patch can be taken back again, `fits` and the files if it can
 * be applied, and otherwise what it says.
 */
function askTried(task: Task): Question<ShellAnswer> {
  const back = task.state === 'absent' ? [] : ['--reverse'];
  const open = task.remote_src ? script`<${task.src}` : script``;
  return shell({
    ...sh`export LC_ALL=C
command -v patch >/dev/null || exit 127
${task.remote_src ? script`[ -r ${task.src} ] || exit 4` : script`:`}
p=$(cat ${open}; echo x)
try() { printf '%s' "\${p%x}" | patch --dry-run ${words(task)} "$@" ${task.dest ?? []} 2>&1; }
if try ${back} >/dev/null; then echo done; exit 0; fi
if o=$(try ${direction(task)}); then echo fits; else echo wrong; fi
printf '%s\n' "$o"`,
    ...(task.content !== undefined && { input: decodeText(task.content) }),
    about: [
      `path:${folderOf(task)}`,
      ...(task.dest === undefined ? [] : [`data:${tidyPath(task.dest)}`]),
      ...(task.remote_src ? [`data:${tidyPath(task.src)}`] : []),
      'by:package:patch',
    ],
    deadlineMs: 60_000,
  });
}
