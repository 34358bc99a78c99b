import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { Host } from '../../core/model.ts';
import { Secrets } from '../../core/secrets.ts';
import { suggest } from '../../core/suggest.ts';
import { type Raw, Template, toJs, type Value, Vaulted } from '../../core/value.ts';
import { defaultEnv, evaluate, TemplateError } from '../../template/index.ts';
import { dumpJson } from '../../template/python/json.ts';
import { type CommandIo, tell } from '../config/command-io.ts';
import { INVENTORY_OPTIONS, openInventory } from '../inventory/inventory-command.ts';
import { hostOf } from '../inventory/select-hosts.ts';
import { shownValue } from '../inventory/shown-value.ts';
import { vaultOpener } from '../vault/vault.ts';
import { type ComposedScope, composeScope } from './compose-scope.ts';
import { type Explanation, explainVars, LEVEL_NAMES, type VarOrigin } from './explain-vars.ts';
import { magicVariables } from './magic-variables.ts';

const USAGE = `usage: run vars HOST [NAME] [-i INVENTORY]... [--playbook-dir DIR] [-e VARS] [--json]
Tells each variable of a host, where its value comes from, and what that hides. Secrets are masked.
`;

const OPTIONS = { ...INVENTORY_OPTIONS, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** `run vars`: tells each value of a host and where it comes from. Exit codes: 0, 1 for mistakes and what is not there, 5 for wrong options. */
export async function varsCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals, problem } = parseOptions(argv);
  if (problem !== undefined || positionals === undefined) return refuse(io, problem ?? USAGE, 5);
  const [hostName, name] = positionals;
  if (values.help || hostName === undefined) {
    io.stdout.write(USAGE);
    return values.help ? 0 : 5;
  }
  const opened = await openInventory(values, io);
  if (!opened.ok) return tell(io, opened.error, 1);
  tell(io, opened.warnings ?? [], 0);
  const { inventory, options } = opened.value;
  const host = hostOf(inventory, hostName);
  if (!host)
    return refuse(io, notThere(`there is no host ${hostName} in the inventory`, hostName, inventory.hosts.keys()), 1);
  const run = {
    checkMode: false,
    diffMode: false,
    verbosity: 0,
    forks: 5,
    runTags: ['all'],
    skipTags: [],
    playbookDir: values['playbook-dir'] ?? io.cwd,
  };
  const magic = magicVariables({ host, inventory, run });
  const scope = composeScope({
    host,
    magic,
    ...(options.extra && { state: [options.extra] }),
    ...(options.hashBehaviour && { hashBehaviour: options.hashBehaviour }),
  });
  const explained = explainVars(scope, name);
  const teller = createTeller(scope, inventory.options.vaultSecrets ?? [], inventory.secrets, io.cwd);
  if (name !== undefined && magic.has(name)) return answerMagic(name, scope, teller, io);
  if (name !== undefined && explained.length === 0)
    return refuse(io, notThere(`${name} is not defined for ${hostName}`, name, scope.names()), 1);
  io.stdout.write(
    values.json
      ? asJson(host, explained, teller)
      : name === undefined
        ? asTable(explained, teller)
        : explained.map((one) => inFull(one, teller)).join(''),
  );
  return 0;
}

function parseOptions(argv: readonly string[]) {
  try {
    return { ...parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true }), problem: undefined };
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    return { values: {}, positionals: undefined, problem: (error as Error).message };
  }
}

const notThere = (message: string, name: string, known: Iterable<string>): string => {
  const meant = suggest(name, known);
  return meant ? `${message}; did you mean "${meant}"?` : message;
};

/** Says values and places, with every secret masked. */
interface Teller {
  /** The value in this host's variables, as one line; `undefined` and a reason where it cannot be computed. */
  computed(origin: VarOrigin): { readonly value?: Value; readonly problem?: string };
  line(value: Value): string;
  place(origin: VarOrigin): string;
  mask<T>(data: T): T;
}

const MASKED = '********';

function createTeller(
  scope: ComposedScope,
  vaultSecrets: Parameters<typeof vaultOpener>[0],
  known: Iterable<string>,
  cwd: string,
): Teller {
  const secrets = new Secrets();
  for (const text of known) secrets.add(text);
  const open = vaultOpener(vaultSecrets);
  const decrypt = (vaulted: Vaulted): string => {
    const opened = open(vaulted);
    if (!opened.ok) throw new TemplateError(opened.error[0]?.message ?? 'cannot be decrypted', 'vault', vaulted.at);
    secrets.add(opened.value);
    return opened.value;
  };
  const env = defaultEnv({ decrypt, folder: cwd });
  const compute = (written: Raw) => {
    try {
      return { value: evaluate(written, scope, env) };
    } catch (error) {
      if (error instanceof TemplateError) return { problem: error.message };
      throw error;
    }
  };
  return {
    computed: ({ written, secret }) => (secret || written instanceof Vaulted ? { value: MASKED } : compute(written)),
    line: (value) => secrets.mask(typeof value === 'string' ? value : dumpJson(value, { ensureAscii: false })),
    place: ({ from, at, level }) => {
      const where = at ? `${shortPath(at.file, cwd)}:${at.line}` : shortPath(from, cwd);
      return `${where} (${LEVEL_NAMES[level] ?? `level ${level}`})`;
    },
    mask: (data) => secrets.mask(data),
  };
}

function shortPath(path: string, cwd: string): string {
  const near = path.startsWith('/') ? relative(cwd, path) : path;
  return near.startsWith('..') ? path : near;
}

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

/** Everything about one variable: its value, as what it is written, its place, and all that it hides. */
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
  io.stdout.write(`${name}\n  value    ${value}\n  from     Ansible's magic variables, above all others\n`);
  return 0;
}

function refuse(io: CommandIo, problem: string, code: number): number {
  io.stderr.write(`ERROR! ${problem}\n`);
  return code;
}
