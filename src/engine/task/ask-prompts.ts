import { type Raw, Template, type Value } from '../../core/value.ts';
import type { VarsPrompt } from '../../language/model.ts';
import { hashPassword } from '../../template/crypt/password-hash.ts';
import { evaluate, TemplateError } from '../../template/index.ts';
import { str } from '../../template/python/repr.ts';
import { placed } from '../variables/error-text.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { RunContext } from '../variables/run-context.ts';

/**
 * Prompt for a play's vars_prompt, except for variables given on the command line. Returns what is wrong, if anything.
 */
export async function askPrompts(context: PlayContext, states: readonly HostState[]): Promise<string | undefined> {
  const { run, definition: play } = context;
  for (const prompt of play.varsPrompt) {
    if (run.extra.vars.has(prompt.name)) continue;
    const said = run.options.interactive ? await answerTo(prompt, run) : '';
    try {
      const value = promptedValue(prompt, said, context, states);
      for (const state of states) state.prompted.set(prompt.name, { value });
    } catch (error) {
      if (error instanceof TemplateError) return `vars_prompt ${prompt.name}: ${placed(error)}`;
      throw error;
    }
  }
  return undefined;
}

/** The value for all hosts. A default that is a template stays one, unless it must be hashed. */
function promptedValue(
  prompt: VarsPrompt,
  said: string,
  { run, scopes }: PlayContext,
  states: readonly HostState[],
): Raw {
  const written = said === '' ? (prompt.default ?? '') : said;
  if (states.length === 0 || (written instanceof Template && prompt.encrypt === undefined)) return written;
  const { scope, env } = scopes.of(states[0]!);
  const text = str(evaluate(written, scope, env));
  const value =
    prompt.encrypt === undefined
      ? text
      : hashPassword(text, prompt.encrypt, { salt: prompt.salt, saltSize: prompt.saltSize });
  if (prompt.private) for (const secret of [text, value]) run.secrets.add(secret);
  return value;
}

async function answerTo(prompt: VarsPrompt, { options }: RunContext): Promise<string> {
  const { default: given = null } = prompt;
  const offered = given === null ? '' : ` [${given instanceof Template ? given.source : str(given as Value)}]`;
  const ask = (what: string) => options.prompt(`${what}${prompt.prompt}${offered}: `, { echo: !prompt.private });
  for (let before = ''; ; before = '***** VALUES ENTERED DO NOT MATCH *****\n') {
    const said = await ask(before);
    if (!prompt.confirm || (await ask('confirm ')) === said) return said;
  }
}
