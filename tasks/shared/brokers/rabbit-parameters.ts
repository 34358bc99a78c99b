import type { Effect, Plan } from '../../../src/sdk.ts';
import { type JsonObject, sameJson } from '../json.ts';
import { callRabbit, type Rabbit } from './rabbitmqctl.ts';

/** What is to be done about a parameter: nothing, or its old and new value as they may be told; a string is an error. */
type ParameterDifference =
  | {
      readonly from: string | null;
      readonly to: string | null;
      /** The new value as JSON; undefined if there should be none. */
      readonly json: string | undefined;
    }
  | string
  | undefined;

/** A parameter of a cluster or of a virtual host. */
interface Parameter {
  readonly rabbit: Rabbit;
  readonly what: string;
  /** All of its kind that are defined, and the one that is meant, if it is. */
  readonly defined: readonly JsonObject[];
  readonly now: JsonObject | undefined;
  /** The JSON term that it should have; undefined if it should not exist. */
  readonly wanted: string | undefined;
  /** Under which name its kind is in the definitions, and what identifies it there. */
  readonly kind: 'parameters' | 'global_parameters';
  readonly key: JsonObject;
  readonly clear: readonly string[];
  readonly effect: (left: readonly JsonObject[]) => Effect;
}

/** The plan for a parameter. Its value is sent on stdin, as a definition. */
export function parameterPlan(parameter: Parameter): Plan {
  const { rabbit, what, defined, now, wanted, kind, key, clear, effect } = parameter;
  const difference = parameterDifference(now, wanted);
  if (typeof difference === 'string') return { failed: difference };
  if (difference === undefined) return { changes: [] };
  const { from, to, json } = difference;
  const others = defined.filter((one) => one !== now);
  const own = json === undefined ? undefined : { ...key, value: JSON.parse(json) as unknown };
  const command =
    own === undefined
      ? callRabbit(rabbit, clear)
      : callRabbit(rabbit, ['import_definitions'], { stdin: JSON.stringify({ [kind]: [own] }) });
  const left = own === undefined ? others : [...others, own];
  return { changes: [{ what, from, to, commands: [command], effects: [effect(left)] }] };
}

/** Compares a parameter with the JSON term that a task gives; without one, it should not exist. */
function parameterDifference(now: JsonObject | undefined, wanted: string | undefined): ParameterDifference {
  const from = now === undefined ? null : withoutPasswords(JSON.stringify(now['value']));
  if (wanted === undefined) return from === null ? undefined : { from, to: null, json: undefined };
  const parsed = parsedTerm(wanted);
  if (parsed === undefined)
    return `value: expected a JSON term such as '"text"', '7' or '{"key": "value"}', got ${wanted}`;
  if (now !== undefined && sameJson(now['value'], parsed.term)) return undefined;
  const json = JSON.stringify(parsed.term);
  return { from, to: withoutPasswords(json), json };
}

/** The same without the passwords in URLs. */
const withoutPasswords = (text: string): string => text.replace(/(:\/\/[^\s:/@"]*:)[^\s/@"]*@/g, '$1********@');

function parsedTerm(text: string): { readonly term: unknown } | undefined {
  try {
    return { term: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
