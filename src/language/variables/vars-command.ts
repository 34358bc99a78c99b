import { resolve } from 'node:path';
import type { Result } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { type Raw, Template, toJs, type Value } from '../../core/value.ts';
import type { Env } from '../../template/index.ts';
import { type CommandIo, tell } from '../config/command-io.ts';
import { openInventory } from '../inventory/inventory-command.ts';
import { hostOf } from '../inventory/select-hosts.ts';
import { shownValue } from '../inventory/shown-value.ts';
import type { Host } from '../model.ts';
import type { ComposedScope } from './compose-scope.ts';
import { type Explanation, explainVars, LEVEL_NAMES, type VarOrigin } from './explain-vars.ts';
import { folderOf } from './play-vars.ts';
import { seenBy } from './seen-by.ts';
import type { VarsLine } from './vars-options.ts';
import { createTeller, MASKED, type Teller } from './vars-teller.ts';

/**
 * In addition to what every command gets: the user's own filters, tests and lookups, loaded from the playbooks'
 * directory.
 */
interface VarsIo extends CommandIo {
  readonly plugins?: (folder: string) => Promise<Result<Partial<Env>>>;
}

/**
 * `run vars`: shows each of a host's variables and where its value comes from. Exit codes: 0; 1 for errors and for
 * anything that does not exist.
 */
export async function varsCommand(
  { options: values, rest: [hostName = '', name] }: VarsLine,
  io: VarsIo,
): Promise<number> {
  const own = values.playbook === undefined ? io.cwd : folderOf(values.playbook, io.cwd);
  const folder = values['playbook-dir'] === undefined ? own : resolve(io.cwd, values['playbook-dir']);
  const opened = await openInventory({ ...values, 'playbook-dir': folder }, io);
  if (!opened.ok) return tell(io, opened.error, 1);
  tell(io, opened.warnings ?? [], 0);
  const plugins = await io.plugins?.(folder);
  if (plugins?.ok === false) return tell(io, plugins.error, 1);
  const { inventory } = opened.value;
  const host = hostOf(inventory, hostName);
  if (!host)
    return refuse(io, notThere(`there is no host ${hostName} in the inventory`, hostName, inventory.hosts.keys()), 1);
  const teller = createTeller(inventory, plugins?.value ?? {}, folder, io.cwd);
  const { playbook, play } = values;
  const seen = seenBy(host, opened.value, teller, {
    folder,
    playbook: playbook === undefined ? undefined : resolve(io.cwd, playbook),
    number: play === undefined ? undefined : String(play),
  });
  if (!seen.ok) return tell(io, seen.error, 1);
  tell(io, seen.warnings ?? [], 0);
  const { scope, magic } = seen.value;
  const explained = explainVars(scope, name);
  teller.sees(scope);
  if (name !== undefined && magic.has(name)) return answerMagic(name, scope, teller, io);
  if (name !== undefined && explained.length === 0)
    return refuse(io, notThere(`${name} is not defined for ${hostName}`, name, scope.names()), 1);
  if (values.json) io.stdout.write(asJson(host, explained, teller));
  else if (name === undefined) io.stdout.write(asTable(explained, teller));
  else io.stdout.write(explained.map((one) => inFull(one, teller)).join(''));
  return 0;
}

const notThere = (message: string, name: string, known: Iterable<string>): string => {
  const meant = suggest(name, known);
  return meant ? `${message}; did you mean "${meant}"?` : message;
};

const WIDTH = 60;

function asTable(explained: readonly Explanation[], teller: Teller): string {
  const rows = explained.map((one) => [one.name, cut(shown(one, teller)), teller.place(one) + hidden(one)]);
  const widths = [0, 1].map((column) => Math.max(4, ...rows.map((row) => row[column]?.length ?? 0)));
  return [['NAME', 'VALUE', 'FROM'], ...rows]
    .map(
      ([name = '', value = '', from = '']) =>
        `${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${from}\n`,
    )
    .join('');
}

const hidden = ({ hides }: Explanation): string => (hides.length === 0 ? '' : `, hides ${hides.length}`);

const cut = (text: string): string => {
  const line = text.replaceAll('\n', '\\n');
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
};

function shown(origin: VarOrigin, teller: Teller): string {
  const { value, problem } = teller.computed(origin);
  return problem === undefined ? teller.line(value as Value) : `cannot be computed: ${problem}`;
}

/** Everything about one variable: its value, the source text, its place, and everything that it overrides. */
function inFull(one: Explanation, teller: Teller): string {
  const written = one.written instanceof Template ? [`  written  ${one.written.source}`] : [];
  const hides = one.hides.map((other) => `  hides    ${shown(other, teller)}  from ${teller.place(other)}`);
  return `${[one.name, `  value    ${shown(one, teller)}`, ...written, `  from     ${teller.place(one)}`, ...hides].join('\n')}\n`;
}

function asJson(host: Host, explained: readonly Explanation[], teller: Teller): string {
  const vars = explained.map((one) => ({
    name: one.name,
    ...jsonOrigin(one, teller),
    hides: one.hides.map((other) => jsonOrigin(other, teller)),
  }));
  return `${JSON.stringify(teller.mask({ host: host.name, vars }), null, 2)}\n`;
}

function jsonOrigin(origin: VarOrigin, teller: Teller) {
  const { value, problem } = teller.computed(origin);
  const { at, from, level, written } = origin;
  return {
    ...(problem === undefined ? { value: toJs(value as Value) } : { problem }),
    ...(written instanceof Template && {
      written: toJs(shownValue(written, { vaulted: () => MASKED, unsafe: (text) => text })),
    }),
    level,
    levelName: LEVEL_NAMES[level],
    from,
    ...(at && { file: at.file, line: at.line, column: at.column }),
  };
}

function answerMagic(name: string, scope: ComposedScope, teller: Teller, io: CommandIo): number {
  const value = shown({ written: scope.get(name) as Raw, level: 0, from: '', secret: false }, teller);
  io.stdout.write(`${name}\n  value    ${value}\n  from     Ansible's magic variables, which override all others\n`);
  return 0;
}

function refuse(io: CommandIo, problem: string, code: number): number {
  io.stderr.write(`ERROR! ${problem}\n`);
  return code;
}
