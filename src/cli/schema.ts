import type { ParamSpec, ParamSpecs, ParamType } from '../core/params.ts';
import type { TaskType } from '../core/task-type.ts';
import { keywordOn, keywordsOn } from '../language/keywords/places.ts';
import { LOOP_CONTROL } from '../language/keywords/sub-keys.ts';
import type { KeywordPlace, KeywordSpec, KeywordType } from '../language/keywords/table.ts';

type Json = Readonly<Record<string, unknown>>;

/** A JSON schema for playbooks, for editors: plays, blocks and tasks with their keywords, and the parameters of each task type. */
export function playbookSchema(types: readonly (readonly [names: readonly string[], type: TaskType])[]): Json {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A playbook',
    type: ['array', 'null'],
    items: either('import_playbook', 'importPlaybook', 'play'),
    definitions: {
      play: closed(keywordsOf('play'), ['hosts']),
      importPlaybook: closed(keywordsOf('import_playbook')),
      role: { type: ['string', 'object'], properties: keywordsOf('role') },
      items: { type: ['array', 'null'], items: either('block', 'block', 'task') },
      block: closed(keywordsOf('block')),
      task: {
        ...closed({
          ...keywordsOf('handler'),
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
const closed = (properties: Json, required: readonly string[] = []): Json => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...(required.length > 0 && { required }),
});

/** Matches an object with the key against `one`, anything else against `other`, so that an editor reports only the relevant errors. */
const either = (key: string, one: string, other: string): Json => ({
  if: { type: 'object', required: [key] },
  // biome-ignore lint/suspicious/noThenProperty: a JSON schema keyword
  then: ref(one),
  else: ref(other),
});

/** Actions that are part of the language rather than task types. */
const languageActions = ['include_tasks', 'import_tasks', 'include_role', 'import_role', 'include', 'meta'];

/** The keywords allowed in a place, as properties. */
const keywordsOf = (place: KeywordPlace): Json =>
  Object.fromEntries(
    [...keywordsOn(place)].flatMap((name) => {
      const spec = keywordOn(place, name);
      return spec === undefined ? [] : [[name, keywordSchema(name, spec)]];
    }),
  );

const keywordSchema = (name: string, { type, use, doc }: KeywordSpec): Json => ({
  ...keywordTypes[type],
  ...(name === 'loop_control' && { properties: loopControl, additionalProperties: false }),
  description: doc,
  ...('none' in use && { deprecated: true, deprecationMessage: `Has no effect here: ${use.none}` }),
});

const loopControl = Object.fromEntries(
  Object.entries(LOOP_CONTROL).map(([name, { doc }]) => [name, { description: doc }]),
);

const template = { type: 'string', pattern: '\\{[{%]' };
const typed = (...type: readonly string[]): Json => ({ type });
const scalar = typed('string', 'number', 'boolean', 'null');
const items = typed('array', 'null');

/** The values that each type of keyword accepts. A test checks that the loader accepts the same. */
const keywordTypes: Readonly<Record<KeywordType, Json>> = {
  bool: typed('boolean', 'string', 'number', 'null'),
  int: typed('number', 'string', 'null'),
  text: scalar,
  label: scalar,
  file: typed('string', 'number', 'boolean'),
  name: typed('string'),
  variable: typed('string', 'null', 'object'),
  conditions: typed('string', 'boolean', 'number', 'array', 'null'),
  dicts: typed('object', 'array', 'string', 'null'),
  dict: typed('object', 'null'),
  args: typed('object', 'string', 'null'),
  vars: typed('object', 'array', 'null'),
  names: typed('string', 'number', 'boolean', 'array', 'null'),
  tags: typed('string', 'number', 'array', 'null'),
  hosts: typed('string', 'number', 'boolean', 'array'),
  items: { ...items, allOf: [ref('items')] },
  roles: { ...items, items: ref('role') },
  action: typed('string', 'object'),
  prompts: typed('array', 'object', 'null'),
  spec: typed('boolean', 'string', 'null'),
  value: typed('string', 'number', 'boolean', 'array', 'object'),
  any: {},
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
      deprecationMessage: `Has no effect here: ${spec.ignored}`,
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

/** In YAML 1.1 `yes` means true, and an editor's parser may read it that way. */
const spelled = (choices: readonly unknown[]): boolean[] =>
  choices.some((choice) => choice === 'yes' || choice === 'no') ? [true, false] : [];

const all = ['string', 'number', 'boolean', 'array', 'object', 'null'];

/** The values that each type of parameter accepts. Text is accepted everywhere, since it may be a template. */
const jsonTypes: Readonly<Record<ParamType, readonly string[]>> = {
  str: ['string', 'number', 'boolean', 'null'],
  path: ['string', 'null'],
  bool: ['boolean', 'string', 'number', 'null'],
  int: ['integer', 'string', 'null'],
  float: ['number', 'string', 'null'],
  bytes: ['string', 'number', 'null'],
  subject: ['string', 'null'],
  mode: ['string', 'integer', 'null'],
  list: ['array', 'string', 'number', 'boolean', 'null'],
  dict: ['object', 'string', 'null'],
  json: all,
  raw: all,
  expression: all,
  task: ['object'],
};
