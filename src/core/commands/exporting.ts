import { joined, type Script, script } from '../command.ts';

/** Script lines that export an `environment:` to the rest of the script. */
export const exporting = (environment: Readonly<Record<string, string>>): Script =>
  joined(
    Object.entries(environment).map(
      ([name, value]) => script`export ${name}=${value}
`,
    ),
    script``,
  );
