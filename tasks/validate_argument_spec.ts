import {
  bindParams,
  type Controller,
  defineTask,
  fromJs,
  type ParamProblem,
  type ParamSpec,
  type ParamSpecs,
} from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.validate_argument_spec',
  summary: "Fail if variables do not match a role's argument specification.",
  controllerOnly: true,
  guards: true,
  params: {
    argument_spec: { type: 'dict', required: true, doc: "The role's parameters, as in meta/argument_specs.yml." },
    provided_arguments: { type: 'dict', default: {}, doc: 'Values that take precedence over variables.' },
    validate_args_context: { type: 'dict', doc: 'The role that is being validated; it is included in the result.' },
  },
  prepare: (params, controller) => ({
    ...params,
    values: { ...fromVariables(Object.keys(params.argument_spec), controller), ...params.provided_arguments },
    floats: Object.keys(params.argument_spec).filter((name) => isFloat(name, controller)),
  }),
  plan(_state, { argument_spec, validate_args_context: context, values, floats }) {
    const shape = { name: 'role', params: paramSpecs(argument_spec) };
    const bound = bindParams(shape, fromJs(values));
    const told = {
      argument_spec_data: argument_spec,
      ...(context === undefined ? {} : { validate_args_context: context }),
    };
    // Ansible does not accept a float as an int, even without a fraction.
    const fractions = floats.filter(
      (name) => Number.isInteger(values[name]) && (argument_spec[name] as Dict | undefined)?.type === 'int',
    );
    if (bound.ok && fractions.length === 0)
      return { changes: [], result: { msg: 'The arg spec validation passed', ...told } };
    const errors = [
      ...ansibleErrors(bound.ok ? [] : bound.problems, values, argument_spec),
      ...fractions.map((name) =>
        notConverted(name, "<class 'float'>", '', 'int', "<class 'float'> cannot be converted to an int"),
      ),
    ];
    const msg = `Validation of arguments failed:\n${errors.join('\n')}`;
    return { failed: msg, result: { msg, argument_errors: errors, ...told } };
  },
  returns: { argument_errors: 'The errors.', argument_spec_data: 'The argument specification.' },
  examples: [
    {
      title: 'Validate a port',
      yaml: 'validate_argument_spec:\n  argument_spec:\n    port: { type: int, required: true }\n  provided_arguments:\n    port: 80',
    },
  ],
});

type Dict = Readonly<Record<string, unknown>>;

const fromVariables = (names: readonly string[], controller: Controller): Dict =>
  Object.fromEntries(
    names.flatMap((name) => {
      const found = controller.variable(name);
      return found === undefined ? [] : [[name, found.value]];
    }),
  );

const isFloat = (name: string, controller: Controller): boolean => controller.variable(name)?.float === true;

const types = new Set(['str', 'bool', 'int', 'float', 'path', 'list', 'dict', 'raw', 'bytes', 'json']);
function typeOf(type: unknown): ParamSpec['type'] {
  if (types.has(String(type))) return String(type) as ParamSpec['type'];
  if (type === 'bits') return 'bytes';
  return type === undefined ? 'str' : 'raw';
}

/** Converts a role's parameter specs to ours; an unknown type accepts anything. */
const paramSpecs = (options: Dict): ParamSpecs =>
  Object.fromEntries(Object.entries(options).map(([name, spec]) => [name, paramSpec(spec as Dict)]));

const paramSpec = (spec: Dict): ParamSpec => ({
  type: typeOf(spec.type),
  required: spec.required === true,
  ...(spec.default === undefined ? {} : { default: spec.default }),
  ...(Array.isArray(spec.choices) ? { choices: spec.choices as string[] } : {}),
  ...(Array.isArray(spec.aliases) ? { aliases: spec.aliases as string[] } : {}),
  ...(spec.elements === undefined ? {} : { elements: typeOf(spec.elements) }),
  ...(typeof spec.options === 'object' && spec.options !== null ? { options: paramSpecs(spec.options as Dict) } : {}),
});

/**
 * Problems in Ansible's wording, which playbooks may rely on. All parameters missing in one place are reported as a
 * single error.
 */
function ansibleErrors(problems: readonly ParamProblem[], values: Dict, spec: Dict): readonly string[] {
  const lacking = problems.filter((one) => one.code === 'missing-parameter');
  const places = [...new Set(lacking.map((one) => one.path.join('.')))];
  const missing = places.map((place) => {
    const names = lacking
      .filter((one) => one.path.join('.') === place)
      .map((one) => /`([^`]+)`$/.exec(one.message)?.[1] ?? one.message);
    return `missing required arguments: ${names.sort().join(', ')}${place === '' ? '' : ` found in ${place.replaceAll(/\.\d+/g, '').replaceAll('.', ' -> ')}`}`;
  });
  return [
    ...missing,
    ...problems.filter((one) => one.code !== 'missing-parameter').flatMap((one) => allOf(one, values, spec)),
  ];
}

/** If suboptions are expected but the value is not even a dict, Ansible reports it three times. */
function allOf(problem: ParamProblem, values: Dict, spec: Dict): readonly string[] {
  const first = ansibleError(problem, values, spec);
  const { options } = specAt(spec, problem.path) ?? {};
  if (problem.code !== 'wrong-type' || options === undefined || !first.endsWith(NO_DICT)) return [first];
  return [first, NO_DICT, `value of '${problem.path.at(-1)}' must be of type dict or list of dicts`];
}

const NO_DICT = 'dictionary requested, could not parse JSON or key=value';

function ansibleError({ code, path, message }: ParamProblem, values: Dict, spec: Dict): string {
  const value = path.reduce<unknown>((within, key) => (within as Dict | undefined)?.[key], values);
  const wanted = specAt(spec, path);
  const within =
    path.length > 1
      ? ` found in '${path
          .slice(0, -1)
          .filter((key) => !/^\d+$/.test(key))
          .join(' -> ')}'.`
      : '';
  if (code === 'not-a-choice')
    return `value of ${path.at(-1)} must be one of: ${(wanted?.choices as unknown[] | undefined)?.join(', ')}, got: ${String(value)}${within}`;
  if (code === 'wrong-type')
    return notConverted(
      path.at(-1)!,
      pythonClass(value),
      within,
      String(wanted?.type ?? 'str'),
      whyNot(value, String(wanted?.type ?? 'str')),
    );
  if (code === 'unknown-parameter')
    return `${path.join('.')}. Supported parameters include: ${Object.keys((specAt(spec, path.slice(0, -1))?.options as Dict | undefined) ?? spec).join(', ')}.`;
  return message;
}

const notConverted = (name: string, is: string, within: string, wanted: string, why: string): string =>
  `argument '${name}' is of type ${is}${within} and we were unable to convert to ${wanted}: ${why}`;

const specAt = (spec: Dict, path: readonly string[]): Dict | undefined =>
  path
    .filter((key) => !/^\d+$/.test(key))
    .reduce<Dict | undefined>(
      (within, key, index) => (index === 0 ? within : (within?.options as Dict | undefined))?.[key] as Dict | undefined,
      spec,
    );

function whyNot(value: unknown, type: string): string {
  if (type === 'bool')
    return `The value '${String(value)}' is not a valid boolean.  Valid booleans include: 0, 1, 'true', 'false', 'yes', 'no', 'on', 'off', 't', 'f', 'y', 'n', '1', '0'`;
  if (type === 'dict' && typeof value === 'string') return NO_DICT;
  return `${pythonClass(value)} cannot be converted to ${shownTypes[type] ?? `a ${type}`}`;
}

const shownTypes: Readonly<Record<string, string>> = { int: 'an int', bytes: 'a Byte value', bits: 'a Bit value' };

function pythonClass(value: unknown): string {
  const name = pythonClassOf(value);
  return `<class '${name}'>`;
}

function pythonClassOf(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return value instanceof Uint8Array ? 'bytes' : 'dict';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'boolean' ? 'bool' : 'str';
}
