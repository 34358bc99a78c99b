import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Raw } from '../../core/value.ts';
import type { Item } from '../model.ts';
import { type Loading, nextId, report, type Within } from './loading.ts';
import { readDocument } from './read-document.ts';
import type { RoleUse } from './role-entry.ts';
import { roleFile } from './role-files.ts';
import { isRawDict, isRawList, kindOf, type RawDict, scalarText, writtenAt } from './written.ts';

/** The metadata of a role. */
interface RoleMeta {
  readonly dependencies: readonly { raw: Raw; at: Position }[];
  readonly allowDuplicates: boolean;
  readonly argumentSpecs?: RawDict;
  readonly argumentSpecsAt: Position;
}

/** Reads a role's `meta/main.yml` and `meta/argument_specs.yml`. */
export function readMeta(loading: Loading, path: string, at: Position): RoleMeta {
  const main = dictIn(loading, roleFile(loading, path, 'meta'), at);
  const specs = dictIn(loading, roleFile(loading, path, 'meta', 'argument_specs'), at);
  const argumentSpecs = (specs.dict ?? main.dict)?.get('argument_specs');
  return {
    dependencies: dependenciesIn(loading, main.dict, main.at),
    allowDuplicates: truthOf(main.dict?.get('allow_duplicates')) === true,
    ...(isRawDict(argumentSpecs) && { argumentSpecs }),
    argumentSpecsAt: specs.dict === undefined ? main.at : specs.at,
  };
}

function dictIn(loading: Loading, file: string | undefined, at: Position): { dict?: RawDict; at: Position } {
  const document = file === undefined ? undefined : readDocument(loading, file, at);
  if (document === undefined || document.value === null) return { at };
  if (isRawDict(document.value)) return { dict: document.value, at: document.at.value };
  report(
    loading,
    'wrong-keyword-type',
    `role metadata must be a dict; this is ${kindOf(document.value)}`,
    document.at.value,
  );
  return { at };
}

function dependenciesIn(loading: Loading, dict: RawDict | undefined, at: Position): RoleMeta['dependencies'] {
  const list = dict?.get('dependencies');
  if (dict === undefined || list === undefined || list === null) return [];
  if (isRawList(list)) return list.map((raw, index) => ({ raw, at: writtenAt(list, index, at) }));
  const message = `Expected role dependencies to be a list; this is ${kindOf(list)}`;
  report(loading, 'wrong-keyword-type', message, writtenAt(dict, 'dependencies', at));
  return [];
}

/** The task that validates a role's parameters, if the role specifies them. */
export function argumentSpecTask(loading: Loading, meta: RoleMeta, use: RoleUse, within: Within): readonly Item[] {
  const entry = (use.tasksFrom ?? 'main').replace(/\.(?:ya?ml|json)$/, '');
  const spec = meta.argumentSpecs?.get(entry);
  const role = within.role;
  if (spec === undefined || spec === null || role === undefined || meta.argumentSpecs === undefined) return [];
  const at = writtenAt(meta.argumentSpecs, entry, meta.argumentSpecsAt);
  if (!isRawDict(spec)) {
    report(loading, 'wrong-keyword-type', `an argument spec must be a dict; this is ${kindOf(spec)}`, at);
    return [];
  }
  const keywords = { ...within.keywords, tags: [...new Set([...within.keywords.tags, 'always'])] };
  const context: RawDict = new Map<string, Raw>([
    ['type', 'role'],
    ['name', /^\w+\.\w+\.(.+)$/.exec(role.name)?.[1] ?? role.name],
    ['argument_spec_name', entry],
    ['path', role.path],
  ]);
  const args: RawDict = new Map<string, Raw>([
    ['argument_spec', spec.get('options') ?? new Map()],
    ['provided_arguments', providedArguments(use)],
    ['validate_args_context', context],
  ]);
  const { layers, searchPath } = within;
  const type = 'ansible.builtin.validate_argument_spec';
  return [
    {
      kind: 'task',
      id: nextId(),
      at,
      name: taskName(entry, spec),
      keywords,
      role,
      layers,
      searchPath,
      type,
      typeAt: at,
      args,
      argsAt: at,
      notify: [],
    },
  ];
}

const providedArguments = (use: RoleUse): RawDict => new Map([...(use.params ?? []), ...(use.vars ?? [])]);

function taskName(entry: string, spec: RawDict): string {
  const description = scalarText(spec.get('short_description'));
  return `Validating arguments against arg spec '${entry}'${description === undefined ? '' : ` - ${description}`}`;
}
