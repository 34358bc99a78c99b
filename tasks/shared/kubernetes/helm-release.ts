import { loadPlainAll, type Question, type ShellAnswer, script, toJs } from '../../../src/sdk.ts';
import { isObject, type JsonObject, textInside } from '../json.ts';
import { answerOf, askHelm, type Helm, helmComplaint, PARTS, readParts } from './helm-client.ts';

/** A release as helm lists it, with the values that it was given. */
export interface Release {
  readonly listed: JsonObject;
  readonly status: string;
  readonly chart: string;
  readonly values: JsonObject;
}

/** What is known about a release. */
export interface ReleaseState {
  /** Undefined if there is none. */
  readonly release: Release | undefined;
  readonly version: string;
  /** The version of the plugin that tells what an upgrade changes; undefined if it is not there. */
  readonly differ: string | undefined;
}

/** The subject for a release. */
const subjectOf = (namespace: string, name: string): string => `kubernetes:Release/${namespace}/${name}`;

/** Asks about a release, and about helm itself. */
export const askRelease = (helm: Helm, namespace: string, name: string): Question<ShellAnswer> =>
  askHelm(
    helm,
    script`${PARTS}
_v=$(_helm version --template '{{.Version}}' </dev/null) || exit
printf '%s' "$_v"
_next
_helm plugin list </dev/null 2>/dev/null || :
_next
case $_v in v3.*) _all=--all ;; *) _all= ;; esac
_helm list --output json --filter ${`^${name}$`} $_all </dev/null || exit
_next
_helm get values ${name} --output json </dev/null 2>/dev/null || echo '{}'`,
    { about: [subjectOf(namespace, name)], isSecret: true },
  );

/** The state of a release, or why it is not known. */
export function readRelease(answer: ShellAnswer, name: string): ReleaseState | { readonly failed: string } {
  const [version = '', plugins = '', list = '', values = ''] = readParts(answer.stdout);
  if (answer.code !== 0) return { failed: helmComplaint(answer) };
  const all: unknown = JSON.parse(list);
  const listed = (Array.isArray(all) ? all : []).filter(isObject).find((one) => textInside(one, 'name') === name);
  const given: unknown = JSON.parse(values);
  const differ = plugins.split('\n').flatMap((line) => /^diff\s+(\S+)/.exec(line)?.[1] ?? [])[0];
  const status = textInside(listed, 'status') ?? '';
  return {
    version: version.replace(/^v/, ''),
    differ,
    release:
      listed === undefined || status.startsWith('uninstall')
        ? undefined
        : { listed, status, chart: textInside(listed, 'chart') ?? '', values: isObject(given) ? given : {} },
  };
}

/** The answer that a release is as given. */
export const releaseAnswer = ({ version, differ, release }: ReleaseState): ShellAnswer =>
  answerOf([
    `v${version}`,
    differ === undefined ? '' : `NAME\tVERSION\ndiff\t${differ}`,
    JSON.stringify(release === undefined ? [] : [release.listed]),
    JSON.stringify(release?.values ?? {}),
  ]);

/** What a chart says about itself. */
export interface Chart {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly hasDependencies: boolean;
}

/** The chart that `helm show chart` described, or why there is none. */
export function readChart(text: string): Chart | { readonly failed: string } {
  const read = loadPlainAll(text);
  const value = read.ok ? read.value.map(toJs)[0] : undefined;
  if (!isObject(value)) return { failed: 'helm did not tell what chart this is' };
  return {
    name: textInside(value, 'name') ?? '',
    version: textInside(value, 'version') ?? '',
    appVersion: textInside(value, 'appVersion') ?? '',
    hasDependencies: Array.isArray(value['dependencies']) && value['dependencies'].length > 0,
  };
}
