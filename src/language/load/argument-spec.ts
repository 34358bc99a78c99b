import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { Task } from '../model.ts';
import { type Loading, nextId, report, type Within } from './loading.ts';
import { isRawDict, kindOf, type RawDict, scalarText, writtenAt } from './written.ts';

/** What an argument specification is about. */
interface Validated {
  /** All specifications of the file, by name, and the name of the one to use. */
  readonly specs: RawDict;
  readonly name: string;
  /** Where the file begins. */
  readonly at: Position;
  readonly provided: RawDict;
  /** Told in the result. */
  readonly context: RawDict;
}

/** The task that validates variables against a specification; undefined if there is none of this name. */
export function validationTask(
  loading: Loading,
  { specs, name, at: specsAt, provided, context }: Validated,
  { keywords, role, layers, searchPath }: Within,
): Task | undefined {
  const spec = specs.get(name);
  if (spec === undefined || spec === null) return undefined;
  const at = writtenAt(specs, name, specsAt);
  if (!isRawDict(spec)) {
    report(loading, 'wrong-keyword-type', `an argument spec must be a dict; this is ${kindOf(spec)}`, at);
    return undefined;
  }
  const description = scalarText(spec.get('short_description'));
  return {
    kind: 'task',
    id: nextId(),
    at,
    name: `Validating arguments against arg spec '${name}'${description === undefined ? '' : ` - ${description}`}`,
    keywords,
    ...(role && { role }),
    layers,
    searchPath,
    type: 'ansible.builtin.validate_argument_spec',
    typeAt: at,
    args: new Map<string, Raw>([
      ['argument_spec', spec.get('options') ?? new Map()],
      ['provided_arguments', provided],
      ['validate_args_context', context],
    ]),
    argsAt: at,
    notify: [],
  };
}
