import { statSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { largeContent, startOf } from '../../core/local-content.ts';
import { readLocalFile, statOf, writeLocalFile } from '../../core/local-file.ts';
import { inOneLine } from '../../core/source.ts';
import { isSystemError } from '../../core/system-error.ts';
import { type Controller, ControllerError } from '../../core/task-type.ts';
import { decodeText, localPath } from '../../core/text-codec.ts';
import type { Value } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import {
  isVaulted,
  opened,
  renderTemplate,
  type Scope,
  scopeOver,
  strftime,
  TemplateError,
} from '../../template/index.ts';
import type { Place } from '../host/host-link.ts';
import { NotKnownYet } from '../host/not-known-yet.ts';
import { readTree } from '../host/read-tree.ts';
import { evaluateWritten, firstBroken, variable } from '../variables/expressions.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { jobFile } from './job-file.ts';

/**
 * The controller's side of one task. While asking ahead it does not prompt or write: such a task waits for its turn.
 */
export function createController(
  { run }: PlayContext,
  task: Task,
  sight: TemplateScope,
  peek: boolean,
  where: Place & { readonly from?: string | undefined },
): Controller {
  const { env } = sight;
  const later = <T>(act: () => T): T => {
    if (peek) throw new NotKnownYet('pending', '', 'a task that acts on the controller');
    return act();
  };
  const open = (path: string) => openFile(path, env);
  return {
    endpoint: where.identity.endpoint,
    from: where.from,
    find: (kind, name) => findFile(task.searchPath, kind, name),
    readFile: (path, { decrypt = true } = {}) => (decrypt ? open(path) : readLocalFile(path)),
    content(path, { decrypt = true } = {}) {
      const large = largeContent(path);
      if (large !== undefined && !(decrypt && isVaulted(startOf(large, 16)))) return large;
      return decrypt ? open(path) : readLocalFile(path);
    },
    readTree: (path, options = {}) => readTree(path, options, options.decrypt === false ? readLocalFile : open),
    modeOf: (path) => statSync(localPath(path)).mode & 0o7777,
    isDirectory: (path) => statOf(path)?.isDirectory() ?? false,
    writeFile: (path, content, mode = 0o644) => later(() => writeLocalFile(path, content, mode)),
    render: (path, options) =>
      renderTemplate(
        decodeText(open(path)),
        path,
        options,
        { ...withTemplateNames(sight, path, options.dest, run.options.managed), cache: new Map() },
        env,
      ),
    evaluate: (expression) => evaluateWritten(expression, task.argsAt, sight),
    broken: (conditions) => firstBroken(conditions, sight),
    variable: (name) => variable(name, sight),
    parseVars(_text, path) {
      const vars = run.loader.vars(path);
      if (!vars.ok) throw new ControllerError(vars.error.map(inOneLine).join('; '));
      return Object.fromEntries([...vars.value].map(([name, { value }]) => [name, value]));
    },
    job: (id) =>
      later(() => {
        const file = jobFile(id, where, sight, run.options.asyncDir);
        return { file, started: where.link.jobs.get(file) };
      }),
    prompt: (question, options) => later(() => run.options.prompt(question, options)),
    wait: (ms) => later(() => new Promise((done) => setTimeout(done, ms))),
  };
}

/** The content of a file, decrypted; a missing password is reported in Ansible's words for files. */
function openFile(path: string, env: TemplateScope['env']): Uint8Array {
  try {
    return opened(readLocalFile(path), path, env);
  } catch (error) {
    const isLocked = error instanceof TemplateError && error.diagnostic.code === 'vault-no-password';
    if (!isLocked) throw error;
    const { hint } = error.diagnostic;
    throw new TemplateError(
      `A vault password or secret must be specified to decrypt ${path}`,
      'vault',
      undefined,
      hint,
    );
  }
}

/** Add the variables that Ansible defines for template files. */
function withTemplateNames(
  { scope, env }: TemplateScope,
  path: string,
  dest: string | undefined,
  managed = 'Ansible managed',
): Scope {
  const stat = statSync(localPath(path), { throwIfNoEntry: false });
  const names = new Map<string, () => Value>([
    ['template_host', () => hostname()],
    ['template_uid', () => userInfo().username],
    ['template_path', () => path],
    ...(dest === undefined ? [] : [['template_destpath', () => dest] as const]),
    ['template_fullpath', () => resolve(path)],
    ['template_mtime', () => (stat?.mtime.toISOString() ?? '').replace('T', ' ').replace(/Z$/, '')],
    ['template_run_date', () => new Date().toISOString().replace('T', ' ').replace(/Z$/, '')],
    [
      'ansible_managed',
      () => managedBy(managed, path, stat?.mtime ?? new Date(), (text) => renderTemplate(text, path, {}, scope, env)),
    ],
  ]);
  return scopeOver(scope, { get: (name) => names.get(name)?.(), names: () => names.keys() });
}

/**
 * The setting `ansible_managed`, filled in for a template. The setting may itself be one; the names of the file, the host
 * and the user are inserted last, since they are neither templates nor formats of a time.
 */
function managedBy(setting: string, path: string, mtime: Date, render: (text: string) => string): string {
  const names: Record<string, string> = { file: path, host: hostname(), uid: userInfo().username };
  const format = setting.replace(/\{\{|\}\}|\{(file|host|uid)\}/g, (brace, name?: string) =>
    name === undefined ? brace.slice(1) : `\0${name}\0`,
  );
  const local = new Date(mtime.getTime() - mtime.getTimezoneOffset() * 60_000);
  const text = format.includes('%') ? strftime(format, local) : format;
  const rendered = /\{[{%#]/.test(text) ? render(text) : text;
  return rendered.replace(/\0(file|host|uid)\0/g, (_, name: string) => names[name]!);
}

/** The first existing file: `files/NAME` and `NAME` in each directory of the search path. */
export function findFile(
  folders: readonly string[],
  kind: string,
  name: string,
): { ok: true; path: string } | { ok: false; searched: readonly string[] } {
  const candidates = isAbsolute(name)
    ? [name]
    : folders.flatMap((folder) => [join(folder, kind, name), resolve(folder, name)]);
  const path = candidates.find(isThere);
  return path === undefined ? { ok: false, searched: candidates } : { ok: true, path };
}

/** Assume that a path exists if it cannot be examined: opening it will give the reason. */
function isThere(path: string): boolean {
  try {
    return statSync(localPath(path), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}
