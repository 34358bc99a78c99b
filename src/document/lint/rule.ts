import type { Clone } from '../../clone/clone.ts';
import type { Diagnostic } from '../../core/source.ts';
import type { CommandPart, InstallDocument, ProgramCall } from '../document.ts';
import { placeIn } from '../draft/words.ts';

/** What a document is judged by. */
export interface DocumentView {
  readonly document: InstallDocument;
  /** A clone of the repository that it names. */
  readonly clone?: Clone;
  /** What the inventory knows: names of hosts and groups, and addresses in variables. */
  readonly inventory?: { readonly names: ReadonlySet<string>; readonly addresses: ReadonlySet<string> };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a rule finds in a document. */
export type DocumentRule = (view: DocumentView) => readonly Diagnostic[];

/** A finding at a line of the document. */
export const found = (
  { document }: DocumentView,
  code: string,
  line: number,
  message: string,
  hint?: string,
): Diagnostic => ({
  severity: 'warning',
  code,
  message,
  at: { file: document.name, line, column: 1 },
  ...(hint !== undefined && { hint }),
});

/** A call of a program and the command that it stands in. */
interface PlacedCall {
  readonly call: ProgramCall;
  readonly command: CommandPart;
  readonly program: string;
  /** Its words that are no options. */
  readonly operands: readonly string[];
}

/** The calls of programs in a document in its order. */
export const placedCalls = (view: DocumentView): readonly PlacedCall[] =>
  view.document.parts
    .filter((part) => part.kind === 'command')
    .flatMap((command) =>
      command.calls.map((call) => {
        const [program = '', ...args] = call.words;
        return { call, command, program, operands: args.filter((word) => !word.startsWith('-')) };
      }),
    );

const NONE_KNOWN: ReadonlySet<string> = new Set();

/** A symbolic link that a call makes. */
interface MadeLink extends PlacedCall {
  readonly target: string;
  readonly at: string;
}

/** The links that a document makes by `ln -s TARGET PLACE`, without those whose names a shell expands. */
export const linksMade = (view: DocumentView): readonly MadeLink[] =>
  placedCalls(view).flatMap((placed) => {
    const { call, program, operands } = placed;
    const [target = '', place = '', ...more] = operands;
    const isSymbolic = call.words.some((word) => /^-\w*s|^--symbolic$/.test(word));
    if (program !== 'ln' || !isSymbolic || more.length > 0 || place === '' || /[$`*?{]/.test(target + place)) return [];
    return [
      {
        ...placed,
        target: target.replace(/(?<=.)\/+$/, ''),
        at: placeIn(place, target, true, { directories: NONE_KNOWN }),
      },
    ];
  });
