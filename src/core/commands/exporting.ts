import { joined, type Script, script } from '../command.ts';

/** The lines that put an `environment:` in force for what follows in a script. */
export const exporting = (environment: Readonly<Record<string, string>>): Script =>
  joined(
    Object.entries(environment).map(
      ([name, value]) => script`export ${name}=${value}
`,
    ),
    script``,
  );
