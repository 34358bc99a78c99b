import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { askHost, type NotLookedAt } from '../audit/ask-hosts.ts';
import { pathQuestions, readPaths } from '../audit/at-path.ts';
import { type Imported, importedFrom, pathsToRead } from '../audit/import/imported.ts';
import {
  importQuestions,
  readClones,
  readContainers,
  readDatasets,
  readPasswords,
  readRemoved,
} from '../audit/import/questions.ts';
import { writtenPlaybook } from '../audit/import/written.ts';
import { findUnmanaged } from '../audit/unmanaged/find/index.ts';
import { surveyQuestions } from '../audit/unmanaged/scripts.ts';
import { fieldRows, readSurvey } from '../audit/unmanaged/survey.ts';
import type { CommandLine } from '../core/command-line.ts';
import type { EventData } from '../core/event.ts';
import type { Parts } from '../core/facts/parts.ts';
import { statOf, writeLocalFile } from '../core/local-file.ts';
import { must } from '../core/must.ts';
import type { Secrets } from '../core/secrets.ts';
import { visible } from '../core/visible.ts';
import { runPlaybooks } from '../engine/run.ts';
import { encryptVault } from '../language/vault/vault.ts';
import type { CallIo } from './command.ts';
import type { IMPORT_OPTIONS } from './import-options.ts';
import { type Looking, lookingAtHost, tellNotLookedAt } from './looking.ts';
import { version } from './version.ts';

type Line = CommandLine<typeof IMPORT_OPTIONS>;

/** Larger files are not imported: they belong into a package, a repository or a backup. */
const MOST_BYTES = 1024 ** 2;

/** More files than this below one directory are no configuration. */
const MOST_TASKS = 500;

/** A task that is left out changes what the check of the others tells; so often they are checked again. */
const MOST_CHECKS = 4;

/** Writes a playbook from a running machine. Returns the exit code. */
export async function importPlaybook(line: Line, io: CallIo): Promise<number> {
  const [host = ''] = line.rest;
  const { name = host, output: directory = io.cwd, ...options } = line.options;
  if (!/^[\w][\w.-]*$/.test(name))
    return io.refuse([`--name: expected letters, digits, dots and dashes, got "${name}"`]);
  const there = [`${name}.yaml`, name].map((one) => join(directory, one)).filter((path) => statOf(path) !== undefined);
  if (there.length > 0) return io.refuse(there.map((path) => `${path} exists already: an import replaces nothing`));
  let told: EventData[] = [];
  const emit = (event: EventData): void => void told.push(event);
  return lookingAtHost({ options, pattern: host, io, emit }, async (looking, only) => {
    const [password] = looking.loaded.passwords;
    const seal = (bytes: Uint8Array): string => encryptVault(bytes, must(password, 'a vault password'));
    const known = await surveyed(looking, only, password !== undefined);
    if ('failed' in known) return tellNotLookedAt(only, known, io, looking);
    const place = mkdtempSync(join(directory, `.import-${name}-`));
    try {
      let imported = known.imported;
      for (let turn = 0; turn <= MOST_CHECKS; turn++) {
        const folder = join(place, String(turn));
        write(folder, writtenPlaybook(imported, { host: only, name, become: line.options.become, seal }));
        told = [];
        const loaded = await looking.load([join(folder, `${name}.yaml`)]);
        if (!loaded.ok) {
          looking.tell(loaded.error);
          return 1;
        }
        await runPlaybooks(loaded.value.context, loaded.value.playbooks, version);
        if (told.some(({ kind }) => kind === 'host-unreachable')) {
          io.stderr.write(`${only} was lost while the playbook was checked; nothing is written\n`);
          return 4;
        }
        const wrong = notInOrder(imported.tasks, told);
        if (wrong.size === 0) {
          for (const one of [name, `${name}.yaml`])
            if (statOf(join(folder, one)) !== undefined) renameSync(join(folder, one), join(directory, one));
          io.stdout.write(visible(summary(imported, join(directory, `${name}.yaml`))));
          return 0;
        }
        imported = without(imported, wrong, looking.secrets);
      }
      io.stderr.write('nothing is written: whatever is left out, a check finds more that is not in order\n');
      return 1;
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
}

function write(folder: string, files: ReturnType<typeof writtenPlaybook>): void {
  for (const { path, bytes, isPrivate } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeLocalFile(join(folder, path), bytes, isPrivate ? 0o600 : 0o644);
  }
}

/** Asks the host, in two exchanges: what is there, and then the content of the files. */
async function surveyed(
  { loaded: { context }, secrets }: Looking,
  host: string,
  keepsSecrets: boolean,
): Promise<{ readonly imported: Imported } | NotLookedAt> {
  const first = await askHost(context, host, { ...surveyQuestions, ...importQuestions });
  if ('failed' in first) return first;
  const read = readSurvey(first.answers);
  if ('unfit' in read) return { failed: read.unfit, unreachable: false };
  const things = findUnmanaged(read.parts, () => false, MOST_TASKS);
  const clones = readClones(first.answers);
  const paths = pathsToRead(things, clones);
  const second = await askHost(context, host, pathQuestions(paths, MOST_BYTES));
  if ('failed' in second) return second;
  const passwords = readPasswords(first.answers);
  for (const hash of passwords.values()) secrets.add(hash);
  const imported = importedFrom({
    things,
    paths: readPaths(paths, second.answers, MOST_BYTES),
    clones,
    removed: readRemoved(first.answers, installedOf(read.parts)),
    datasets: readDatasets(first.answers),
    containers: readContainers(first.answers),
    passwords,
    running: new Set(
      fieldRows(read.parts, 'active', 2, ' ').flatMap(([unit = '', state]) => (state === 'active' ? [unit] : [])),
    ),
    keepsSecrets,
  });
  return { imported: { ...imported, left: [...imported.left, ...read.unread] } };
}

/** The names of all packages whose files or settings are there. */
const installedOf = (parts: Parts): ReadonlySet<string> =>
  new Set(fieldRows(parts, 'installed', 8, '\t').map(([, , name = '']) => name));

/** The tasks that a check did not find in order, and what it told of them. What it did not look at is none that it found in order. */
function notInOrder(tasks: Imported['tasks'], told: readonly EventData[]): ReadonlyMap<string, string> {
  const outcomes = new Map(
    told.flatMap((event) => (event.kind === 'task-finished' ? [[event.task.name, event.outcome] as const] : [])),
  );
  return new Map(
    tasks.flatMap(({ name }): readonly (readonly [string, string])[] => {
      const outcome = outcomes.get(name);
      if (outcome === undefined) return [[name, 'nothing: it was not looked at']];
      if (outcome.status === 'ok') return [];
      const what = outcome.changes.map((change) => change.what).join(', ');
      const why = outcome.message === undefined ? '' : `: ${outcome.message}`;
      return [[name, `${outcome.status}${why}${what === '' ? '' : ` (${what})`}`]];
    }),
  );
}

/** An import without some of its tasks, and without the files and variables that only they use. */
function without(imported: Imported, wrong: ReadonlyMap<string, string>, secrets: Secrets): Imported {
  const tasks = imported.tasks.filter(({ name }) => !wrong.has(name));
  const texts = JSON.stringify(tasks.map(({ args }) => args));
  const sources = new Set(tasks.map(({ args }) => args['src']));
  return {
    tasks,
    files: imported.files.filter(({ path }) => sources.has(path)),
    variables: Object.fromEntries(
      Object.entries(imported.variables).filter(([name]) => texts.includes(`{{ ${name} }}`)),
    ),
    left: [...imported.left, ...[...wrong].map(([task, why]) => `${task}: a check tells ${secrets.mask(why)}`)],
  };
}

function summary({ tasks, files, left }: Imported, path: string): string {
  const secrets = files.filter(({ secret }) => secret !== undefined).length;
  const counts = `${tasks.length} tasks, ${files.length} files, ${secrets} of them encrypted`;
  const rest =
    left.length === 0 ? '' : `not imported:\n${left.map((one) => `  ${one.replaceAll('\n', ' ')}\n`).join('')}`;
  return `${path}: ${counts}; a check finds all of it in order\n${rest}`;
}
