import { basename } from 'node:path';
import type { Value } from '../../core/value.ts';
import type { Context } from '../../template/context.ts';
import type { OwnTable } from '../../template/env.ts';
import { type Callee, type Env, type Lookup, TemplateError } from '../../template/index.ts';
import { askedFor } from './asked-for.ts';
import { type Json, pack, unpack } from './pack.ts';
import { calleeError, exceptionIn, loadFailure, lookupError } from './plugin-error.ts';
import { type FindPluginFiles, type PluginFile, type PluginPlaces, pluginFiles } from './plugin-files.ts';
import { type Message, type PythonProcess, pythonProcess } from './python-process.ts';

/** What plugins in Python need to know about a run. */
interface PluginSurroundings {
  readonly places: () => PluginPlaces;
  readonly configFile: string | undefined;
  readonly warn: (message: string) => void;
}

/** Filters, tests and lookups that users wrote for Ansible in Python. Nothing is read before a template uses a plugin. */
export function pythonPlugins(around: PluginSurroundings): Pick<Env, 'filters' | 'tests' | 'lookups'> {
  const { collections } = around.places();
  const python = pythonProcess({ collections, config: around.configFile ?? null });
  const find = pluginFiles(around.places);
  return {
    filters: callees('filter', find, python, around.warn),
    tests: callees('test', find, python, around.warn),
    lookups: lookups(find, python),
  };
}

/** Filters or tests. Only running a file shows which ones it has. As in Ansible, a file that cannot be loaded is skipped. */
function callees(
  kind: 'filter' | 'test',
  find: FindPluginFiles,
  python: PythonProcess,
  warn: (message: string) => void,
): OwnTable<Callee> {
  const loaded = new Map<string, Loaded>();
  const load = (one: PluginFile): Loaded => {
    const known = loaded.get(one.file);
    if (known !== undefined) return known;
    const file = loadFile(one, python);
    loaded.set(one.file, file);
    if (file.failure !== undefined) warn(`skipping ${file.failure}`);
    return file;
  };
  return {
    find: (name) =>
      find(name, kind)
        .map((one) => load(one).callees.get(lastPart(name)))
        .find((callee) => callee !== undefined),
    names: () => find('', kind).flatMap((one) => [...load(one).callees.keys()]),
    missing: (name) =>
      find(name, kind)
        .map((one) => load(one).failure)
        .find((failure) => failure !== undefined),
  };
}

const lastPart = (name: string): string => name.replace(/^\w+\.\w+\./, '');

/** The filters or tests in a file, or why it cannot be loaded. */
interface Loaded {
  readonly callees: ReadonlyMap<string, Callee>;
  readonly failure?: string;
}

function loadFile(one: PluginFile, python: PythonProcess): Loaded {
  try {
    const response = python.request({ do: 'names', ...one }, () => ({ value: null }));
    const exception = exceptionIn(response);
    if (exception !== undefined) return unloadable(one, loadFailure(exception));
    const names = Array.isArray(response['result']) ? response['result'].map(String) : [];
    return { callees: new Map(names.map((name) => [name, calleeOf(one, name, python)])) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { message, hint } = error.diagnostic;
    return unloadable(one, hint === undefined ? message : `${message}: ${hint}`);
  }
}

const unloadable = ({ file }: PluginFile, why: string): Loaded => ({
  callees: new Map(),
  failure: `${file}, which cannot be loaded: ${why}`,
});

const calleeOf = (one: PluginFile, plugin: string, python: PythonProcess): Callee => ({
  call(name, args, kwargs, context) {
    const message = { do: 'call', ...one, name: plugin, ...packed(args, kwargs) };
    const response = python.request(message, askedFor(context));
    const exception = exceptionIn(response);
    if (exception !== undefined) throw calleeError(name, exception);
    const result = resultOf(response);
    return one.kind === 'test' ? Boolean(result) : result;
  },
});

/** Lookups are named like their files. */
function lookups(find: FindPluginFiles, python: PythonProcess): OwnTable<Lookup> {
  const nameOf = ({ file }: PluginFile): string => basename(file, '.py').replace(/^_/, '');
  return {
    find(name) {
      const one = find(name, 'lookup').find((file) => nameOf(file) === lastPart(name));
      return one && lookupOf(one, name, python);
    },
    names: () => find('', 'lookup').map(nameOf),
  };
}

const lookupOf = (one: PluginFile, name: string, python: PythonProcess): Lookup => ({
  run(terms, options, context) {
    const message = { do: 'look up', ...one, name, ...packed(terms, options), ...foldersOf(context) };
    const response = python.request(message, askedFor(context));
    const exception = exceptionIn(response);
    if (exception !== undefined) throw lookupError(name, exception);
    return resultOf(response);
  },
});

const packed = (args: readonly Value[], kwargs: ReadonlyMap<string, Value>): { args: Json; kwargs: Json } => ({
  args: args.map(pack),
  kwargs: Object.fromEntries([...kwargs].map(([name, value]) => [name, pack(value)])),
});

const resultOf = ({ result }: Message): Value => unpack(result ?? null);

/** Where lookups find files. */
function foldersOf({ session: { env } }: Context): { folder: string; search: Json } {
  const kinds = ['files', 'templates', 'vars'] as const;
  return { folder: env.folder, search: Object.fromEntries(kinds.map((kind) => [kind, env.searchPath(kind)])) };
}
