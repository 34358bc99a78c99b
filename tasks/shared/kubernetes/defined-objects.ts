import {
  type Content,
  content,
  decodeText,
  nothing,
  type Question,
  type ShellAnswer,
  sh,
  shell,
} from '../../../src/sdk.ts';
import { type Definition, definitionsIn } from './definitions.ts';

/** The file or page with the definitions, as the host told it. */
export interface DefinitionSources {
  readonly file: Content | undefined;
  readonly page: ShellAnswer | undefined;
}

const isAddress = (src: string): boolean => /^(?:https?|ftp):\/\//.test(src);

/** Asks for the file on the host with the definitions, if there is one. */
export const askFileAt = (src: string | undefined): Question<Content | undefined> =>
  src === undefined || isAddress(src) ? nothing() : content(src);

/** Asks for the page with the definitions, if there is one. */
export const askPageAt = (src: string | undefined): Question<ShellAnswer | undefined> =>
  src === undefined || !isAddress(src)
    ? nothing()
    : shell(
        {
          ...sh`command -v curl >/dev/null || { echo 'curl is missing on the host: install the curl package' >&2; exit 127; }
curl --fail --silent --show-error --location --max-time 60 -- ${src}`,
          about: ['by:package:curl', 'network:'],
        },
        { beyond: true },
      );

/** The objects that a task means, or why that is not known. */
export function definedBy(
  task: Parameters<typeof definitionsIn>[1] & { readonly src: string | undefined; readonly definitions: unknown },
  { file, page }: DefinitionSources,
): readonly Definition[] | { readonly refused: string } {
  const { src, definitions } = task;
  if (src === undefined) return definitionsIn(definitions, task);
  if (page !== undefined)
    return page.code === 0
      ? definitionsIn(page.stdout, task)
      : { refused: `Failed to load resource definition: ${page.stderr.trim()}` };
  return file?.bytes === undefined
    ? { refused: `Failed to load resource definition: cannot read the file '${src}' on the host` }
    : definitionsIn(decodeText(file.bytes), task);
}
