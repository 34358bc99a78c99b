import { type Raw, Template, type Value } from '../../core/value.ts';
import type { Entry, Vars, VarsPrompt } from '../../language/model.ts';
import { hashPassword } from '../../template/crypt/password-hash.ts';
import { evaluate, TemplateError } from '../../template/index.ts';
import { str } from '../../template/python/repr.ts';
import { placed } from '../variables/error-text.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { RunContext } from '../variables/run-context.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/**
 * Prompt for a play's vars_prompt, except for variables given on the command line. Returns the variables, or what is wrong.
 */
export async function askPrompts(
  { run, definition: play }: PlayContext,
  sight: TemplateScope,
): Promise<Vars | { readonly error: string }> {
  const vars = new Map<string, Entry>();
  for (const prompt of play.varsPrompt) {
    if (run.extra.vars.has(prompt.name)) continue;
    try {
      const said = run.options.interactive ? await answerTo(prompt, run, sight) : '';
      vars.set(prompt.name, { value: promptedValue(prompt, said, run, sight) });
    } catch (error) {
      if (error instanceof TemplateError) return { error: `vars_prompt ${prompt.name}: ${placed(error)}` };
      throw error;
    }
  }
  return vars;
}

/** The value for all hosts. A default that is a template stays one, unless it must be hashed. */
function promptedValue(prompt: VarsPrompt, said: string, run: RunContext, { scope, env }: TemplateScope): Raw {
  const written = said === '' ? (prompt.default ?? '') : said;
  if (written instanceof Template && prompt.encrypt === undefined) return written;
  const text = str(evaluate(written, scope, env));
  const value =
    prompt.encrypt === undefined
      ? text
      : hashPassword(text, prompt.encrypt, { salt: prompt.salt, saltSize: prompt.saltSize });
  // All prompts of Ansible are private by default, and it shows their answers all the same.
  if (prompt.private && run.options.ansible !== true) for (const secret of [text, value]) run.secrets.add(secret);
  return value;
}

async function answerTo(prompt: VarsPrompt, { options }: RunContext, { scope, env }: TemplateScope): Promise<string> {
  const { default: given = null } = prompt;
  const text = str(evaluate(prompt.prompt, scope, env));
  const offered = given === null ? '' : ` [${given instanceof Template ? given.source : str(given as Value)}]`;
  const ask = (what: string) => options.prompt(`${what}${text}${offered}: `, { echo: !prompt.private });
  for (let before = ''; ; before = '***** VALUES ENTERED DO NOT MATCH *****\n') {
    const said = await ask(before);
    if (!prompt.confirm || (await ask('confirm ')) === said) return said;
  }
}
