import { type Question, type ShellAnswer, type Subject, script, sh, shell } from '../../../src/sdk.ts';

/** firewalld has two configurations: the one in effect, and the one that is loaded when it starts. */
export type Config = 'runtime' | 'permanent';

/** A zone as `--list-all` shows it: the values under each heading. */
export type Zone = ReadonlyMap<string, readonly string[]>;

/** All zones, by name. */
export type Zones = ReadonlyMap<string, Zone>;

/** The exit code of `firewall-cmd` if firewalld does not run. */
export const NOT_RUNNING = 252;

/** The client of firewalld; that firewalld does not run is an answer. */
export const firewalldTool = { name: 'firewall-cmd', package: 'firewalld', accepts: [0, NOT_RUNNING] };

/**
 * Defines `_runtime` and `_permanent`, which run firewalld's client. `_permanent` works without firewalld, too, through
 * another client, in which `--remove-service` has an older meaning.
 */
export const withClient = script`command -v firewall-cmd >/dev/null || exit 127
_runtime() { firewall-cmd "$@"; }
_offline() {
  for _word; do
    shift
    case $_word in --remove-service=*) _word=--remove-service-from-zone=\${_word#*=} ;; esac
    set -- "$@" "$_word"
  done
  firewall-offline-cmd "$@"
}
_permanent() {
  _out=$(firewall-cmd --permanent "$@" 2>&1)
  _code=$?
  [ "$_code" -ne ${NOT_RUNNING} ] || { _offline "$@"; return; }
  if [ "$_code" -eq 0 ]; then printf '%s\n' "$_out"; else printf '%s\n' "$_out" >&2; fi
  return "$_code"
}`;

/** The function of \`withClient\` for a configuration. */
export const client = (config: Config) => (config === 'runtime' ? script`_runtime` : script`_permanent`);

/** The subject of the zones of a configuration. */
export const zonesSubject = (config: Config): Subject => `firewall:firewalld/zones/${config}`;

/** What an answer of firewalld's client depends on besides its subject. */
export const aboutClient = (config: Config): readonly Subject[] =>
  config === 'runtime' ? ['by:package:firewalld', 'by:unit:firewalld.service'] : ['by:package:firewalld'];

/** Asks for all zones of a configuration. */
export const askZones = (config: Config): Question<ShellAnswer> =>
  shell({
    ...sh`${withClient}
${client(config)} --list-all-zones`,
    about: [
      zonesSubject(config),
      ...aboutClient(config),
      ...(config === 'permanent' ? ['by:path:/etc/firewalld/zones'] : []),
    ],
  });

/** Asks for the name of the zone that is meant if a task names none. */
export const askDefaultZone: Question<ShellAnswer> = shell({
  ...sh`command -v firewall-cmd >/dev/null || exit 127
firewall-cmd --get-default-zone 2>/dev/null || firewall-offline-cmd --get-default-zone`,
  about: ['firewall:firewalld/default', 'by:data:/etc/firewalld/firewalld.conf', ...aboutClient('runtime')],
});

/** Whether a built-in zone has this name. */
export const askBuiltIn = (zone: string): Question<ShellAnswer> =>
  shell({
    ...sh`[ -e ${`/usr/lib/firewalld/zones/${zone}.xml`} ]`,
    about: ['by:package:*', `by:entry:/usr/lib/firewalld/zones/${zone}.xml`],
  });

/** Reads a list of zones. */
export function readZones(text: string): Zones {
  const zones = new Map<string, Map<string, readonly string[]>>();
  let zone = new Map<string, readonly string[]>();
  let heading = '';
  for (const line of text.split('\n')) {
    const name = /^([^\s:]+)(?: \(.*\))?$/.exec(line)?.[1];
    const [, key, values = ''] = /^ {2}([^:\s][^:]*): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      zone = new Map();
      zones.set(name, zone);
    } else if (key !== undefined) {
      heading = key;
      zone.set(key, values.split(/\s+/).filter(Boolean));
    } else if (line.startsWith('\t')) zone.set(heading, [...(zone.get(heading) ?? []), line.trim()]);
  }
  return zones;
}

/** The headings whose values have a line each. */
const ON_LINES = ['forward-ports', 'rich rules'];

/** The inverse of `readZones`. */
export function writeZones(zones: Zones): string {
  const under = (key: string, values: readonly string[]) =>
    ON_LINES.includes(key)
      ? `  ${key}: \n${values.map((value) => `\t${value}\n`).join('')}`
      : `  ${key}: ${values.join(' ')}\n`;
  return [...zones]
    .map(([name, zone]) => `${name}\n${[...zone].map(([key, values]) => under(key, values)).join('')}\n`)
    .join('');
}

/** What a new zone contains. */
export const newZone: Zone = new Map([
  ['target', ['default']],
  ['icmp-block-inversion', ['no']],
  ['interfaces', []],
  ['sources', []],
  ['services', []],
  ['ports', []],
  ['protocols', []],
  ['forward', ['no']],
  ['masquerade', ['no']],
  ['forward-ports', []],
  ['source-ports', []],
  ['icmp-blocks', []],
  ['rich rules', []],
]);
