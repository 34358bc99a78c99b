import { quote } from '../../src/sdk.ts';

/** The lines that put an `environment:` in force for a script of questions. */
export const exports = (environment: Readonly<Record<string, string>>): string =>
  Object.entries(environment)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
