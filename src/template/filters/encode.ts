import { createHash, getHashes } from 'node:crypto';
import { decodeText, encodeText } from '../../core/text-codec.ts';
import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { dumpJson, parseJson } from '../python/json.ts';
import { indexOf } from '../python/number.ts';
import { str } from '../python/repr.ts';
import { type Args, type Callee, type Callees, fn } from '../python/signature.ts';
import { truth } from '../python/values.ts';
import { dumpYaml } from '../python/yaml-dump.ts';
import { loadAllYaml, loadYaml } from '../python/yaml-load.ts';
import { present } from './common.ts';

const bytesOf = (value: Value, encoding: BufferEncoding = 'utf8'): Buffer =>
  value instanceof Uint8Array ? Buffer.from(value) : bytesIn(encoding, str(present(value)));

/** Decodes as Python does: other characters are skipped, what follows the padding is ignored, and an incomplete end fails. */
function fromBase64(text: string): Buffer {
  let data = '';
  let pads = 0;
  for (const char of text) {
    if (char === '=') {
      if (data.length % 4 >= 2 && (data.length % 4) + ++pads >= 4) return Buffer.from(data, 'base64');
    } else if (/[A-Za-z0-9+/]/.test(char)) {
      data += char;
      pads = 0;
    }
  }
  return data.length % 4 === 0 ? Buffer.from(data, 'base64') : fail('Incorrect padding');
}

const bytesIn = (encoding: BufferEncoding, text: string): Buffer =>
  encoding === 'utf8' ? encodeText(text) : Buffer.from(text, encoding);

const textIn = (encoding: BufferEncoding, bytes: Buffer): string =>
  encoding === 'utf8' ? decodeText(bytes) : bytes.toString(encoding);

const encodingOf = (name: Value): BufferEncoding => {
  const text = str(name).toLowerCase().replaceAll('_', '-');
  if (/^utf-?8$/.test(text)) return 'utf8';
  if (/^(utf-?16-?le|utf-?16)$/.test(text)) return 'utf16le';
  return /^(latin-?1|iso-8859-1|ascii)$/.test(text) ? 'latin1' : fail(`unknown encoding: ${str(name)}`);
};

const digest = (kind: string, value: Value): string => createHash(kind).update(bytesOf(value)).digest('hex');

const checksum = fn('value', ([value]) => digest('sha1', value));

const JSON_OPTIONS =
  'indent=None, sort_keys=False, separators=None, ensure_ascii=True, vault_to_text=True, preprocess_unsafe=False, skipkeys=False, allow_nan=True, check_circular=True, default=None, profile=None';

/** Ansible's filters for JSON, YAML, base64 and hashes. */
export const encodeFilters: Callees = {
  b64encode: fn("value, encoding='utf-8', urlsafe=False", ([value, encoding, urlsafe]) => {
    const text = bytesOf(value, encodingOf(encoding)).toString('base64');
    return truth(urlsafe) ? text.replaceAll('+', '-').replaceAll('/', '_') : text;
  }),
  b64decode: fn("value, encoding='utf-8', urlsafe=False", ([value, encoding, urlsafe]) => {
    const text = bytesOf(value).toString('latin1');
    const plain = truth(urlsafe) ? text.replaceAll('-', '+').replaceAll('_', '/') : text;
    return textIn(encodingOf(encoding), fromBase64(plain));
  }),
  to_json: fn(`value, ${JSON_OPTIONS}`, (args) => toJson(args)),
  to_nice_json: toNiceJson(),
  // There is one profile here: values have no tags.
  from_json: fn('value, profile=None', ([value]) => parseJson(jsonText(value))),
  to_yaml: yamlFilter('value, default_flow_style=None, indent=None', null),
  to_nice_yaml: yamlFilter('value, indent=4, default_flow_style=False', false),
  from_yaml: fn('value', ([value]) => (typeof value === 'string' ? loadYaml(value) : value)),
  from_yaml_all: fn('value', ([value]) => (typeof value === 'string' ? loadAllYaml(value) : value)),
  hash: fn("value, hashtype='sha1'", ([value, kind]) => {
    const name = str(kind).toLowerCase().replace('_', '-');
    return getHashes()
      .map((each) => each.toLowerCase())
      .includes(name)
      ? digest(name, value)
      : fail(`unsupported hash type ${str(kind)}`);
  }),
  md5: fn('value', ([value]) => digest('md5', value)),
  sha1: checksum,
  checksum,
  quote: fn('value', ([value]) => shellQuote(value === null ? '' : str(value))),
};

function jsonText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  str(value);
  return fail(`the JSON object must be str, bytes or bytearray, not ${typeof value}`, 'template-type');
}

function indentOf(value: Value): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'string' ? value : ' '.repeat(indexOf(value));
}

function toJson([value, indent, sortKeys, separators, ensureAscii]: Args): string {
  const [item, key = ''] =
    separators === null ? [undefined, undefined] : (separatorsOf(separators) as [string, string]);
  return dumpJson(present(value), {
    indent: indentOf(indent),
    sortKeys: truth(sortKeys),
    ensureAscii: truth(ensureAscii),
    ...(item !== undefined && { itemSeparator: item, keySeparator: key }),
  });
}

const separatorsOf = (value: Value): readonly Value[] =>
  Array.isArray(value) ? value : (value as { items: readonly Value[] }).items;

function toNiceJson(): Callee {
  return fn(`value, ${JSON_OPTIONS.replace('indent=None, sort_keys=False', 'indent=4, sort_keys=True')}`, (args) => {
    const [value, indent, sortKeys, , ensureAscii] = args;
    return dumpJson(present(value), {
      indent: indentOf(indent),
      sortKeys: truth(sortKeys),
      ensureAscii: truth(ensureAscii),
      itemSeparator: ',',
      keySeparator: ': ',
    });
  });
}

function yamlFilter(signature: string, standardFlow: boolean | null): Callee {
  const options =
    'width=None, sort_keys=True, explicit_start=False, explicit_end=False, default_style=None, allow_unicode=True, line_break=None, canonical=None, encoding=None, version=None';
  return fn(`${signature}, ${options}`, (args) => {
    const [value, first, second, width, sortKeys, start, end, style] = args;
    const [flow, indent] = standardFlow === null ? [first, second] : [second, first];
    return dumpYaml(present(value), {
      flow: flow === null ? undefined : truth(flow),
      indent: indent === null ? 2 : indexOf(indent),
      width: width === null ? 80 : Number(width),
      sortKeys: truth(sortKeys),
      explicitStart: truth(start),
      explicitEnd: truth(end),
      style: style === null ? '' : str(style),
    });
  });
}

/** Quotes a word for `sh`, as Python's `shlex.quote` does. */
const shellQuote = (text: string): string => {
  if (text === '') return "''";
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
};
