import { chownSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Adopted, adopt, type Surroundings } from '../audit/adopt/adopt.ts';
import { type Declared, type Look, lookAt } from '../audit/adopt/look.ts';
import { readOnHost } from '../audit/adopt/read-on-host.ts';
import { LINT } from '../audit/finding.ts';
import { fold } from '../audit/fold.ts';
import { type EditedFiles, withEditedFiles } from '../core/edited-files.ts';
import { statOf, writeLocalFile } from '../core/local-file.ts';
import { inOneLine } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';
import { type PatchedFile, patchText } from '../report/patch.ts';
import type { CallIo } from './command.ts';
import { ambiguousStart, wrongStart } from './finding-id.ts';
import { withHistory } from './history-command.ts';
import { type AdoptLine, AS_CHECK, type Parsed } from './options.ts';
import { Prompts } from './plan-looks.ts';
import { type Prepared, playCommand } from './play-command.ts';
import { preflight } from './preflight.ts';
import { ask } from './prompt.ts';
import { version } from './version.ts';

/** Prints the change of the sources that declares what a finding found, or writes it. Returns the exit code. */
export async function adoptCommand(line: AdoptLine, io: CallIo): Promise<number> {
  const [start = '', ...given] = line.rest;
  const mistakes = [
    ...wrongStart(start),
    ...(line.options.yes && !line.options.apply ? ['--yes belongs to --apply'] : []),
  ];
  if (mistakes.length > 0) return io.refuse(mistakes);
  const found = given.length > 0 ? given : playbooksOf(start, io);
  if (typeof found === 'number') return found;
  return playCommand(asCheck(line, found), io, {
    plan: 'none',
    reporter: async () => () => {},
    perform: (prepared) => adoptWith(prepared, { start, playbooks: found, line, io }),
  });
}

/** The playbooks that found a finding, or an exit code. */
function playbooksOf(start: string, io: CallIo): readonly string[] | number {
  let playbooks: readonly string[] = [];
  const code = withHistory(io, (history) => {
    const [found, ...others] = history.findingsLike(start);
    if (found === undefined)
      return io.refuse([`no audit of this machine has found "${start}"; name the playbook that did`]);
    if (others.length > 0)
      return io.refuse([
        ambiguousStart(
          start,
          [found, ...others].map(({ id }) => id),
        ),
      ]);
    playbooks = (history.playbooksOf(found.id) ?? []).map((file) => relative(io.cwd, file));
    if (playbooks.length === 0) return io.refuse([`it is not known which playbook found "${found.id}"`]);
    return found.task.type === LINT ? refuse(io, ['it was found beyond the tasks: no task declares it']) : 0;
  });
  return code === 0 ? playbooks : code;
}

interface AdoptRequest {
  readonly start: string;
  readonly playbooks: readonly string[];
  readonly line: AdoptLine;
  readonly io: CallIo;
}

async function adoptWith(prepared: Prepared, { start, playbooks, line, io }: AdoptRequest): Promise<number> {
  const { secrets } = prepared;
  const prompts = new Prompts(prepared.loaded.context.options.prompt);
  const check = ({ context, playbooks: loaded }: Prepared['loaded']): Promise<Look> =>
    lookAt({ ...context, options: { ...context.options, prompt: prompts.another() } }, loaded, version);
  const first = await check(prepared.loaded);
  const away = first.findings.find(({ finding }) => finding.kind === 'unreachable');
  const chosen = choose(first.findings, start, line.options.host ?? []);
  if (!chosen.ok && away !== undefined) {
    io.stderr.write(`run adopt: ${away.finding.host} cannot be reached: ${secrets.mask(away.finding.reason ?? '')}\n`);
    return 4;
  }
  if (!chosen.ok) return io.refuse(chosen.why.map((one) => secrets.mask(one)));
  if (first.errors.length > 0) return refuse(io, first.errors);
  const around: Surroundings = {
    look: (files) =>
      withEditedFiles(files, async () => {
        const loaded = await prepared.reload();
        const wrong = loaded.ok ? preflight(loaded.value).filter(({ severity }) => severity === 'error') : loaded.error;
        return loaded.ok && wrong.length === 0 ? check(loaded.value) : { errors: wrong.map(inOneLine) };
      }),
    read: textOf,
    contentOf: (host, path) => readOnHost(prepared.loaded.context, host, path),
    folder: dirname(resolve(playbooks[0] ?? '')),
    isOurs: ownFiles(playbooks, io.cwd),
  };
  const adopted = await adopt(chosen.wanted, first, around);
  const told = adopted.ok ? withoutSecrets(adopted, secrets) : adopted;
  if (!told.ok)
    return refuse(
      io,
      told.why.map((one) => secrets.mask(one)),
    );
  return give(told.files, told.notes, line, io);
}

/** Says why something cannot be adopted. */
function refuse(io: CallIo, why: readonly string[]): number {
  io.stderr.write(`run adopt: it cannot be adopted:\n${why.map((one) => `  ${one}\n`).join('')}`);
  return 2;
}

type Chosen =
  | { readonly ok: true; readonly wanted: { readonly id: string; readonly hosts: readonly string[] } }
  | { readonly ok: false; readonly why: readonly string[] };

/** The finding with this beginning, and the hosts that have it. */
function choose(all: readonly Declared[], start: string, hosts: readonly string[]): Chosen {
  const like = all.filter(({ finding }) => finding.id.startsWith(start));
  const ids = [...new Set(like.map(({ finding }) => finding.id))];
  const [id] = ids;
  if (id === undefined) {
    const others = fold(all.map(({ finding }) => finding)).map((one) => `${one.id} (${one.task.name})`);
    const open = others.length === 0 ? 'nothing differs' : `what differs is ${[...new Set(others)].join(', ')}`;
    return { ok: false, why: [`"${start}" is not found any more; ${open}`] };
  }
  if (ids.length > 1) return { ok: false, why: [ambiguousStart(start, ids)] };
  const there = like.map(({ finding }) => finding.host);
  const strangers = hosts.filter((host) => !there.includes(host));
  if (strangers.length > 0) return { ok: false, why: [`--host: "${id}" is not found on ${strangers.join(', ')}`] };
  return { ok: true, wanted: { id, hosts: hosts.length > 0 ? hosts : there } };
}

/** A file's text; undefined if it is not text. */
function textOf(file: string): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined; // there is none, or it is not text: whoever asked says so
  }
}

/** Whether a file lies in the working tree of a playbook or, without Git, in its directory or the current one. */
function ownFiles(playbooks: readonly string[], cwd: string): (file: string) => boolean {
  const folders = playbooks.map((file) => dirname(realpathSync(file)));
  const roots = folders.map((folder) => gitRoot(folder) ?? (isBelow(folder, cwd) ? realpathSync(cwd) : folder));
  return (file) => {
    const real = realPath(file);
    return roots.some((root) => isBelow(real, root) && !isBelow(real, join(root, '.git')));
  };
}

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The path without links; of a file that is new, that of its directory. */
const realPath = (file: string): string =>
  existsSync(file)
    ? realpathSync(file)
    : join(dirname(file) === file ? '' : realPath(dirname(file)), file.split('/').at(-1) ?? '');

/** The top directory of the working tree that a directory is in. */
function gitRoot(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  return dirname(folder) === folder ? undefined : gitRoot(dirname(folder));
}

/** Refuses a patch that would show a secret. */
function withoutSecrets(adopted: Extract<Adopted, { ok: true }>, secrets: Prepared['secrets']): Adopted {
  const shows = [...adopted.files].some(([file, after]) => {
    const before = new Set((textOf(file) ?? '').split('\n'));
    return after.split('\n').some((text) => !before.has(text) && secrets.mask(text) !== text);
  });
  return shows ? { ok: false, why: ['the patch would contain a secret in clear'] } : adopted;
}

/** Prints the patch, or writes the files. */
async function give(files: EditedFiles, notes: readonly string[], line: AdoptLine, io: CallIo): Promise<number> {
  const edited = [...files].map(([file, after]) => ({ file: realPath(file), after, before: textOf(file) }));
  const here = realpathSync(io.cwd);
  const [one] = edited;
  const root = edited.every(({ file }) => isBelow(file, here)) ? here : gitRoot(dirname(one?.file ?? here));
  const from = root ?? '/';
  const patched = edited.map(({ file, after, before }): PatchedFile => ({ path: relative(from, file), before, after }));
  io.stdout.write(patchText(patched));
  for (const one of notes) io.stderr.write(`run adopt: ${one}\n`);
  if (from !== here) io.stderr.write(`run adopt: the paths are those from ${from}\n`);
  if (!line.options.apply) return 0;
  if (!line.options.yes && !/^y(es)?$/i.test((await ask('Write this to the files? (y/N) ')).trim())) {
    io.stderr.write('run adopt: nothing was written\n');
    return 1;
  }
  for (const { file, after, before } of edited) {
    if (textOf(file) !== before) return io.refuse([`${file} has changed meanwhile; nothing more was written`]);
    try {
      writeLike(file, after);
    } catch (error) {
      const reason = systemReason(error);
      if (reason === undefined) throw error;
      return io.refuse([`${file}: ${reason}`]);
    }
  }
  return 0;
}

/** Writes a file with the mode and, as root, the owner that it had; a new one has the owner of its directory. */
function writeLike(file: string, text: string): void {
  const before = statOf(file);
  writeLocalFile(file, text, (before?.mode ?? 0o644) & 0o7777);
  const owner = before ?? statOf(dirname(dirname(file)));
  if (process.getuid?.() === 0 && owner !== undefined) chownSync(file, owner.uid, owner.gid);
}

/** The command line of a check. */
const asCheck = ({ options }: AdoptLine, rest: readonly string[]): Parsed => {
  const { host: _host, apply: _apply, yes: _yes, ...shared } = options;
  return { rest, options: { ...shared, ...AS_CHECK } };
};
