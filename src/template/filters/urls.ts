import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { str } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';

/** Ansible's filters for URLs. */
export const urlFilters: Callees = {
  urlsplit: fn("value, query='', alias='urlsplit'", ([value, query]) => splitUrl(str(value), str(query))),
  urldecode: fn('value', ([value]) => decode(str(value))),
};

function decode(text: string): string {
  const bytes = Buffer.from(text.replaceAll('+', ' '), 'utf8')
    .toString('latin1')
    .replace(/%([\da-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function splitUrl(url: string, query: string): Value {
  const parts = new Map<Value, Value>(Object.entries(urlParts(url)));
  if (query === '') return parts;
  const part = parts.get(query);
  return part === undefined ? fail(`urlsplit: unknown URL component: ${query}`) : part;
}

/** The parts of a URL, as returned by Python's `urlsplit`. */
function urlParts(text: string): Record<string, Value> {
  // Python removes these, as browsers do.
  const url = text.replace(/^[\0- ]+/, '').replace(/[\t\r\n]/g, '');
  const [, scheme = '', afterScheme = ''] = /^(?:([a-zA-Z][\w+.-]*):)?(.*)$/s.exec(url) ?? [];
  const [, netloc = '', rest = ''] = /^(?:\/\/([^/?#]*))?(.*)$/s.exec(afterScheme) ?? [];
  const [, path = '', search = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? [];
  const at = netloc.lastIndexOf('@');
  const [username, password] = at < 0 ? [null, null] : splitFirst(netloc.slice(0, at), ':');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(netloc.slice(at + 1)) ?? [];
  return {
    fragment,
    hostname: host === '' ? null : host.replace(/^\[|\]$/g, '').toLowerCase(),
    netloc,
    password,
    path,
    port: port ? Number(port) : null,
    query: search,
    scheme: scheme.toLowerCase(),
    username,
  };
}

function splitFirst(text: string, separator: string): [string, string | null] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}
