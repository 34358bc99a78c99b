import { taskTypes } from '../../tasks/index.ts';
import type { ParamSpec } from '../core/params.ts';
import { suggest } from '../core/suggest.ts';
import type { TaskType } from '../core/task-type.ts';
import { playbookSchema } from './schema.ts';
import { taskTypeRegistry } from './task-types.ts';

/** What to print: one type, a list of all types, or a schema or docs page that covers them all. */
interface Asked {
  readonly type: string | undefined;
  /** Words to search for. */
  readonly search?: string | undefined;
  readonly schema: boolean;
  readonly markdown: boolean;
}

/**
 * Prints one line per task type, the documentation for one type, the docs page for all built-in types, or a schema for editors.
 */
export async function docCommand({ type: name, ...asked }: Asked): Promise<number> {
  if (asked.markdown) return markdown();
  const registry = taskTypeRegistry([process.cwd()], []);
  const mistakes = await registry.loadOwn();
  for (const { message, at } of mistakes)
    process.stderr.write(`run: ${at === undefined ? '' : `${at.file}:${at.line}: `}${message}\n`);
  const types = registry.names().flatMap((known) => registry.known(known) ?? []);
  if (asked.schema) return print(`${JSON.stringify(playbookSchema(types.map(withNames)), undefined, 1)}\n`);
  if (asked.search !== undefined) return found(types, asked.search);
  if (name === undefined) return list(types);
  const type = registry.known(name);
  if (type !== undefined) return print(describe(type));
  const near = suggest(name.replace(/^.*\./, ''), types.map(shortName));
  process.stderr.write(
    `run: \`${name}\` is not a task type${near === undefined ? '' : `; did you mean \`${near}\`?`}\n`,
  );
  return 1;
}

const withNames = (type: TaskType) =>
  [[...new Set([type.name, shortName(type), ...(type.aliases ?? [])])], type] as const;

function list(types: readonly TaskType[]): number {
  const width = Math.max(...types.map(({ name }) => name.length));
  return print(`${types.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`).join('\n')}\n`);
}

/** The types that contain all the words, wherever they are, those with one in their name first; and the parameters that contain one. */
function found(types: readonly TaskType[], search: string): number {
  const words = search.toLowerCase().split(/\s+/);
  const has = (text: string): boolean => words.some((word) => text.toLowerCase().includes(word));
  const matching = types.filter((type) => {
    const text = textOf(type).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  if (matching.length === 0) {
    process.stderr.write(`run: no task type contains ${words.map((word) => `\`${word}\``).join(' and ')}\n`);
    return 1;
  }
  const ranked = matching.toSorted((a, b) => Number(has(b.name)) - Number(has(a.name)));
  return print(
    ranked
      .map((type) => {
        const params = Object.entries(type.params).filter((param) => has(paramText(param)));
        return `${type.name}  ${type.summary}\n${params.map(([name, spec]) => `    ${name}: ${aboutOf(spec) ?? spec.type}\n`).join('')}`;
      })
      .join(''),
  );
}

const textOf = ({ name, aliases = [], summary, description = '', params }: TaskType): string =>
  [name, ...aliases, summary, description, ...Object.entries(params).map(paramText)].join('\n');

const paramText = ([name, spec]: readonly [string, ParamSpec]): string => `${name} ${aboutOf(spec) ?? ''}`;

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function markdown(): number {
  const sorted = Object.values(taskTypes).sort((a, b) => (shortName(a) < shortName(b) ? -1 : 1));
  process.stdout.write(`# Task types

\`npm run docs\` generates this page from the task types. Types that also exist in Ansible keep their Ansible names; the others are Retrace's own.

${sorted.map((type) => `- [${shortName(type)}](#${shortName(type)}): ${type.summary}`).join('\n')}

${sorted.map(section).join('\n')}`);
  return 0;
}

const shortName = ({ name }: TaskType): string => name.replace(/^.*\./, '');

function section(type: TaskType): string {
  const rows = Object.entries(type.params).map(
    ([name, spec]) => `| \`${name}\` | ${factsOf(spec).join(', ')} | ${cell(aboutOf(spec) ?? '')} |`,
  );
  const returns = Object.entries(type.returns ?? {}).map(([key, text]) => `- \`${key}\`: ${text}`);
  return `## ${shortName(type)}

${type.summary}${type.description === undefined ? '' : `\n\n${type.description}`}${type.name === shortName(type) ? '' : ` Full name: \`${type.name}\`.`}${orphansOf(
  type,
)
  .map((text) => ` ${text}`)
  .join('')}

${rows.length === 0 ? 'No parameters.' : `| parameter | | |\n| --- | --- | --- |\n${rows.join('\n')}`}
${returns.length === 0 ? '' : `\nReturns:\n\n${returns.join('\n')}\n`}
${type.examples.map(({ title, yaml }) => `${title}:\n\n\`\`\`yaml\n- ${yaml.replace(/\n/g, '\n  ')}\n\`\`\`\n`).join('\n')}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Whether what the type leaves on a host is told once no task declares it any more. */
const orphansOf = ({ retire }: TaskType): readonly string[] =>
  retire === undefined
    ? []
    : ['What no task declares any more is told by `run audit` as an orphan, and `run retire` removes it.'];

function describe(type: TaskType): string {
  const { name, aliases, summary, description, params, returns, examples } = type;
  const sections = [
    `${name}${aliases === undefined || aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`}\n\n${summary}${description === undefined ? '' : `\n\n${description}`}`,
    ...orphansOf(type),
    `parameters:\n${Object.entries(params)
      .map(([param, spec]) => paramLine(param, spec, '  '))
      .join('\n')}`,
    ...(returns === undefined
      ? []
      : [
          `returns:\n${Object.entries(returns)
            .map(([key, text]) => `  ${key}: ${text}`)
            .join('\n')}`,
        ]),
    `examples:\n${examples.map(({ title, yaml }) => `  # ${title}\n${yaml.replace(/^/gm, '  ')}`).join('\n\n')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function paramLine(name: string, spec: ParamSpec, indent: string): string {
  const about = aboutOf(spec);
  const own = `${indent}${name} (${factsOf(spec).join('; ')})${about === undefined ? '' : `\n${indent}    ${about}`}`;
  const inner = Object.entries(spec.options ?? {}).map(([param, each]) => paramLine(param, each, `${indent}    `));
  return [own, ...inner].join('\n');
}

const factsOf = (spec: ParamSpec): readonly string[] => [
  spec.elements === undefined ? spec.type : `${spec.type} of ${spec.elements}`,
  ...(spec.required === true ? ['required'] : []),
  ...(spec.default === undefined ? [] : [`default ${JSON.stringify(spec.default)}`]),
  ...(spec.choices === undefined ? [] : [`one of ${spec.choices.join(', ')}`]),
  ...(spec.aliases === undefined ? [] : [`also ${spec.aliases.join(', ')}`]),
];

const aboutOf = ({ doc, ignored }: ParamSpec): string | undefined =>
  ignored === undefined ? doc : `${doc ?? ''} Has no effect here: ${ignored}`.trim();
