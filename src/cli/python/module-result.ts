import type { TaskResult } from '../../core/task-type.ts';
import { decodeText } from '../../core/text-codec.ts';

/** What a module printed, and how it ended. */
interface ModuleEnd {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly code: number;
}

/** The result of a module: the JSON object that it printed. What else it printed is told with it. */
export function moduleResult({ stdout, stderr, code }: ModuleEnd): TaskResult {
  const [out, err] = [decodeText(stdout), decodeText(stderr)];
  const told = err === '' ? {} : { stderr: err };
  const found = resultIn(out.trim().split('\n'));
  if (found === undefined) {
    const said = err.trim() || out.trim() || `exit code ${code}`;
    const msg =
      code === 127 ? `the host has no interpreter for the module: ${said}` : `the module returned no result: ${said}`;
    return { failed: true, changed: false, msg, rc: code, ...told, module_stderr: err, module_stdout: out };
  }
  const { result, after } = found;
  const failed = result['failed'] === true && { msg: result['msg'] ?? 'failed' };
  return { changed: false, ...told, ...result, ...failed, ...junkAfter(after, result) };
}

type Json = Readonly<Record<string, unknown>>;

/** The last line that is a JSON object, or the lines from the first that begins one to the last that ends one. */
function resultIn(lines: readonly string[]): { readonly result: Json; readonly after: readonly string[] } | undefined {
  for (const [at, line] of [...lines.entries()].toReversed()) {
    const result = line.startsWith('{') ? parsed(line) : undefined;
    if (result !== undefined) return { result, after: lines.slice(at + 1) };
  }
  const end = lines.findLastIndex((line) => line.trimEnd().endsWith('}')) + 1;
  const result = parsed(
    lines
      .slice(
        lines.findIndex((line) => line.trimStart().startsWith('{')),
        end,
      )
      .join('\n'),
  );
  return result === undefined ? undefined : { result, after: lines.slice(end) };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The text only looked like JSON: it is ordinary output.
    return undefined;
  }
}

/** A warning about what was printed after the result. */
function junkAfter(lines: readonly string[], { warnings }: Json): TaskResult {
  if (lines.length === 0) return {};
  const junk = `Module invocation had junk after the JSON data: ${lines.join('\n')}`;
  return { warnings: [...(Array.isArray(warnings) ? (warnings as readonly unknown[]) : []), junk] };
}
