import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { moduleFiles } from '../../../src/cli/python/module-files.ts';
import type { Diagnostic } from '../../../src/core/source.ts';
import { isDict, type Raw } from '../../../src/core/value.ts';
import { inRaw, type TemplateText, textsOf } from '../../../src/language/check/texts.ts';
import { checkType } from '../../../src/language/check/types.ts';
import { createFiles, type Files } from '../../../src/language/files.ts';
import type { Item, Play, Task, VarsLayer } from '../../../src/language/model.ts';
import { createDynamicLoader, type LoadOptions, loadPlaybooks } from '../../../src/language/playbook.ts';
import { checkTemplate } from '../../../src/template/index.ts';
import { loadYaml } from '../../../src/yaml/load.ts';
import { canonical, taskTypes } from '../../../tasks/index.ts';
import { type CorpusFile, findFiles } from './find-files.ts';
import { reasonFor } from './missing-types.ts';

/** How many there are, and how many of them are correct. */
export interface Tally {
  total: number;
  right: number;
}

/** The results for a directory of playbooks, roles and templates. */
export interface Survey {
  readonly name: string;
  readonly files: Tally;
  readonly tasks: Tally;
  readonly templates: Tally;
  readonly failures: readonly Diagnostic[];
  /** Names that are defined neither in the directory nor in this program, with the number of uses. */
  readonly elsewhere: Readonly<
    Record<'role' | 'task type' | 'filter' | 'test' | 'lookup', ReadonlyMap<string, number>>
  >;
  /** Tasks in copies of collections, as `ansible-galaxy` installs them: how many bind, and the types that are missing. */
  readonly copied: { readonly tasks: number; readonly missing: ReadonlyMap<string, number> };
  /** Tasks for Debian hosts whose modules the repository contains itself, where the program finds them. */
  readonly brought: { readonly all: number; readonly copied: number };
  readonly seconds: number;
}

type Elsewhere = Record<keyof Survey['elsewhere'], Map<string, number>>;

/** The repository of which a directory is a clone: OWNER/NAME, if the directory is called OWNER+NAME. */
export const repositoryOf = (root: string): string => basename(root).replace('+', '/');

/** Loads each file of a directory, binds its tasks, compiles its templates. */
export function survey(root: string): Survey {
  const started = process.cpuUsage();
  const counted = new Count(root);
  for (const file of findFiles(root)) counted.add(file);
  const { user, system } = process.cpuUsage(started);
  return { ...counted.result(), seconds: (user + system) / 1e6 };
}

/** A count in progress. */
class Count {
  readonly #root: string;
  readonly #files: Files;
  readonly #options: LoadOptions;
  readonly #texts = new Map<string, string>();
  /** Directories of roles that are installed from elsewhere: empty here, so that what uses them loads. */
  readonly #absentRoles = new Set<string>();
  readonly #seenTasks = new Set<string>();
  readonly #seenTexts = new Set<string>();
  readonly #told = new Map<string, Diagnostic>();
  readonly #tallies = { files: newTally(), tasks: newTally(), templates: newTally() };
  readonly #copied = { tasks: 0, missing: new Map<string, number>() };
  readonly #brought = { all: 0, copied: 0 };
  /** Whether the program finds a module in the repository. */
  readonly #brings: (name: string) => boolean;
  readonly #elsewhere: Elsewhere = {
    role: new Map(),
    'task type': new Map(),
    filter: new Map(),
    test: new Map(),
    lookup: new Map(),
  };

  constructor(root: string) {
    const real = createFiles();
    this.#root = root;
    this.#files = {
      ...real,
      readText: (path) => (path.startsWith(`${absent}/`) ? '' : (this.#texts.get(path) ?? real.readText(path))),
      isFile: (path) => path.startsWith(`${absent}/`) || this.#texts.has(path) || real.isFile(path),
      isDirectory: (path) => this.#absentRoles.has(path) || real.isDirectory(path),
    };
    const own = collectionOf(root);
    const collections = own === undefined ? [] : [own.installed];
    const places = { folders: foldersWithLibrary(root), configured: [], collections };
    const fileOf = moduleFiles(() => places);
    // A name without a collection may be of a module in the repository's own.
    this.#brings = (name) =>
      fileOf(name) !== undefined ||
      (own !== undefined && !name.includes('.') && fileOf(`${own.name}.${name}`) !== undefined);
    this.#options = {
      files: this.#files,
      rolesPath: [...rolesPathOf(root), absent],
      collectionsPath: collections,
      taskType: (name) => taskTypes[canonical(name) ?? ''],
      decrypt: () => '',
    };
  }

  result(): Omit<Survey, 'seconds'> {
    const failures = [...this.#told.values()];
    const { elsewhere, copied, brought } = { elsewhere: this.#elsewhere, copied: this.#copied, brought: this.#brought };
    return { name: repositoryOf(this.#root), ...this.#tallies, failures, elsewhere, copied, brought };
  }

  add(file: CorpusFile): void {
    const found = file.kind === 'template' ? this.#template(file.path) : this.#load(file);
    const own = found.filter((problem) => problem.at === undefined || problem.at.file === file.path);
    this.#tallies.files.total++;
    if (own.length === 0) this.#tallies.files.right++;
    for (const problem of own) this.#tell(problem);
  }

  #load(file: CorpusFile): readonly Diagnostic[] {
    if (file.kind === 'vars' || file.kind === 'yaml') return this.#values(file);
    const playbook = file.kind === 'playbook' ? file.path : this.#playbookFor(file);
    const loaded = this.#loadPlaybook(playbook);
    if (!loaded.ok)
      return loaded.error.filter((problem) => problem.severity === 'error' && !this.#isElsewhere(problem));
    for (const play of loaded.value.flatMap(({ plays }) => plays)) this.#play(play);
    return [];
  }

  #loadPlaybook(playbook: string): ReturnType<typeof loadPlaybooks> {
    const loaded = loadPlaybooks([playbook], this.#options);
    const missing = loaded.ok ? [] : loaded.error.filter((problem) => this.#isElsewhere(problem));
    if (missing.length === 0) return loaded;
    for (const { message } of missing) this.#absentRoles.add(join(absent, quotedIn(message)!));
    return this.#loadPlaybook(playbook);
  }

  // Anything but a playbook is loaded through the smallest playbook that uses it.
  #playbookFor({ path, kind, role }: CorpusFile): string {
    const playbook = join(this.#root, `${relative(this.#root, path).replaceAll('/', ':')}.corpus.yml`);
    const text = (value: string): string => JSON.stringify(value);
    const from = (folder: string): string => text(relative(join(role ?? '', folder), path));
    const use =
      role === undefined
        ? `import_tasks: ${text(path)}`
        : `import_role: { name: ${text(role)}, ${kind === 'tasks' ? `tasks_from: ${from('tasks')}` : `handlers_from: ${from('handlers')}`} }`;
    const section = kind === 'handlers' && role === undefined ? 'handlers' : 'tasks';
    this.#texts.set(playbook, `- hosts: all\n  ${section}:\n    - ${use}\n`);
    return playbook;
  }

  #values({ path, kind }: CorpusFile): readonly Diagnostic[] {
    const text = readFileSync(path, 'utf8');
    if (text.startsWith('$ANSIBLE_VAULT')) return [];
    const loaded = loadYaml(text, path, { several: true, plain: kind === 'yaml' && !/!vault\b/.test(text) });
    if (!loaded.ok) return loaded.error;
    if (kind === 'vars') for (const value of loaded.value.values) this.#checkAll(inRaw(value));
    return [];
  }

  #play(play: Play): void {
    for (const item of [...play.items, ...play.handlers]) this.#item(item);
    for (const layer of play.layers) this.#layer(layer);
  }

  #item(item: Item): void {
    for (const layer of item.layers) this.#layer(layer);
    if (item.kind === 'block') {
      for (const inner of [...item.block, ...item.rescue, ...item.always]) this.#item(inner);
      return;
    }
    this.#checkAll([...textsOf(item), ...(item.name === undefined ? [] : inRaw(item.name))]);
    const key = `${item.at.file}:${item.at.line}:${item.at.column}`;
    if (item.kind !== 'task' || this.#seenTasks.has(key)) return;
    this.#seenTasks.add(key);
    this.#bind(item);
  }

  readonly #seenLayers = new WeakSet<object>();

  #layer(layer: VarsLayer): void {
    if (this.#seenLayers.has(layer.vars)) return;
    this.#seenLayers.add(layer.vars);
    for (const { value } of layer.vars.values()) this.#checkAll(inRaw(value));
  }

  #bind(task: Task): void {
    const copied = task.at.file.slice(this.#root.length).includes('/ansible_collections/');
    if (typeof task.type === 'string' && canonical(task.type) === undefined) {
      if (reasonFor(task.type).onDebian && this.#brings(task.type)) {
        this.#brought.all++;
        if (copied) this.#brought.copied++;
        return;
      }
      increment(this.#elsewhere['task type'], task.type);
      if (copied) increment(this.#copied.missing, task.type);
      return;
    }
    this.#tallies.tasks.total++;
    if (copied) this.#copied.tasks++;
    const problems: Diagnostic[] = [];
    const loader = createDynamicLoader(this.#options);
    const taskType = (name: string) => taskTypes[canonical(name) ?? ''];
    checkType(
      { options: { files: this.#files, loader, taskType }, problems, checkedTexts: new Set(), checkedTasks: new Set() },
      task,
    );
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (errors.length === 0) this.#tallies.tasks.right++;
    for (const problem of errors) this.#tell(problem);
  }

  #checkAll(texts: readonly TemplateText[]): void {
    for (const { source, at, kind } of texts) {
      const key = `${at?.file}:${at?.line}:${at?.column} ${source}`;
      if (this.#seenTexts.has(key)) continue;
      this.#seenTexts.add(key);
      this.#compiled(checkTemplate(source, at, { kind }));
    }
  }

  #template(path: string): readonly Diagnostic[] {
    const start = { file: path, line: 1, column: 1 };
    return this.#compiled(checkTemplate(readFileSync(path, 'utf8'), start, { kind: 'file' }));
  }

  #compiled(found: readonly Diagnostic[]): readonly Diagnostic[] {
    const own = found.filter((problem) => problem.severity === 'error' && !this.#isElsewhere(problem));
    this.#tallies.templates.total++;
    if (own.length === 0) this.#tallies.templates.right++;
    for (const problem of own) this.#tell(problem);
    return own;
  }

  // Names from other collections, or of Python plugins next to the playbooks, are not failures but are listed by name.
  #isElsewhere({ code, message }: Diagnostic): boolean {
    const kind = code.startsWith('unknown-') ? code.slice('unknown-'.length) : code === 'missing-role' ? 'role' : code;
    const name = quotedIn(message);
    if (name === undefined || !(kind in this.#elsewhere)) return false;
    increment(this.#elsewhere[kind as keyof Elsewhere], name);
    return true;
  }

  #tell(problem: Diagnostic): void {
    const { at, message } = problem;
    const file = at && existsSync(at.file) ? realpathSync(at.file) : at?.file;
    this.#told.set(`${file}:${at?.line}:${at?.column} ${message}`, problem);
  }
}

const absent = '/absent-roles';

const quotedIn = (message: string): string | undefined => /'([^']+)'/.exec(message)?.[1];

const newTally = (): Tally => ({ total: 0, right: 0 });

const increment = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1);

const rolesPathOf = (root: string): readonly string[] =>
  ['roles', 'playbooks/roles', 'ansible/roles', 'deploy/roles', '..', '.']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder));

/** The directories that have a `library` of modules: of playbooks, and of roles. */
const foldersWithLibrary = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name === 'library')
    .map((entry) => entry.parentPath);

/** The collection that a repository is: its name, and a directory where it is arranged as `ansible-galaxy` would have installed it. */
function collectionOf(root: string): { readonly name: string; readonly installed: string } | undefined {
  const galaxy = ['galaxy.yml', 'ansible/galaxy.yml'].map((name) => join(root, name)).find((path) => existsSync(path));
  const loaded = galaxy === undefined ? undefined : loadYaml(readFileSync(galaxy, 'utf8'), galaxy);
  if (galaxy === undefined || !loaded?.ok || !isDict(loaded.value.value)) return undefined;
  const said = loaded.value.value as Map<unknown, Raw>;
  const installed = mkdtempSync(join(tmpdir(), 'retrace-corpus-'));
  const [namespace, name] = ['namespace', 'name'].map((key) => String(said.get(key)));
  const folder = join(installed, 'ansible_collections', namespace ?? '');
  mkdirSync(folder, { recursive: true });
  symlinkSync(dirname(galaxy), join(folder, name ?? ''));
  return { name: `${namespace}.${name}`, installed };
}
