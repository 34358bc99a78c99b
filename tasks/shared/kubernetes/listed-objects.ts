import { type Question, type ShellAnswer, script, shellAnswer } from '../../../src/sdk.ts';
import { isObject, type JsonObject, listInside, textInside } from '../json.ts';
import { kindArgument } from './kinds.ts';
import { askKubectl, type Kubectl } from './kubectl.ts';
import { toldBy } from './object-state.ts';

/** Which objects are meant. */
export interface Listing {
  readonly api_version: string;
  readonly kind: string;
  readonly name?: string | undefined;
  /** Without one, those of all namespaces. */
  readonly namespace: string | undefined;
  readonly label_selectors?: readonly string[] | undefined;
  readonly field_selectors?: readonly string[] | undefined;
}

/** Asks for the objects of a kind. */
export function askListed(kubectl: Kubectl, listing: Listing): Question<ShellAnswer> {
  const { api_version, kind, name, namespace, label_selectors = [], field_selectors = [] } = listing;
  const words = [
    ...(namespace === undefined && name === undefined ? ['--all-namespaces'] : []),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    ...(name === undefined && label_selectors.length > 0 ? [`--selector=${label_selectors.join(',')}`] : []),
    ...(name === undefined && field_selectors.length > 0 ? [`--field-selector=${field_selectors.join(',')}`] : []),
    ...(name === undefined ? [] : ['--ignore-not-found']),
  ];
  return askKubectl(
    kubectl,
    script`_kubectl get -o json ${words} -- ${kindArgument(api_version, kind)} ${name ?? []}`,
    { about: [`kubernetes:${kind}/*`], isSecret: /^secrets?$/i.test(kind) },
  );
}

/** The objects that were listed. */
export function listedObjects({ code, stdout }: ShellAnswer): readonly JsonObject[] {
  const { object } = toldBy(code, stdout);
  if (object === undefined) return [];
  const isList = textInside(object, 'kind')?.endsWith('List') === true && Array.isArray(object['items']);
  return isList ? listInside(object, 'items').filter(isObject) : [object];
}

/** The answer from which these objects are read. */
export const listedAnswer = (items: readonly JsonObject[]): ShellAnswer =>
  shellAnswer(items.length === 0 ? '' : JSON.stringify({ kind: 'List', items }));
