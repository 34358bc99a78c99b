import { joined, type Question, type Script, type ShellAnswer, script, shellAnswer } from '../../../src/sdk.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type Definition, kubeObject } from './definitions.ts';
import { askKubectl, type Kubectl } from './kubectl.ts';

/** How an object that exists is given what a definition says. */
export type Way =
  | { readonly by: 'patch'; readonly types: readonly string[] }
  | { readonly by: 'replace' }
  | { readonly by: 'apply'; readonly options: readonly string[] };

/** What is to be found out about a defined object. */
export interface WantedObject {
  readonly definition: Definition;
  readonly way: Way;
  /** Whether to find out what the server would make of the definition; not if the object is to be removed. */
  readonly tries: boolean;
  /** Whether it is created if it is missing. */
  readonly creates: boolean;
  /** Whether to look for unknown fields in it. */
  readonly validates: boolean;
}

/** What the client told: an object, and warnings; or, with another exit code than 0, an error. */
export interface ToldByClient {
  readonly code: number;
  readonly object: JsonObject | undefined;
  readonly said: string;
}

/** An object as it is, as it would be with the definition, and what is wrong with the definition. */
export interface ObjectState {
  readonly now: ToldByClient;
  readonly tried: ToldByClient | undefined;
  readonly validated: ToldByClient | undefined;
}

const MARK = '== retrace:';

/** Shell functions for each way to deal with the object in `$_body`. */
export const OBJECT_CALLS = script`_given() { printf '%s' "$_body" | _kubectl "$@"; }
_get() { _given get -f - -o json --ignore-not-found; }
_create() { _given create -f - -o json --validate=false "$@"; }
_replace() { _given replace -f - -o json --validate=false "$@"; }
_apply() { _given apply -f - -o json --validate=false "$@"; }
_patch() {
  _types=$1
  shift
  for _type in $_types; do
    _said=$(printf '%s' "$_body" | { _given patch -f - --type "$_type" --patch-file /dev/fd/3 -o json "$@" 2>&1; } 3<&0)
    _code=$?
    [ "$_code" -ne 0 ] || break
  done
  printf '%s\n' "$_said"
  return "$_code"
}`;

const wayWords = (way: Way): Script => {
  if (way.by === 'patch') return script`_patch ${way.types.join(' ')}`;
  return way.by === 'replace' ? script`_replace` : script`_apply ${way.options}`;
};

/** The call that gives the object on the next line of stdin what its definition says. */
export const wayCall = (way: Way): Script => script`${OBJECT_CALLS}
IFS= read -r _body
${wayWords(way)}`;

/** The call that creates the object on the next line of stdin. */
export const createCall = script`${OBJECT_CALLS}
IFS= read -r _body
_create`;

function lookScript({ definition, way, tries, creates, validates }: WantedObject): Script {
  const begin = script`IFS= read -r _body
_begin
`;
  const trying = (words: Script) => script`_x=$(${words} --dry-run=server 2>&1 </dev/null); _tell tried "$?"`;
  if (definition.name === undefined)
    return script`${begin}_x=; _tell now 0
${trying(script`_create`)}`;
  const get = script`${begin}_x=$(_get 2>&1 </dev/null); _c=$?; _tell now "$_c"; [ "$_c" -eq 0 ] || _r=1`;
  if (!tries) return get;
  const isMissing = creates ? trying(way.by === 'apply' ? wayWords(way) : script`_create`) : script`:`;
  const validating = validates
    ? script`
_x=$(_given apply -f - -o name --dry-run=server --validate=true 2>&1 </dev/null); _tell validated "$?"`
    : script``;
  return script`${get}
[ "$_c" -ne 0 ] || case $_x in *'"kind"'*) ${trying(wayWords(way))} ;; *) ${isMissing} ;; esac${validating}`;
}

/** Shell functions that mark the sections of an answer: `_begin` that of an object, `_tell NAME CODE` the end of what `$_x` has. */
export const SECTIONS = script`_begin() { printf '%s object\n' ${MARK}; }
_tell() { printf '%s\n%s %s %s\n' "$_x" ${MARK} "$1" "$2"; }`;

/** Asks how objects are, and has the server try what they would be. */
export const askObjects = (kubectl: Kubectl, wanted: readonly WantedObject[]): Question<ShellAnswer> =>
  askKubectl(
    kubectl,
    script`${OBJECT_CALLS}
${SECTIONS}
_r=0
${joined(
  wanted.map(lookScript),
  script`
`,
)}
exit "$_r"`,
    {
      about: wanted.map(({ definition }) => kubeObject(definition)),
      lines: wanted.map(({ definition }) => JSON.stringify(definition.body)),
      isSecret: wanted.some(({ definition }) => definition.kind === 'Secret'),
    },
  );

/** The state of each object; none if the client did not get as far as that. */
export function readObjects({ stdout }: ShellAnswer): readonly ObjectState[] {
  const [, ...parts] = stdout.split(`${MARK} object\n`);
  return parts.map((part) => {
    const told = new Map<string, ToldByClient>();
    let text = '';
    for (const line of part.split('\n')) {
      const [, name, code] = line.startsWith(MARK) ? (/ (\w+) (\d+)$/.exec(line) ?? []) : [];
      if (name === undefined) text += `${line}\n`;
      else {
        told.set(name, toldBy(Number(code), text));
        text = '';
      }
    }
    return {
      now: told.get('now') ?? toldBy(1, ''),
      tried: told.get('tried'),
      validated: told.get('validated'),
    };
  });
}

/** What the client printed: an object, and what it said besides. */
export function toldBy(code: number, text: string): ToldByClient {
  const start = code === 0 ? text.search(/^\{/m) : -1;
  if (start < 0) return { code, object: undefined, said: text.trim() };
  const end = text.lastIndexOf('}') + 1;
  const parsed: unknown = JSON.parse(text.slice(start, end));
  return {
    code,
    object: isObject(parsed) ? onlyItem(parsed) : undefined,
    said: `${text.slice(0, start)}${text.slice(end)}`.trim(),
  };
}

/** The client lists an object that it was given as a document. */
function onlyItem(object: JsonObject): JsonObject | undefined {
  const { kind, items } = object;
  if (kind !== 'List' || !Array.isArray(items) || items.length > 1) return object;
  return items.find(isObject);
}

/** The state of an object that is as its definition says, or that is gone. */
export const settled = (object: JsonObject | undefined): ObjectState => {
  const told = { code: 0, object, said: '' };
  return { now: told, tried: object === undefined ? undefined : told, validated: undefined };
};

/** The answer from which these states are read. */
export const answerWith = (states: readonly ObjectState[]): ShellAnswer =>
  shellAnswer(
    states
      .map(({ now, tried, validated }) => {
        const section = (name: string, told: ToldByClient | undefined) =>
          told === undefined ? '' : `${toldText(told)}\n${MARK} ${name} ${told.code}\n`;
        return `${MARK} object\n${section('now', now)}${section('tried', tried)}${section('validated', validated)}`;
      })
      .join(''),
  );

const toldText = ({ object, said }: ToldByClient): string =>
  [said, ...(object === undefined ? [] : [JSON.stringify(object)])].filter((text) => text !== '').join('\n');
