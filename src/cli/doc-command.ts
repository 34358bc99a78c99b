import { canonical, taskTypes } from '../../tasks/index.ts';
import type { ParamSpec } from '../core/params.ts';
import { suggest } from '../core/suggest.ts';
import type { TaskType } from '../core/task-type.ts';

/** Print the task types with a sentence each, or all about one. */
export async function docCommand([name]: readonly string[]): Promise<number> {
  if (name === undefined) return list();
  const full = canonical(name);
  if (full === undefined) {
    const near = suggest(
      name,
      Object.keys(taskTypes).map((known) => known.replace(/^.*\./, '')),
    );
    process.stderr.write(
      `run: \`${name}\` is not a task type${near === undefined ? '' : `; did you mean \`${near}\`?`}\n`,
    );
    return 1;
  }
  const { default: type } = await taskTypes[full]!();
  process.stdout.write(describe(type));
  return 0;
}

async function list(): Promise<number> {
  const types = await Promise.all(Object.values(taskTypes).map(async (load) => (await load()).default));
  const width = Math.max(...types.map(({ name }) => name.length));
  process.stdout.write(`${types.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`).join('\n')}\n`);
  return 0;
}

function describe({ name, aliases, summary, description, params, returns, examples }: TaskType): string {
  const sections = [
    `${name}${aliases === undefined || aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`}\n\n${summary}${description === undefined ? '' : `\n\n${description}`}`,
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
  const facts = [
    spec.elements === undefined ? spec.type : `${spec.type} of ${spec.elements}`,
    ...(spec.required === true ? ['required'] : []),
    ...(spec.default === undefined ? [] : [`default ${JSON.stringify(spec.default)}`]),
    ...(spec.choices === undefined ? [] : [`one of ${spec.choices.join(', ')}`]),
    ...(spec.aliases === undefined ? [] : [`also ${spec.aliases.join(', ')}`]),
  ];
  const about = spec.ignored === undefined ? spec.doc : `${spec.doc ?? ''} Changes nothing here: ${spec.ignored}`;
  const own = `${indent}${name} (${facts.join('; ')})${about === undefined ? '' : `\n${indent}    ${about}`}`;
  const inner = Object.entries(spec.options ?? {}).map(([param, each]) => paramLine(param, each, `${indent}    `));
  return [own, ...inner].join('\n');
}
