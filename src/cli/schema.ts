import type { ParamSpec, ParamSpecs, ParamType } from '../core/params.ts';
import type { TaskType } from '../core/task-type.ts';
import {
  blockKeywords,
  handlerKeywords,
  importPlaybookKeywords,
  playKeywords,
  roleKeywords,
} from '../language/load/keyword-names.ts';

type Json = Readonly<Record<string, unknown>>;

/** A JSON schema of playbooks, for editors: plays, blocks and tasks with our keywords, and the parameters of each type under its names. */
export function playbookSchema(types: readonly (readonly [names: readonly string[], type: TaskType])[]): Json {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A playbook',
    type: ['array', 'null'],
    items: either('import_playbook', 'importPlaybook', 'play'),
    definitions: {
      play: closed({ ...keywordsOf(playKeywords), ...lists }, ['hosts']),
      importPlaybook: closed(keywordsOf(importPlaybookKeywords)),
      role: { type: ['string', 'object'], properties: keywordsOf(roleKeywords) },
      items: { type: ['array', 'null'], items: either('block', 'block', 'task') },
      block: closed({ ...keywordsOf(blockKeywords), block: items, rescue: items, always: items }),
      task: {
        ...closed({
          ...keywordsOf(handlerKeywords),
          ...Object.fromEntries(
            languageActions.flatMap((name) => [name, `ansible.builtin.${name}`]).map((name) => [name, {}]),
          ),
          ...Object.fromEntries(types.flatMap(([names, type]) => names.map((name) => [name, refTo(type)]))),
        }),
        patternProperties: { '^with_': {} },
      },
      ...Object.fromEntries(types.map(([, type]) => [definitionOf(type), argumentsOf(type)])),
    },
  };
}

const ref = (name: string): Json => ({ $ref: `#/definitions/${name}` });
const refTo = (type: TaskType): Json => ref(definitionOf(type));
const definitionOf = ({ name }: TaskType): string => `type ${name}`;
const items = ref('items');
const lists: Json = {
  roles: { type: ['array', 'null'], items: ref('role') },
  ...Object.fromEntries(['handlers', 'pre_tasks', 'tasks', 'post_tasks'].map((name) => [name, items])),
};

const closed = (properties: Json, required: readonly string[] = []): Json => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
});

/** What has the key is the one thing, else the other: an editor then tells mistakes of that one alone. */
const either = (key: string, one: string, other: string): Json => ({
  if: { type: 'object', required: [key] },
  // biome-ignore lint/suspicious/noThenProperty: JSON schema's word
  then: ref(one),
  else: ref(other),
});

/** Actions that are part of the language, no task types. */
const languageActions = ['include_tasks', 'import_tasks', 'include_role', 'import_role', 'include', 'meta'];

const keywordsOf = (names: ReadonlySet<string>): Json =>
  Object.fromEntries([...names].map((name) => [name, kinds[name] ?? {}]));

const template = { type: 'string', pattern: '\\{[{%]' };
const bool = { type: ['boolean', 'string'] };
const whole = { type: ['integer', 'string'] };
const texts = { type: ['string', 'array'], items: { type: ['string', 'number'] } };

const kinds: Json = {
  name: { type: ['string', 'number', 'null'] },
  step: { type: ['string', 'number'], description: 'The step of an install document that this retraces.' },
  tags: texts,
  notify: texts,
  listen: texts,
  vars: { type: ['object', 'array', 'string', 'null'] },
  validate: {
    type: 'string',
    description: 'A command that proves what the block did; where it fails, files are put back.',
  },
  ...Object.fromEntries(
    [
      'become',
      'check_mode',
      'delegate_facts',
      'diff',
      'force_handlers',
      'gather_facts',
      'ignore_errors',
      'ignore_unreachable',
      'no_log',
      'run_once',
      'any_errors_fatal',
    ].map((name) => [name, bool]),
  ),
  ...Object.fromEntries(
    ['async', 'delay', 'poll', 'port', 'retries', 'throttle', 'timeout'].map((name) => [name, whole]),
  ),
};

function argumentsOf({ params, freeForm, anyParams, summary, examples }: TaskType): Json {
  return {
    type: ['object', 'string', 'null', ...(freeForm === undefined ? [] : ['array', 'number', 'boolean'])],
    description: summary,
    properties: propertiesOf(params),
    additionalProperties: anyParams === true,
    examples: examples.map(({ yaml }) => yaml),
  };
}

const propertiesOf = (specs: ParamSpecs): Json =>
  Object.fromEntries(
    Object.entries(specs).flatMap(([name, spec]) =>
      [name, ...(spec.aliases ?? [])].map((each) => [each, schemaOf(spec)]),
    ),
  );

function schemaOf(spec: ParamSpec): Json {
  return {
    ...typeFor(spec),
    ...(spec.doc !== undefined && { description: spec.doc }),
    ...(spec.default !== undefined && { default: spec.default }),
    ...(spec.ignored !== undefined && {
      deprecated: true,
      deprecationMessage: `Changes nothing here: ${spec.ignored}`,
    }),
  };
}

function typeFor({ type, choices, options, elements }: ParamSpec): Json {
  if (choices !== undefined && type !== 'list')
    return { anyOf: [{ enum: [...choices, ...spelled(choices)] }, template] };
  if (type === 'list' && options !== undefined)
    return {
      type: ['array', 'object', 'string'],
      items: { type: ['object', 'string'], properties: propertiesOf(options) },
    };
  if (type === 'list' && elements !== undefined) return { type: jsonTypes.list, items: { type: jsonTypes[elements] } };
  if (type === 'dict' && options !== undefined)
    return { type: ['object', 'string'], properties: propertiesOf(options) };
  return { type: jsonTypes[type] };
}

/** YAML 1.1 reads `yes` as true; an editor's YAML may, too. */
const spelled = (choices: readonly unknown[]): boolean[] =>
  choices.some((choice) => choice === 'yes' || choice === 'no') ? [true, false] : [];

const all = ['string', 'number', 'boolean', 'array', 'object', 'null'];

/** What may be written for each type; text everywhere, since it may be a template. */
const jsonTypes: Readonly<Record<ParamType, readonly string[]>> = {
  str: ['string', 'number', 'boolean', 'null'],
  path: ['string', 'null'],
  bool: ['boolean', 'string', 'number', 'null'],
  int: ['integer', 'string', 'null'],
  float: ['number', 'string', 'null'],
  bytes: ['string', 'number', 'null'],
  mode: ['string', 'integer', 'null'],
  list: ['array', 'string', 'number', 'boolean', 'null'],
  dict: ['object', 'string', 'null'],
  json: all,
  raw: all,
  expression: all,
  task: ['object'],
};
