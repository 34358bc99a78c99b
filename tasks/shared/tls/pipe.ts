import { type Change, decodeText, type Reply, reading, type Script, sh } from '../../../src/sdk.ts';

/**
 * The changes of a type that prints what it makes instead of writing a file. What is returned becomes the next `content`, or does not: the host
 * knows nothing of it.
 */
export const printChanges = (
  told: readonly Pick<Change, 'what' | 'from' | 'to'>[],
  content: { readonly script: Script; readonly stdin: string | undefined } | undefined,
): readonly Change[] =>
  told.map((one, index) => ({
    ...one,
    commands: index === 0 && content !== undefined ? [printing(content)] : [],
    repeats: true,
    effects: [],
  }));

function printing({ script, stdin }: { readonly script: Script; readonly stdin: string | undefined }) {
  const command = { ...sh`${script}`, long: true };
  return stdin === undefined ? command : reading(command, stdin);
}

/** What was printed; undefined in a check. */
export const printedText = ([reply]: readonly Reply[]): string | undefined => reply && decodeText(reply.stdout);
