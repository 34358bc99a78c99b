import { type Controller, ControllerError, defineTask, nameOf, parentOf } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.include_vars',
  summary: 'Load variables from files on the controller, at run time.',
  freeForm: 'file',
  controllerOnly: true,
  gives: 'include_vars',
  params: {
    file: { type: 'str', aliases: ['_raw_params', 'free-form'], doc: 'A variables file, searched for in `vars`.' },
    dir: { type: 'str', doc: 'A directory; all files in it are read, sorted by name.' },
    name: { type: 'str', doc: 'A variable to store all loaded variables in, as a dictionary.' },
    hash_behaviour: {
      type: 'str',
      choices: ['replace', 'merge'],
      doc: 'Whether dictionaries are merged with those from other files and with the current values of the variables.',
    },
    depth: { type: 'int', default: 0, doc: 'How many levels deep to search `dir`; 0 means no limit.' },
    files_matching: { type: 'str', doc: 'Read only files whose names match this regular expression.' },
    ignore_files: { type: 'list', elements: 'str', doc: 'Regular expressions for file names to leave out.' },
    extensions: {
      type: 'list',
      elements: 'str',
      default: ['json', 'yaml', 'yml'],
      doc: 'The extensions of the files to read.',
    },
    ignore_unknown_extensions: {
      type: 'bool',
      default: false,
      doc: 'Skip files with other extensions, instead of failing.',
    },
  },
  rules: { mutuallyExclusive: [['file', 'dir']], requiredOneOf: [['file', 'dir']] },
  prepare: (params, controller) => loaded(params, controller),
  plan: (_state, loading) =>
    'failed' in loading
      ? {
          failed: loading.failed,
          result: { ansible_facts: {}, ansible_included_var_files: loading.files, message: loading.failed },
        }
      : {
          changes: [],
          result: {
            ansible_facts: loading.vars,
            ansible_included_var_files: loading.files,
            ...(loading.merge && { _ansible_merge: true }),
          },
        },
  returns: {
    ansible_facts: 'The variables that were loaded.',
    ansible_included_var_files: 'The files that were read.',
    message: 'Why it failed.',
  },
  examples: [
    {
      title: 'Load a file next to the playbook',
      yaml: 'include_vars: secrets.yaml',
      runs: { no: 'needs a file next to the playbook' },
    },
    {
      title: 'Load all files in a directory into one variable',
      yaml: 'include_vars:\n  dir: vars/sites\n  name: sites',
      runs: { no: 'needs a directory next to the playbook' },
    },
  ],
});

type Vars = Readonly<Record<string, unknown>>;

/** The variables that were read, or why one of the files could not be. */
type Loading =
  | { readonly files: readonly string[]; readonly vars: Vars; readonly merge: boolean }
  | { readonly files: readonly string[]; readonly failed: string };

interface Sources extends Selection {
  readonly file: string | undefined;
  readonly dir: string | undefined;
  readonly name: string | undefined;
  readonly hash_behaviour: 'replace' | 'merge' | undefined;
}

function loaded(params: Sources, controller: Controller): Loading {
  const merge = params.hash_behaviour === 'merge';
  const files: string[] = [];
  let vars: Vars = {};
  try {
    // Free-form text in a folded block ends in a line end, which is not part of the name.
    for (const path of params.file === undefined
      ? filesBelow(params, controller)
      : [located(params.file.replace(/\n+$/, ''), controller)]) {
      if (params.file === undefined) checkExtension(path, params);
      const read = controller.parseVars(new TextDecoder().decode(controller.readFile(path)), path);
      vars = merge ? deepMerge(vars, read) : { ...vars, ...read };
      files.push(path);
    }
  } catch (error) {
    if (error instanceof ControllerError) return { files, failed: error.message };
    throw error;
  }
  return { files, vars: params.name === undefined ? vars : { [params.name]: vars }, merge };
}

function located(name: string, controller: Controller): string {
  // As a path, an empty name would be the directory of variables itself.
  if (name === '') throw new ControllerError('Could not find file on the Ansible Controller: its name is empty');
  const found = controller.find('vars', name);
  if (found.ok) return found.path;
  throw new ControllerError(
    `Could not find or access '${name}' on the Ansible Controller; searched in: ${found.searched.join(', ')}`,
  );
}

interface Selection {
  readonly depth: number;
  readonly files_matching: string | undefined;
  readonly ignore_files: readonly string[] | undefined;
  readonly extensions: readonly string[];
  readonly ignore_unknown_extensions: boolean;
}

/** The files to read, those of a directory before those in its subdirectories. */
function filesBelow(params: Sources, controller: Controller): readonly string[] {
  const root = located(params.dir ?? '', controller);
  if (!controller.isDirectory(root)) throw new ControllerError(`${root} is not a directory`);
  const isFile = (path: string): boolean =>
    !controller.isDirectory(`${root}/${path}`) && controller.find('vars', `${root}/${path}`).ok;
  return controller
    .readTree(root, { contents: false })
    .filter(({ path, kind }) => kind === 'file' || (kind === 'link' && isFile(path)))
    .map(({ path }) => path)
    .filter((path) => isSelected(path, params))
    .sort((one, other) => compare(parentOf(one), parentOf(other)) || compare(one, other))
    .map((path) => `${root}/${path}`);
}

function isSelected(path: string, { depth, files_matching, ignore_files = [], ...params }: Selection): boolean {
  const base = nameOf(path);
  if (depth > 0 && path.split('/').length > depth) return false;
  if (ignore_files.some((pattern) => new RegExp(`${pattern}$`).test(base))) return false;
  if (files_matching !== undefined && !new RegExp(files_matching).test(base)) return false;
  return !params.ignore_unknown_extensions || params.extensions.includes(extensionOf(base));
}

function checkExtension(path: string, { extensions }: Selection): void {
  if (!extensions.includes(extensionOf(nameOf(path))))
    throw new ControllerError(`${path} does not have a valid extension: ${extensions.join(', ')}`);
}

/** Without its dot; empty for a name without one, or whose only dot is the first character. */
const extensionOf = (name: string): string => /[^.].*\.([^.]*)$/.exec(name)?.[1] ?? '';

const compare = (one: string, other: string): number => Number(one > other) - Number(one < other);

/** Dictionaries arrive as objects or as maps and are returned in the same form. */
function deepMerge(one: Vars, other: Vars): Vars {
  const entries = Object.entries(other).map(([key, value]) => [key, merged(one[key], value)]);
  return { ...one, ...Object.fromEntries(entries) };
}

function merged(one: unknown, other: unknown): unknown {
  if (one instanceof Map && other instanceof Map)
    return new Map([...one, ...[...other].map(([key, value]) => [key, merged(one.get(key), value)] as const)]);
  return isPlain(one) && isPlain(other) ? deepMerge(one, other) : other;
}

const isPlain = (value: unknown): value is Vars =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
