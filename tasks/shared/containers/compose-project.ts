import { jsonAt, listInside } from '../json.ts';
import { entriesAt, textAt } from './json.ts';

/** A project as it is, and what compose says that it would do. */
export interface Project {
  readonly name: string;
  /** Its services, as compose reads them from its files. */
  readonly services: readonly (readonly [string, unknown])[];
  /** The directories of the host that its containers may write to. */
  readonly sources: readonly string[];
  readonly containers: readonly unknown[];
  readonly images: readonly unknown[];
  /** What compose says that it would do. */
  readonly said: string;
  /** Whether the dry run failed. */
  readonly failed: boolean;
}

/** How each part of what is asked about a project starts, before its name. */
export const SECTION = '-- retrace: ';

/** A project as compose tells it, in parts. */
export function readProject(text: string): Project {
  const parts = new Map(
    text.split(`\n${SECTION}`).map((part, index) => {
      const line = part.indexOf('\n');
      return index === 0
        ? (['config', part] as const)
        : ([part.slice(0, line < 0 ? undefined : line), part.slice(line + 1)] as const);
    }),
  );
  const config = parse(parts.get('config') ?? '');
  const services = entriesAt(config, 'services');
  return {
    name: textAt(config, 'name'),
    services,
    sources: services.flatMap(([, service]) =>
      listInside(service, 'volumes').flatMap((volume) =>
        textAt(volume, 'type') === 'bind' && jsonAt(volume, 'read_only') !== true ? [textAt(volume, 'source')] : [],
      ),
    ),
    containers: jsonLines(parts.get('containers') ?? ''),
    images: jsonLines(parts.get('images') ?? ''),
    said: parts.get('events') ?? '',
    failed: parts.has('failed'),
  };
}

/** JSON, or nothing. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A list, or an object on each line, as different versions print them. */
const jsonLines = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => parse(line) ?? []);
