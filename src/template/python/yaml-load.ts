import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { assign } from './values.ts';
import { resolveScalar } from './yaml-scalar.ts';

/** The one document of a YAML 1.1 text, as PyYAML's safe loader reads it. */
export function loadYaml(text: string): Value {
  const documents = loadAllYaml(text);
  if (documents.length > 1) return fail('expected a single document in the stream, but found another document', 'yaml');
  return documents[0] ?? null;
}

/** All documents of a YAML 1.1 text. */
export function loadAllYaml(text: string): Value[] {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
  });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) return fail(error.message, 'yaml');
    return nodeValue(document.contents as Node | null, document);
  });
}

function nodeValue(node: Node | null, document: Document): Value {
  if (node === null) return null;
  if (isAlias(node)) return nodeValue((node.resolve(document) as Node | undefined) ?? null, document);
  if (isSeq(node)) return node.items.map((item) => nodeValue(item as Node, document));
  if (isMap(node)) return mapOf(node, document);
  if (!isScalar(node)) return null;
  return scalarOf(node);
}

function scalarOf(node: Scalar): Value {
  const text = node.source ?? String(node.value ?? '');
  const plain = node.type === 'PLAIN' || node.type === undefined;
  return resolveScalar(plain ? text : String(node.value), plain, node.tag);
}

function mapOf(node: YAMLMap, document: Document): Value {
  const dict = new Map<Value, Value>();
  const merged: Value[] = [];
  for (const { key, value } of node.items) {
    const name = nodeValue(key as Node, document);
    const item = nodeValue(value as Node | null, document);
    if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(...(Array.isArray(item) ? item : [item]));
    else assign(dict, name, item);
  }
  return merged.length === 0 ? dict : withMerged(dict, merged);
}

/** Merge keys: the map's own keys win, earlier maps before later ones; merged keys come first, as in PyYAML. */
function withMerged(dict: Map<Value, Value>, merged: readonly Value[]): Value {
  const all = new Map<Value, Value>();
  for (const each of [...merged].reverse()) {
    if (!(each instanceof Map)) return fail('expected a mapping or list of mappings for merging', 'yaml');
    for (const [key, item] of each) all.set(key, item);
  }
  for (const [key, item] of dict) all.set(key, item);
  return all;
}
