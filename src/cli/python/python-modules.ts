import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reading, sh } from '../../core/command.ts';
import { type AnyTaskType, defineTask, type TaskResult } from '../../core/task-type.ts';
import { decodeText } from '../../core/text-codec.ts';
import type { Item, Playbook } from '../../language/model.ts';
import { PYTHON_SHIM } from './python-shim.ts';

/** Python modules that the user wrote for Ansible, found in `library/` next to playbooks and in roles. Maps names to paths. */
export function pythonModules(playbooks: readonly Playbook[]): ReadonlyMap<string, string> {
  const plays = playbooks.flatMap((playbook) => playbook.plays);
  const folders = new Set(plays.flatMap((play) => [play.directory, ...play.items.flatMap(rolePaths)]));
  const files = [...folders].toReversed().flatMap((folder) => pythonFiles(join(folder, 'library')));
  return new Map(files.map((file) => [file.replace(/^.*\//, '').replace(/\.py$/, ''), file]));
}

function rolePaths(item: Item): readonly string[] {
  const own = item.role === undefined ? [] : [item.role.path];
  return item.kind === 'block' ? [...own, ...[...item.block, ...item.rescue, ...item.always].flatMap(rolePaths)] : own;
}

function pythonFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[A-Za-z]\w*\.py$/.test(name))
    .map((name) => join(folder, name));
}

/**
 * A task type that runs such a module with the host's Python. Nothing else needs Python on a host. The module runs every time, because its
 * effects cannot be known in advance. A small replacement for the parts of Ansible that it imports is sent with it.
 */
export const pythonModule = (name: string, path: string): AnyTaskType =>
  defineTask({
    name,
    summary: `The module ${path}, written for Ansible.`,
    acts: true,
    anyParams: true,
    params: {},
    prepare: (params, controller) => ({ args: params, source: decodeText(controller.readFile(path)) }),
    plan(_state, { args, source }, { check, diff, verbosity = 0 }) {
      const given = JSON.stringify({ name, path, args, source, check, diff, verbosity });
      const program = `import sys, json\nGIVEN = json.loads(${JSON.stringify(given)})\n${PYTHON_SHIM}`;
      // The program is sent on stdin, so that no secret appears in an argument.
      const command = reading(sh`exec python3 -`, program);
      return {
        changes: [{ what: name, from: '', to: 'run', commands: [{ ...command, accepts: anyCode, long: true }] }],
      };
    },
    result: ({ replies }) =>
      replies[0] === undefined ? {} : resultOf(replies[0].stdout, replies[0].stderr, replies[0].code),
    examples: [],
  }) as AnyTaskType;

const anyCode = Array.from({ length: 256 }, (_, code) => code);

/** The result: the last line that parses as a JSON object. What else the module printed is told with it. */
function resultOf(stdout: Uint8Array, stderr: Uint8Array, code: number): TaskResult {
  const [out, err] = [decodeText(stdout), decodeText(stderr)];
  const told = err === '' ? {} : { stderr: err };
  const lines = out.trim().split('\n');
  for (const [at, line] of [...lines.entries()].toReversed()) {
    const result = line.startsWith('{') ? parsed(line) : undefined;
    if (result === undefined) continue;
    const failed = result['failed'] === true && { msg: result['msg'] ?? 'failed' };
    return { changed: false, ...told, ...result, ...failed, ...junkAfter(lines.slice(at + 1), result) };
  }
  const said = err.trim() || out.trim() || `exit code ${code}`;
  const msg =
    code === 127 ? `a Python module needs python3 on the host: ${said}` : `the module returned no result: ${said}`;
  return { failed: true, changed: false, msg, rc: code, ...told, module_stderr: err, module_stdout: out };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    // The line only looked like JSON: it is ordinary output.
    return undefined;
  }
}

/** A warning about what was printed after the result. */
function junkAfter(lines: readonly string[], { warnings }: Readonly<Record<string, unknown>>): TaskResult {
  if (lines.length === 0) return {};
  const junk = `Module invocation had junk after the JSON data: ${lines.join('\n')}`;
  return { warnings: [...(Array.isArray(warnings) ? (warnings as readonly unknown[]) : []), junk] };
}
