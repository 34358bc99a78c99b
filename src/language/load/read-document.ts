import type { Diagnostic, Position } from '../../core/source.ts';
import { Vaulted } from '../../core/value.ts';
import { type Document, loadYaml } from '../../yaml/load.ts';
import type { Files } from '../files.ts';
import { type Loading, report } from './loading.ts';

/** A file's document and its errors. */
interface ReadFile {
  readonly document?: Document;
  readonly problems: readonly Diagnostic[];
}

const readFiles = new WeakMap<Files, Map<string, ReadFile>>();

/** Reads a file's YAML, once per run; its errors are reported to every load that needs the file. */
export function readDocument(loading: Loading, path: string, at?: Position): Document | undefined {
  const known = readFiles.get(loading.files) ?? new Map<string, ReadFile>();
  readFiles.set(loading.files, known);
  const read = known.get(path) ?? readFile(loading, path, at);
  known.set(path, read);
  for (const problem of read.problems) if (!loading.problems.includes(problem)) loading.problems.push(problem);
  return read.document;
}

function readFile(loading: Loading, path: string, at?: Position): ReadFile {
  const own: Loading = { ...loading, problems: [] };
  const document = parseFile(own, path, at);
  return { ...(document && { document }), problems: own.problems };
}

function parseFile(loading: Loading, path: string, at?: Position): Document | undefined {
  const text = loading.files.readText(path);
  if (text === undefined) {
    const message = `Unable to retrieve file contents: could not find or access '${path}' on the Ansible Controller.`;
    report(loading, 'missing-file', message, at);
    return undefined;
  }
  const plain = plainText(loading, text, path);
  if (plain === undefined) return undefined;
  const loaded = loadYaml(plain, path);
  const problems = loaded.ok ? (loaded.warnings ?? []) : loaded.error;
  loading.problems.push(...(loaded.ok || !path.endsWith('.json') ? problems : problems.map(asJson(plain))));
  return loaded.ok ? loaded.value : undefined;
}

/** Adds what is wrong with a file as JSON, since its name says that it is meant to be that. */
const asJson =
  (text: string) =>
  (problem: Diagnostic): Diagnostic => {
    try {
      JSON.parse(text);
      return problem;
    } catch (error) {
      return { ...problem, hint: `JSON: ${(error as Error).message}` };
    }
  };

// The file may be vault-encrypted as a whole. Other tools' encryption leaves bytes that are not text.
function plainText(loading: Loading, text: string, path: string): string | undefined {
  const at = { file: path, line: 1, column: 1 };
  if (text.startsWith('$ANSIBLE_VAULT;')) {
    if (loading.options.decrypt !== undefined) return loading.options.decrypt(new Vaulted(text, at));
    report(
      loading,
      'encrypted-file',
      'Attempting to decrypt but no vault secrets found',
      at,
      'use --vault-password-file or --ask-vault-pass',
    );
    return undefined;
  }
  if (!text.includes('\0')) return text;
  const hint = text.startsWith('\0GITCRYPT') ? 'unlock it with "git-crypt unlock"' : undefined;
  report(loading, 'encrypted-file', 'this file is not text; it is encrypted or binary', at, hint);
  return undefined;
}
