import { type Directive, readNginx } from './syntax.ts';

/** A configuration that `nginx -t` can be asked about, with one line for each of the file's own. */
interface TestableNginx {
  readonly text: string;
  /** How many lines stand before the file's first. */
  readonly linesBefore: number;
}

/**
 * What is left out of a tested configuration: files that are elsewhere (certificates, included files, modules), places that would be
 * written to, and what depends on them. No program or module of the clone may be loaded.
 */
const LEFT_OUT =
  /^(?:include|load_module|ssl_engine|user|pid|lock_file|daemon|master_process|worker_\w+|env|error_log|access_log|log_format|open_log_file_cache|resolver|set_real_ip_from|ssl_\w+|\w+_ssl_(?:certificate|certificate_key|trusted_certificate|crl|password_file)|\w+_(?:temp|cache|store)_path|\w+_cache|limit_req|limit_conn|auth_http|js_\w+|perl\w*|geoip2?\w*|google_perftools_profiles)$/;

const PASSES = /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass$/;

/**
 * Makes a file testable: in a file of its own, with what is not in the clone stubbed. Undefined for a file that is a piece of another
 * one, whose place in it is not known. `folder`: an empty directory for sockets and temporary files.
 */
export function testableNginx(text: string, folder: string): TestableNginx | undefined {
  const read = readNginx(text);
  if (!Array.isArray(read)) return undefined;
  const directives = read as readonly Directive[];
  const names = new Set(directives.map(({ words: [name = ''] }) => name));
  const stubbed = replaced(text, edits(directives, folder));
  const settings = `daemon off; user root root; pid "${folder}/pid"; error_log stderr;`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((one) => `${one}_temp_path "${folder}";`)
    .join(' ');
  if (names.has('http') || names.has('events')) {
    const events = names.has('events') ? '' : ' events {}';
    return {
      text: `${settings}${events}\n${stubbed.replace(/\bhttp\s*\{/, (whole) => `${whole} ${temporary}`)}`,
      linesBefore: 1,
    };
  }
  if (!['server', 'upstream', 'map'].some((name) => names.has(name))) return undefined;
  return { text: `${settings} events {} http { access_log off; ${temporary}\n${stubbed}\n}\n`, linesBefore: 1 };
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function edits(directives: readonly Directive[], folder: string, within = ''): readonly Edit[] {
  return directives.flatMap((directive): readonly Edit[] => {
    const { words, from, to, block } = directive;
    const [name = '', first = ''] = words;
    if (block !== undefined) return edits(block, folder, name);
    if (['map', 'geo', 'split_clients', 'types', 'charset_map'].includes(within))
      return name === 'include' ? [{ from, to, text: '' }] : [];
    if (LEFT_OUT.test(name)) return [{ from, to, text: '' }];
    if (name === 'listen') return [{ from, to, text: `listen "unix:${folder}/${from}";` }];
    if (name === 'server' && within === 'upstream' && first !== '') return [{ from, to, text: 'server 127.0.0.1;' }];
    if (PASSES.test(name) && words.length === 2 && !first.includes('$'))
      return [{ from, to, text: `${name} "${numeric(first)}";` }];
    return [];
  });
}

/** A destination at an address, which nginx does not have to look up: the same scheme and path. */
const numeric = (destination: string): string =>
  destination.replace(/^([a-z]+:\/\/)?(?!unix:)[^/]+/, (_, scheme = '') => `${scheme}127.0.0.1:80`);

/** The text with its pieces replaced, on as many lines as before. */
function replaced(text: string, all: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const { from, to, text: by } of all) {
    out += `${text.slice(at, from)}${by}${text.slice(from, to).replace(/[^\n]/g, '')}`;
    at = to;
  }
  return out + text.slice(at);
}

/** What nginx says about a configuration whatever else a host has: what it cannot mean otherwise there. */
const CERTAIN =
  /^(?:unexpected |directive ".*" (?:has no|is not terminated)|invalid number of arguments in |".*" directive (?:is not allowed here|is duplicate)|invalid (?:value|parameter|condition|method|URL prefix|variable name|number of)|duplicate (?:location|upstream)|".*" cannot have URI part|pcre2?_compile|unclosed)/;

/** What `nginx -t` said about a file: its line in the file as it is in the clone, and whether it is proven to be wrong on any host. */
export function saidByNginx(
  stderr: string,
  { linesBefore }: TestableNginx,
): { readonly line: number; readonly said: string; readonly isCertain: boolean } | undefined {
  const [, said = '', line = '0'] = /\[emerg\] (?:\d+#\d+: )?([\s\S]*?) in \S+:(\d+)\s*$/m.exec(stderr) ?? [];
  if (said === '') return undefined;
  return { line: Math.max(1, Number(line) - linesBefore), said, isCertain: CERTAIN.test(said) };
}
