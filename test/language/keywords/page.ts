import { LOOP_CONTROL, VARS_PROMPT } from '../../../src/language/keywords/sub-keys.ts';
import { KEYWORDS, type KeywordSpec } from '../../../src/language/keywords/table.ts';

const WHEN = {
  never: 'never',
  load: 'when loaded',
  play: 'once per play',
  task: 'per host',
  turn: 'per host and item',
} as const;

/** The page docs/keywords.md. */
export const keywordsPage = (): string => `# Keywords

\`npx vitest run test/language/keywords -u\` generates this page from the keyword table (\`src/language/keywords/table.ts\`). [Task types](task-types.md)
lists the task types and their parameters. All names are Ansible's, except \`step\` and \`validate\`.

| keyword | type | allowed on | inherited | template evaluated | meaning |
| --- | --- | --- | --- | --- | --- |
${Object.entries(KEYWORDS).map(row).join('\n')}
| \`with_NAME\` | value | task, handler, include | | per host | A loop over the items that the lookup NAME returns. |

## loop_control

${list(LOOP_CONTROL)}

## vars_prompt

${list(VARS_PROMPT)}
`;

const row = ([name, { type, on, inherited, templated, use, doc }]: [string, KeywordSpec]): string =>
  `| \`${name}\` | ${type} | ${on.join(', ')} | ${inherited ?? ''} | ${WHEN[templated]} | ${doc}${'none' in use ? ` **No effect here**: ${use.none}.` : ''} |`;

const list = (keys: Readonly<Record<string, { readonly doc: string }>>): string =>
  Object.entries(keys)
    .map(([name, { doc }]) => `- \`${name}\`: ${doc}`)
    .join('\n');
