import { type JsonObject, sameJson } from '../json.ts';

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

/** Compares a parameter with the JSON term that a task gives; without one, it should not exist. */
export function parameterDifference(now: JsonObject | undefined, wanted: string | undefined): ParameterDifference {
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
