import { LOOP_CONTROL, VARS_PROMPT } from '../../../src/language/keywords/sub-keys.ts';
import { KEYWORDS, type KeywordSpec } from '../../../src/language/keywords/table.ts';

const WHEN = {
  never: 'never',
  load: 'on loading',
  play: 'once a play',
  task: 'for each host',
  turn: 'for each host and item',
} as const;

/** The page docs/keywords.md. */
export const keywordsPage = (): string => `# Keywords

Made from the table of keywords (\`src/language/keywords/table.ts\`) by \`npx vitest run test/language/keywords -u\`. Task types and their
parameters: [task types](task-types.md). The names are Ansible's, but for \`step\` and \`validate\`.

| keyword | type | on | inherited | template evaluated | |
| --- | --- | --- | --- | --- | --- |
${Object.entries(KEYWORDS).map(row).join('\n')}
| \`with_NAME\` | value | task, handler, include | | for each host | A loop over what the lookup NAME gives. |

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
