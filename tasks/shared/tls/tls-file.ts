import {
  blurs,
  type Change,
  type Effect,
  encodeText,
  followed,
  type PathState,
  type Plan,
  parentOf,
  type Script,
  type Self,
  script,
  sh,
  stat,
  tidyPath,
  writeFile,
} from '../../../src/sdk.ts';
import {
  type Accounts,
  type Attributes,
  attributeChanges,
  unknownAccount,
  withAttributes,
  withoutCommands,
} from '../files/attributes.ts';
import { askAccounts } from '../files/copy-file.ts';
import { backedUp } from '../files/file-content.ts';
import { absentEffect, newEntry, throughEffect } from '../files/path-info.ts';

/** The parameters of types that generate a file on the host. */
interface TlsFile extends Attributes {
  readonly path: string;
  readonly backup: boolean;
  readonly unsafe_writes: boolean;
}

/** The answers about the file's place. */
interface TlsFileState extends Accounts {
  readonly before: PathState;
  readonly parent: PathState;
  readonly self: Self;
}

/** Parameters that all these types share. */
export const tlsFileParams = {
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the file should exist.' },
  force: { type: 'bool', default: false, doc: 'Generate it anew every time.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  select_crypto_backend: {
    type: 'str',
    default: 'auto',
    choices: ['auto', 'cryptography'],
    ignored: "the host's openssl is always used",
  },
} as const;

/** The questions about the file's place. */
export const askTlsFile = (task: TlsFile) => ({
  before: stat(tidyPath(task.path)),
  parent: stat(parentOf(tidyPath(task.path))),
  ...askAccounts(task),
});

/** Why no file can be written there; undefined if one can. */
export function cannotWrite(state: TlsFileState, task: TlsFile): string | undefined {
  const wrong = unknownAccount(task, state);
  if (wrong !== undefined) return wrong;
  if (followed(state.parent)?.kind !== 'directory')
    return `The directory ${parentOf(tidyPath(task.path))} does not exist or the file is not a directory`;
  return followed(state.before)?.kind === 'directory' ? `${task.path} is a directory` : undefined;
}

/** What a host prints into the file, and how to describe the changes. */
interface Generated {
  readonly told: readonly Pick<Change, 'what' | 'from' | 'to'>[];
  /** Undefined in a check, if nobody can know it yet. */
  readonly content: { readonly script: Script; readonly stdin: string | undefined } | undefined;
  /** What the questions about what is in the file will answer. */
  readonly effects: readonly Effect[];
  readonly repeats?: boolean;
}

/** The changes that generate a file. How long it will be is not known in advance. */
export function generate(state: TlsFileState, task: TlsFile, generated: Generated): readonly Change[] {
  const path = tidyPath(task.path);
  const there = followed(state.before);
  const at = state.before.exists && state.before.resolved !== undefined ? state.before.resolved : path;
  const { mode } = withAttributes(there ?? newEntry('file', state.self, followed(state.parent)), task, state);
  const { content } = generated;
  const command = content && {
    ...writeFile({
      path: at,
      content: {
        script: script`( ${content.script} )`.text,
        ...(content.stdin !== undefined && { stdin: encodeText(content.stdin) }),
      },
      // Without a given mode, a new file gets what the umask leaves.
      ...(there === undefined && task.mode === undefined ? {} : { mode }),
      owner: task.owner,
      group: task.group,
      backup: task.backup,
      unsafe: task.unsafe_writes,
    }),
    long: true,
  };
  const told = generated.told.map((one, index) => ({
    ...one,
    commands: index === 0 && command !== undefined ? [command] : [],
  }));
  const attributes = there === undefined ? [] : withoutCommands(attributeChanges(at, there, task, state));
  return [...told, ...attributes].map((one) => ({
    ...one,
    effects: [
      blurs(...new Set([`entry:${path}`, `entry:${at}`])),
      ...(task.backup && there !== undefined ? [backedUp(at)] : []),
      ...generated.effects,
    ],
    paths: [at],
    ...(generated.repeats === true && { repeats: true as const }),
  }));
}

/** The changes to the owner, group and mode of a file that stays as it is. */
export function adjustAttributes(state: TlsFileState, task: TlsFile): readonly Change[] {
  const there = followed(state.before);
  if (there === undefined) return [];
  const path = tidyPath(task.path);
  const at = state.before.resolved ?? path;
  return attributeChanges(at, there, task, state).map((change) => ({
    ...change,
    effects: [throughEffect(path, state.before, withAttributes(there, task, state))],
    paths: [at],
  }));
}

/** Removes the file. */
export function remove(state: TlsFileState, task: TlsFile, what: string, effects: readonly Effect[]): Plan {
  const { before } = state;
  const path = tidyPath(task.path);
  if (!before.exists) return { changes: [] };
  if (before.kind === 'directory') return { failed: `${task.path} is a directory` };
  const keep = task.backup
    ? script`b=${path}.$$.$(date +%Y-%m-%d@%H:%M:%S~) && cp -p -- ${path} "$b" && printf %s "$b" && `
    : script``;
  return {
    changes: [
      {
        what,
        from: 'present',
        to: null,
        commands: [sh`${keep}rm -f -- ${path}`],
        effects: [absentEffect(path, before), ...(task.backup ? [backedUp(path)] : []), ...effects],
        paths: [path],
      },
    ],
  };
}
