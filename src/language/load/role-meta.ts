import type { Position } from '../../core/source.ts';
import { truthOf } from '../../core/text/truth.ts';
import type { Raw } from '../../core/value.ts';
import type { Item } from '../model.ts';
import { validationTask } from './argument-spec.ts';
import { type Loading, report, type Within } from './loading.ts';
import { readDocument } from './read-document.ts';
import type { RoleUse } from './role-entry.ts';
import { roleFile } from './role-files.ts';
import { isRawDict, isRawList, kindOf, type RawDict, writtenAt } from './written.ts';

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
  const { role } = within;
  const { argumentSpecs: specs, argumentSpecsAt: at } = meta;
  if (role === undefined || specs === undefined) return [];
  const keywords = { ...within.keywords, tags: [...new Set([...within.keywords.tags, 'always'])] };
  const context: RawDict = new Map<string, Raw>([
    ['type', 'role'],
    ['name', /^\w+\.\w+\.(.+)$/.exec(role.name)?.[1] ?? role.name],
    ['argument_spec_name', entry],
    ['path', role.path],
  ]);
  const validated = { specs, name: entry, at, provided: providedArguments(use), context };
  const task = validationTask(loading, validated, { ...within, keywords });
  return task === undefined ? [] : [task];
}

const providedArguments = (use: RoleUse): RawDict => new Map([...(use.params ?? []), ...(use.vars ?? [])]);
