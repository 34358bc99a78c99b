import { loadYaml, valuePlaceOf } from '../../../src/sdk.ts';

/** A list in YAML text, with the positions and values of its items. */
interface FoundList {
  readonly list: readonly unknown[];
}

type Failed = { readonly failed: string };

/**
 * Returns the text with an item appended to one of its lists, or unchanged if the list already has the item. The rest
 * stays as written.
 */
export function withItem(text: string, file: string, path: string, item: string): { readonly text: string } | Failed {
  const found = listAt(text, file, path);
  if ('failed' in found) return found;
  if (found.list.includes(item)) return { text };
  const edited = inserted(text, found.list, item);
  if (edited === undefined) return { failed: `cannot add to the list ${path} in ${file}: its syntax is not supported` };
  // Before the new text is written, parse it too, to verify that it has the intended meaning.
  const after = listAt(edited, file, path);
  const wanted = [...found.list, item];
  if ('failed' in after || JSON.stringify(shown(after.list)) !== JSON.stringify(shown(wanted)))
    return { failed: `cannot add to the list ${path} in ${file}: its syntax is not supported` };
  return { text: edited };
}

/** The list at a path such as `jobs[name=web].targets`. */
function listAt(text: string, file: string, path: string): FoundList | Failed {
  const read = loadYaml(text, file, { plain: true });
  if (!read.ok) {
    const [first] = read.error;
    const at = first?.at === undefined ? '' : `:${first.at.line}:${first.at.column}`;
    return { failed: `${file}${at}: ${first?.message ?? 'is not valid YAML'}` };
  }
  let value: unknown = read.value.value;
  let gone = '';
  for (const step of stepsOf(path)) {
    const next = follow(value, step);
    if ('failed' in next) return { failed: `${file}: ${gone === '' ? 'the file' : gone} ${next.failed}` };
    value = next.value;
    gone += step.startsWith('[') || gone === '' ? step : `.${step}`;
  }
  return Array.isArray(value) ? { list: value } : { failed: `${file}: ${path} is not a list` };
}

/** Splits `a.b[0][name=x]` into `a`, `b`, `[0]`, `[name=x]`. */
const stepsOf = (path: string): readonly string[] => path.match(/\[[^\]]*\]|[^.[]+/g) ?? [];

function follow(value: unknown, step: string): { readonly value: unknown } | Failed {
  if (!step.startsWith('[')) {
    if (!(value instanceof Map)) return { failed: `is not a dict, so it has no ${step}` };
    return value.has(step)
      ? { value: value.get(step) }
      : { failed: `has no ${step}; it has ${[...value.keys()].join(', ')}` };
  }
  if (!Array.isArray(value)) return { failed: `is not a list, so it has no ${step}` };
  const [key = '', wanted] = step.slice(1, -1).split(/=(.*)/s);
  if (wanted === undefined)
    return Number(key) in value
      ? { value: value[Number(key)] }
      : { failed: `has no ${step}: it has ${value.length} items` };
  const names = value.map((entry) => (entry instanceof Map ? String(entry.get(key)) : ''));
  const index = names.indexOf(wanted);
  if (index >= 0 && names.indexOf(wanted, index + 1) >= 0)
    return { failed: `has more than one item with ${key} = ${wanted}` };
  return index >= 0
    ? { value: value[index] }
    : { failed: `has no item with ${key} = ${wanted}; it has ${names.filter((name) => name !== '').join(', ')}` };
}

/** The text with a line added after the list's last item, or with the item added inside the brackets. */
function inserted(text: string, list: readonly unknown[], item: string): string | undefined {
  const at = valuePlaceOf(list, list.length - 1);
  if (at === undefined || list[list.length - 1] instanceof Object) return undefined;
  const lines = text.split('\n');
  const line = lines[at.line - 1] ?? '';
  const dash = /^(\s*)-(\s+)/.exec(line);
  if (dash !== null && dash[0].length === at.column - 1) {
    lines.splice(at.line, 0, `${dash[0]}${asScalar(item)}`);
    return lines.join('\n');
  }
  const end = at.column - 1 + (at.length ?? 0);
  lines[at.line - 1] = `${line.slice(0, end)}, ${asScalar(item)}${line.slice(end)}`;
  return lines.join('\n');
}

/** Formats text as a YAML scalar, quoted if it would otherwise mean something else. */
function asScalar(item: string): string {
  const plain = loadYaml(`[${item}]`, '', { plain: true });
  const value = plain.ok ? plain.value.value : undefined;
  return Array.isArray(value) && value.length === 1 && value[0] === item ? item : JSON.stringify(item);
}

/** A YAML value as JSON for comparison: a dict becomes a list of pairs. */
const shown = (value: unknown): unknown => {
  if (value instanceof Map) return [...value].map(([key, entry]) => [key, shown(entry)]);
  return Array.isArray(value) ? value.map(shown) : value;
};
