import {
  decodeText,
  type Question,
  type QuestionKind,
  question,
  type ShellAnswer,
  script,
  sh,
} from '../../../src/sdk.ts';
import { aboutClient, type Config, client, withClient, type Zone, type Zones } from './zones.ts';

/** What a task sets in a zone. */
export interface Setting {
  /** The heading in a list of zones. */
  readonly heading: string;
  /** The word in the options of firewalld's client: `--add-WORD`. */
  readonly word: string;
  /** Undefined for what is only on or off. */
  readonly value?: string;
  readonly shown: string;
  readonly isWanted: boolean;
}

/** A port that is forwarded. */
interface ForwardPort {
  readonly port: string;
  readonly proto: string;
  readonly toport: string;
  readonly toaddr?: string;
}

/** The parameters that set something in a zone. */
interface SettingParams {
  readonly state: 'absent' | 'disabled' | 'enabled' | 'present';
  readonly service?: string;
  readonly protocol?: string;
  readonly port?: string;
  readonly port_forward?: readonly ForwardPort[];
  readonly rich_rule?: string;
  readonly source?: string;
  readonly interface?: string;
  readonly icmp_block?: string;
  readonly icmp_block_inversion?: boolean;
  readonly forward?: boolean;
  readonly masquerade?: boolean;
}

/** The setting that the parameters name; undefined if they name none. */
export function settingOf(task: SettingParams): Setting | undefined {
  const isWanted = task.state === 'enabled';
  const valued = (heading: string, word: string, value: string | undefined): readonly Setting[] =>
    value === undefined ? [] : [{ heading, word, value, shown: `${word.replace('-', ' ')} ${value}`, isWanted }];
  const switched = (word: string, on: boolean | undefined): readonly Setting[] =>
    on === undefined ? [] : [{ heading: word, word, shown: word.replaceAll('-', ' '), isWanted: isWanted === on }];
  const [setting] = [
    ...valued('services', 'service', task.service),
    ...valued('protocols', 'protocol', task.protocol),
    ...valued('ports', 'port', task.port),
    ...valued('forward-ports', 'forward-port', task.port_forward?.map(forwardText)[0]),
    ...valued('rich rules', 'rich-rule', task.rich_rule),
    ...valued('sources', 'source', task.source),
    ...valued('interfaces', 'interface', task.interface),
    ...valued('icmp-blocks', 'icmp-block', task.icmp_block),
    ...switched('icmp-block-inversion', task.icmp_block_inversion),
    ...switched('forward', task.forward),
    ...switched('masquerade', task.masquerade),
  ];
  return setting;
}

const forwardText = ({ port, proto, toport, toaddr = '' }: ForwardPort): string =>
  `port=${port}:proto=${proto}:toport=${toport}:toaddr=${toaddr}`;

/** Whether a zone has a setting, as far as its list shows. */
export function hasSetting(zone: Zone, { heading, value }: Setting): boolean {
  const listed = zone.get(heading) ?? [];
  if (value === undefined) return listed[0] === 'yes';
  return listed.some((one) => one === value || isSame(one, value, heading));
}

function isSame(listed: string, value: string, heading: string): boolean {
  if (heading === 'ports') return coversPorts(listed, value);
  return heading === 'rich rules' && plainRule(listed) === plainRule(value);
}

/** A rich rule without quotes and superfluous blanks. */
const plainRule = (rule: string): string => rule.replaceAll('"', '').replaceAll("'", '').replace(/\s+/g, ' ').trim();

function coversPorts(range: string, value: string): boolean {
  const [wide, narrow] = [portsOf(range), portsOf(value)];
  if (wide === undefined || narrow === undefined) return false;
  return wide.protocol === narrow.protocol && wide.first <= narrow.first && narrow.last <= wide.last;
}

function portsOf(text: string) {
  const [, first, last, protocol] = /^(\d+)(?:-(\d+))?\/(\w+)$/.exec(text) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last ?? first), protocol };
}

/** The zones after a change; undefined if the list will show it in a way that is not known. */
export function withSetting(zones: Zones, name: string, setting: Setting): Zones | undefined {
  const { heading, value, isWanted } = setting;
  const zone = zones.get(name) ?? new Map();
  const listed = zone.get(heading) ?? [];
  const put = (values: readonly string[]): Zones => new Map([...zones, [name, new Map([...zone, [heading, values]])]]);
  if (value === undefined) return put([isWanted ? 'yes' : 'no']);
  if (!isWanted) {
    const isExact = (one: string) => one === value || (heading !== 'ports' && isSame(one, value, heading));
    const left = listed.filter((one: string) => !isExact(one));
    return left.length < listed.length ? put(left) : undefined;
  }
  const after = put([...listed, value]);
  return heading === 'interfaces' ? withoutOthers(after, name, value) : after;
}

/** An interface is in one zone only. */
const withoutOthers = (zones: Zones, name: string, value: string): Zones =>
  new Map(
    [...zones].map(([other, zone]) => {
      const left = (zone.get('interfaces') ?? []).filter((one) => one !== value);
      return [other, other === name ? zone : new Map([...zone, ['interfaces', left]])];
    }),
  );

/** Another zone that has a source or an interface, which only one zone can have. */
export const otherZoneWith = (zones: Zones, name: string, setting: Setting): string | undefined =>
  [...zones].find(([other, zone]) => other !== name && hasSetting(zone, setting))?.[0];

/** Whether the list alone does not show if a zone has a setting: firewalld may write its value in another way. */
export const mayBeSpelledOtherwise = ({ heading }: Setting): boolean =>
  ['rich rules', 'sources', 'forward-ports'].includes(heading);

/** The words that make a change with firewalld's client. */
export function wordsFor(zone: string, setting: Setting, timeout: number): readonly string[] {
  const { word, value, isWanted } = setting;
  const verb = isWanted ? 'add' : 'remove';
  const option = word === 'interface' && isWanted ? '--change-interface' : `--${verb}-${word}`;
  const isTimed = timeout > 0 && isWanted && !UNTIMED.includes(word);
  return [
    `--zone=${zone}`,
    value === undefined ? option : `${option}=${value}`,
    ...(isTimed ? [`--timeout=${timeout}`] : []),
  ];
}

const UNTIMED = ['source', 'interface', 'forward', 'icmp-block-inversion'];

interface Query {
  readonly config: Config;
  readonly zone: string;
  readonly word: string;
  readonly value: string;
}

/** The kind of question that has firewalld itself look for a value, which also tells whether the value is valid. */
const queryKind: QuestionKind<Query, ShellAnswer> = {
  name: 'firewalld query',
  scripts: (args) =>
    args.map(({ config, zone, word, value }) => ({
      script: sh`${withClient}
${known({ config, zone, word, value })}
${client(config)} ${`--zone=${zone}`} ${`--query-${word}=${value}`} >/dev/null
_code=$?
[ "$_code" -eq 112 ] || exit "$_code"
${client(config)} ${`--query-${word}=${value}`} >/dev/null
_code=$?
[ "$_code" -ne 0 ] || _code=1
exit "$_code"`.script,
    })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr, timedOut }) => ({
      ok: true,
      value: { code, stdout: decodeText(stdout), stderr: decodeText(stderr), timedOut: timedOut === true },
    })),
  // Packages and files bring services and types of ICMP: one that is known stays known.
  about: ({ config, zone, word, value }, answer) => [
    `firewall:firewalld/query/${config}/${zone}/${word}/${value}`,
    ...aboutClient(config),
    ...(answer !== undefined && answer.code <= 1
      ? []
      : ['by:package:*', 'by:path:/etc/firewalld/services', 'by:path:/etc/firewalld/icmptypes']),
  ],
};

// A query of the permanent configuration does not look whether there is such a service.
const known = ({ config, word, value }: Query) => {
  if (config !== 'permanent') return script`:`;
  if (word === 'service') return script`_permanent ${`--info-service=${value}`} >/dev/null || exit`;
  return word === 'icmp-block' ? script`_permanent ${`--info-icmptype=${value}`} >/dev/null || exit` : script`:`;
};

/** Asks firewalld whether a zone has a setting: exit code 0 for yes, 1 for no, another one for an invalid value. */
export const askSetting = (config: Config, zone: string, { word, value = '' }: Setting): Question<ShellAnswer> =>
  question(queryKind, { config, zone, word, value });
