import { each, nothing, type Question, type ShellAnswer, script, together } from '../../../src/sdk.ts';
import { askEngine } from './ask-engine.ts';
import { type Engine, engineComplaint } from './engine.ts';
import { type Inspected, inspect, type ObjectKind } from './inspect.ts';

/** The questions about some things that an engine manages, or about all of them. */
type AskingAbout = { readonly all: Question<ShellAnswer | undefined> } & Readonly<
  Record<`one ${string}`, Question<Inspected>>
>;

/** The answers. */
type ToldAbout = { readonly all?: ShellAnswer | undefined } & Readonly<Partial<Record<`one ${string}`, Inspected>>>;

/** Asks about the named things, or about all of a kind. */
export const askAbout = (engine: Engine, kind: ObjectKind, names: readonly string[] | undefined): AskingAbout =>
  together(
    { all: names === undefined ? everything(engine, kind) : nothing() },
    each('one', names ?? [], (name) => inspect(engine, kind, name)),
  );

const everything = (engine: Engine, kind: ObjectKind): Question<ShellAnswer> => {
  const all = kind === 'container' ? ['--all'] : [];
  const key = kind === 'secret' ? '{{.ID}}' : undefined;
  return askEngine(
    engine,
    script`ids=$(_engine ${kind} ls ${all} ${key === undefined ? ['--quiet'] : ['--format', key]}) || exit
[ -z "$ids" ] || _engine ${kind} inspect -- $(printf '%s\n' "$ids" | sort -u)`,
    { about: [`engine:${kind}/*`] },
  );
};

/** Why nothing can be told about them, if so: the engine fails, or one is missing where all must exist. */
export function whyUntold(told: ToldAbout, kind: ObjectKind, names: readonly string[] | undefined): string | undefined {
  if (told.all !== undefined && told.all.code !== 0) return engineComplaint(told.all.stderr, told.all.code);
  const missing = names?.find((name) => (told[`one ${name}`] ?? null) === null);
  return missing === undefined ? undefined : `Unable to gather info for ${kind} ${missing}: there is no such ${kind}`;
}

/** What is told about them. */
export const allTold = (told: ToldAbout, names: readonly string[] | undefined): readonly unknown[] =>
  names === undefined
    ? (JSON.parse(told.all?.stdout.trim() || '[]') as readonly unknown[])
    : names.flatMap((name) => told[`one ${name}`] ?? []);
