import { type Controller, ControllerError, defineTask, nameOf } from '../src/sdk.ts';

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
  prepare(params, controller) {
    const files =
      params.file === undefined ? filesBelow(params.dir ?? '', params, controller) : [located(params.file, controller)];
    const read = files.map((path) => controller.parseVars(new TextDecoder().decode(controller.readFile(path)), path));
    const merge = params.hash_behaviour === 'merge' ? deepMerge : (one: Vars, other: Vars) => ({ ...one, ...other });
    return { files, vars: read.reduce<Vars>(merge, {}), name: params.name, merge: params.hash_behaviour === 'merge' };
  },
  plan: (_state, { files, vars, name, merge }) => ({
    changes: [],
    result: {
      ansible_facts: name === undefined ? vars : { [name]: vars },
      ansible_included_var_files: files,
      ...(merge && { _ansible_merge: true }),
    },
  }),
  returns: {
    ansible_facts: 'The variables that were loaded.',
    ansible_included_var_files: 'The files that were read.',
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

function located(name: string, controller: Controller): string {
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

function filesBelow(
  dir: string,
  { depth, files_matching, ignore_files = [], extensions, ignore_unknown_extensions }: Selection,
  controller: Controller,
): readonly string[] {
  const root = located(dir, controller);
  if (!controller.isDirectory(root)) throw new ControllerError(`${root} is not a directory`);
  const names = controller
    .readTree(root, { contents: false })
    .filter((one) => one.kind !== 'directory')
    .map((one) => one.path);
  const wanted = names.filter((name) => {
    const base = nameOf(name);
    if (base.startsWith('.') || (depth > 0 && name.split('/').length > depth)) return false;
    if (ignore_files.some((pattern) => new RegExp(`${pattern}$`).test(base))) return false;
    return files_matching === undefined || new RegExp(files_matching).test(base);
  });
  const known = (name: string) => extensions.some((extension) => name.endsWith(`.${extension}`));
  const strange =
    files_matching === undefined && !ignore_unknown_extensions ? wanted.find((name) => !known(name)) : undefined;
  if (strange !== undefined)
    throw new ControllerError(`${root}/${strange} does not have a valid extension: ${extensions.join(', ')}`);
  return wanted
    .filter((name) => files_matching !== undefined || known(name))
    .sort()
    .map((name) => `${root}/${name}`);
}

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
