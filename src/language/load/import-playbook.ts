import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Position } from '../../core/source.ts';
import { splitWords } from '../../core/split-words.ts';
import { isDict, type Raw } from '../../core/value.ts';
import { idleOnImports, keywordsOn } from '../keywords/places.ts';
import type { Play } from '../model.ts';
import { LEVELS } from '../variables/levels.ts';
import { shortTypeName } from './action.ts';
import { keywordsOf } from './keywords.ts';
import { type Loading, report, type Within } from './loading.ts';
import { loadPlay, noInheritance, type PlayInheritance } from './play.ts';
import { readDocument } from './read-document.ts';
import { staticText } from './static-text.ts';
import { checkKeywords, tellIdle } from './unknown-keyword.ts';
import { varsLayer } from './within.ts';
import { isRawDict, isRawList, kindOf, type RawDict, writtenAt } from './written.ts';

/** Loads the plays in a playbook file, with imports replaced by the plays of the imported playbooks. */
export function loadPlaybookFile(
  loading: Loading,
  file: string,
  inherited: PlayInheritance = noInheritance,
  chain: readonly string[] = [],
  importedAt?: Position,
): Play[] {
  const document = readDocument(loading, file, importedAt);
  if (document === undefined) return [];
  const { value } = document;
  const at = document.at.value;
  if (value === null || (isRawList(value) && value.length === 0)) {
    report(loading, 'no-play', `A playbook must contain at least one play: ${file}`, at);
    return [];
  }
  if (!isRawList(value)) {
    const hint = isRawDict(value) ? 'begin each play with "- "' : undefined;
    report(
      loading,
      'wrong-keyword-type',
      `A playbook must be a list of plays, got ${kindOf(value)} instead: ${file}`,
      at,
      hint,
    );
    return [];
  }
  return value.flatMap((entry, index) =>
    loadEntry(loading, entry, { file, inherited, chain: [...chain, file] }, writtenAt(value, index, at)),
  );
}

/** The playbook file that contains an entry, and the imports that led to it. */
interface From {
  readonly file: string;
  readonly inherited: PlayInheritance;
  /** The chain of importing files, this one last. */
  readonly chain: readonly string[];
}

function loadEntry(loading: Loading, entry: Raw, from: From, at: Position): Play[] {
  if (!isRawDict(entry)) {
    report(
      loading,
      'wrong-keyword-type',
      `playbook entries must be either valid plays or 'import_playbook' statements; this is ${kindOf(entry)}`,
      at,
    );
    return [];
  }
  const key = [...entry.keys()].find((name) => shortTypeName(String(name)) === 'import_playbook');
  if (key !== undefined) return importPlaybook(loading, entry, String(key), from, at);
  return [loadPlay(loading, entry, dirname(resolve(from.file)), from.inherited, at)];
}

const keywordsOnImports: ReadonlySet<string> = new Set([...keywordsOn('import_playbook'), ...idleOnImports]);

function importPlaybook(loading: Loading, dict: RawDict, key: string, from: From, at: Position): Play[] {
  const { file, inherited } = from;
  checkKeywords(loading, dict, { name: 'PlaybookInclude', known: keywordsOnImports }, at, key);
  for (const idle of dict.keys())
    if (typeof idle === 'string' && idleOnImports.has(idle))
      tellIdle(loading, dict, idle, 'write it in the plays of the imported playbook', at);
  const layer = varsLayer(loading, dict, LEVELS.play, 'import_playbook vars', at);
  const own: PlayInheritance = {
    keywords: keywordsOf(loading, dict, 'import_playbook', inherited.keywords, at),
    layers: layer === undefined ? inherited.layers : [layer, ...inherited.layers],
  };
  const nameAt = writtenAt(dict, key, at);
  const name = dict.get(key);
  if (name === null || name === undefined || name === '') {
    report(loading, 'no-file', 'playbook import parameter is missing', nameAt);
    return [];
  }
  if (isDict(name) || isRawList(name)) {
    report(
      loading,
      'wrong-keyword-type',
      `import_playbook expects the name of a file; this is ${kindOf(name)}`,
      nameAt,
    );
    return [];
  }
  const text = staticText(loading, name, importScope(file, own), nameAt);
  return text === undefined
    ? []
    : loadNamed(loading, fileIn(loading, text, file, nameAt), { ...from, inherited: own }, nameAt);
}

// Older playbooks pass variables after the name, as in `b.yml x=1`. Ansible reads the name and drops the rest.
function fileIn(loading: Loading, text: string, file: string, at: Position): string {
  const [name, ...rest] = splitWords(text) ?? [];
  if (name === undefined || rest.length === 0 || findPlaybook(loading, text, file) !== undefined) return text;
  const message = `\`${rest.join(' ')}\` has no effect here: only the file name is read`;
  const hint = 'put variables under `vars`, next to `import_playbook`';
  loading.problems.push({ severity: 'warning', code: 'without-effect', message, at, hint });
  return name;
}

function loadNamed(loading: Loading, name: string, { file, inherited, chain }: From, at: Position): Play[] {
  const path = findPlaybook(loading, name, file);
  if (path === undefined) {
    report(
      loading,
      'missing-file',
      `Unable to retrieve file contents: could not find or access '${name}' on the Ansible Controller.`,
      at,
    );
    return [];
  }
  if (chain.includes(path)) {
    report(loading, 'recursion', `'${name}' imports itself`, at);
    return [];
  }
  return loadPlaybookFile(loading, path, inherited, chain, at);
}

// Resolves a name in a collection, or a path next to the importing playbook.
function findPlaybook(loading: Loading, name: string, file: string): string | undefined {
  const path = isAbsolute(name) ? name : join(dirname(file), name);
  if (loading.files.isFile(path)) return path;
  const [namespace, collection, ...rest] = name.split('.');
  if (namespace === undefined || collection === undefined || rest.length === 0) return undefined;
  const roots = (loading.options.collectionsPath ?? []).map((root) =>
    join(root, 'ansible_collections', namespace, collection, 'playbooks'),
  );
  const paths = roots.flatMap((root) => ['.yml', '.yaml'].map((ending) => join(root, ...rest) + ending));
  return paths.find(loading.files.isFile);
}

function importScope(file: string, own: PlayInheritance): Within {
  const directory = dirname(resolve(file));
  const play = {
    directory,
    layers: own.layers,
    staticLayers: [],
    exported: [],
    importedHandlers: [],
    roles: new Map(),
  };
  return {
    play,
    keywords: own.keywords,
    layers: [],
    searchPath: [directory],
    roleFolders: 0,
    taskFolders: [directory],
    asHandlers: false,
    collections: [],
    chain: [],
  };
}
