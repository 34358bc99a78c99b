import { hash, loadPlainAll, toJs } from '../../../src/sdk.ts';
import { isObject, type JsonObject, jsonAt, textInside } from '../json.ts';
import { kindNamed } from './kinds.ts';

/** An object of a cluster as a task defines it. */
export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly body: JsonObject;
}

/** Parameters that complete a definition. */
interface Naming {
  readonly api_version: string;
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly generate_name?: string | undefined;
  readonly append_hash?: boolean;
}

type Refused = { readonly refused: string };

/** The objects that a task defines, or why it defines none. */
export function definitionsIn(given: unknown, naming: Naming): readonly Definition[] | Refused {
  const read = given === undefined ? [{}] : documentsIn(given);
  if ('refused' in read) return read;
  const bodies = read
    .filter((one) => one !== null && one !== undefined && one !== '')
    .flatMap((one) => {
      const items = jsonAt(one, 'items');
      const kind = textInside(one, 'kind') ?? '';
      if (!kind.endsWith('List') || !Array.isArray(items)) return [one];
      const shared = { apiVersion: jsonAt(one, 'apiVersion'), kind: kind.slice(0, -4) };
      return items.map((item) => (isObject(item) ? { ...(kind === 'List' ? {} : shared), ...item } : item));
    });
  const wrong = bodies.find((one) => !isObject(one));
  if (wrong !== undefined)
    return { refused: `Failed to load resource definition: this is not a dictionary: ${JSON.stringify(wrong)}` };
  const all = bodies.filter(isObject).map((body) => completed(body, naming));
  const nameless = all.find(({ kind }) => kind === '');
  return nameless === undefined ? all : { refused: 'Failed to load resource definition: an object has no kind' };
}

function documentsIn(given: unknown): readonly unknown[] | Refused {
  const found: unknown[] = [];
  for (const one of Array.isArray(given) ? given : [given]) {
    if (typeof one !== 'string') {
      found.push(one);
      continue;
    }
    const read = loadPlainAll(one);
    if (!read.ok) {
      const [first] = read.error;
      const at = first?.at === undefined ? '' : `, line ${first.at.line}`;
      return { refused: `Failed to load resource definition: ${first?.message ?? 'this is not valid YAML'}${at}` };
    }
    found.push(...read.value.map(toJs));
  }
  return found;
}

function completed(body: JsonObject, naming: Naming): Definition {
  const apiVersion = textInside(body, 'apiVersion') ?? naming.api_version;
  const kind = kindNamed(apiVersion, textInside(body, 'kind') ?? naming.kind ?? '');
  const own = jsonAt(body, 'metadata');
  const given = { namespace: naming.namespace, name: naming.name, generateName: naming.generate_name };
  const metadata = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')),
    ...(isObject(own) ? own : {}),
  };
  const whole = withHash({ ...body, apiVersion, kind, metadata }, naming.append_hash === true);
  return {
    apiVersion,
    kind,
    name: textInside(whole, 'metadata', 'name'),
    namespace: textInside(whole, 'metadata', 'namespace'),
    body: whole,
  };
}

/** A config map or a secret whose name ends in a hash of its content. */
function withHash(body: JsonObject, isWanted: boolean): JsonObject {
  const { kind, metadata } = body;
  if (!isWanted || (kind !== 'ConfigMap' && kind !== 'Secret') || !isObject(metadata)) return body;
  const key = textInside(metadata, 'name') === undefined ? 'generateName' : 'name';
  const name = textInside(metadata, key) ?? '';
  const { data = '', type = '' } = body;
  const text = asciiJson({ data: sorted(data), kind, [key]: name, ...(kind === 'Secret' && { type }) });
  const digits = hash('sha256', new TextEncoder().encode(text)).slice(0, 10);
  const letters: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };
  const suffix = digits.replace(/[013ae]/g, (digit) => letters[digit] ?? digit);
  return { ...body, metadata: { ...metadata, [key]: `${name}-${suffix}` } };
}

function sorted(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** JSON as Python writes it, in ASCII; the hash depends on it. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** An object's name in messages: `Deployment shop/web`. */
export const labelOf = ({ kind, namespace, name, body }: Definition): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name ?? `${textInside(body, 'metadata', 'generateName') ?? ''}…`}`;

/** The subject for an object. */
export const kubeObject = ({ kind, namespace, name }: Pick<Definition, 'kind' | 'namespace' | 'name'>): string => {
  if (name === undefined) return `kubernetes:${kind}/*`;
  // Without a namespace, it may be in any.
  return namespace === undefined && !CLUSTER_WIDE.has(kind)
    ? `kubernetes:${kind}/*`
    : `kubernetes:${kind}/${CLUSTER_WIDE.has(kind) ? '' : namespace}/${name}`;
};

const CLUSTER_WIDE: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'CustomResourceDefinition',
  'PersistentVolume',
]);
