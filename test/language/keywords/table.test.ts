import { describe, expect, test } from 'vitest';
import { playbookSchema } from '../../../src/cli/schema.ts';
import { fieldOf } from '../../../src/language/keywords/inherited.ts';
import { KEYWORDS, type KeywordPlace, type KeywordSpec } from '../../../src/language/keywords/table.ts';
import { loadPlaybooks } from '../../../src/language/playbook.ts';
import { readSources } from '../../sources.ts';
import { memoryFiles } from '../memory-files.ts';
import { keywordsPage } from './page.ts';

const keywords: readonly (readonly [string, KeywordSpec])[] = Object.entries(KEYWORDS);
const folders = { loader: readSources('src/language/load'), engine: readSources('src/engine') };

const isUsed = (name: string, by: keyof typeof folders): boolean => {
  const word =
    by === 'engine' ? new RegExp(`\\.${fieldOf(name)}\\b|[{,] ${fieldOf(name)}\\b[^}]*}`) : new RegExp(`'${name}'`);
  return folders[by].some(({ text }) => word.test(text));
};

describe('each keyword of the table', () => {
  test.for(keywords)('%s is used as the table says, or has a reason for its lack of effect', ([name, spec]) => {
    if ('none' in spec.use) expect(spec.use.none).toMatch(/\w+ \w+/);
    else expect(isUsed(name, spec.use.by)).toBe(true);
  });

  test.for(keywords.filter(([, { use }]) => 'none' in use))('%s: using it causes a warning', ([name, spec]) => {
    for (const place of spec.on) {
      const loaded = loadPlaybooks(['/p/site.yml'], options(playbookWith(place, name, 'x')));
      const told = loaded.ok ? (loaded.warnings ?? []) : loaded.error;

      expect(told.map(({ message }) => message)).toContainEqual(expect.stringContaining(`\`${name}\` has no effect`));
    }
  });

  test.for(keywords)('%s has a description and a place', ([, { doc, on }]) => {
    expect(doc).toMatch(/^[A-Z].*\.$/);
    expect(on).not.toEqual([]);
  });
});

test('docs/keywords.md is up to date with the table (npx vitest run test/language/keywords -u)', async () => {
  await expect(keywordsPage()).toMatchFileSnapshot('../../../docs/keywords.md');
});

describe('the loader and the schema', () => {
  const samples = {
    null: ['null'],
    boolean: ['true'],
    number: ['5', '1'],
    string: ['"x"', '"5"', '"yes"', '"{{ x }}"'],
    array: ['[]', '[x]', '[{debug: }]', '[{x: 1}]'],
    object: ['{}', '{x: 1}', '{name: x}', '{module: debug}', '{loop_var: x}'],
  };
  const cases = keywords
    .flatMap(([name, { on }]) => on.map((place) => [name, place] as const))
    // The result of a template in `args` would not be a parameter of an include.
    .filter(([name, place]) => !(name === 'args' && place === 'include'));

  test.for(cases)('accept the same kinds of values for %s in a %s', ([name, place]) => {
    const taken = Object.entries(samples).filter(([, texts]) => texts.some((text) => isTaken(place, name, text)));

    expect(schemaTypes(place, name)).toEqual(taken.map(([kind]) => kind));
  });

  function isTaken(place: KeywordPlace, name: string, text: string): boolean {
    const loaded = loadPlaybooks(['/p/site.yml'], options(playbookWith(place, name, text)));
    return (
      loaded.ok || loaded.error.every(({ code }) => ['missing-role', 'missing-file', 'missing-name'].includes(code))
    );
  }

  function schemaTypes(place: KeywordPlace, name: string): readonly string[] {
    const at =
      place === 'handler' || place === 'include' ? 'task' : place === 'import_playbook' ? 'importPlaybook' : place;
    const found = schema.definitions[at]?.properties[name];
    const types = found?.type ?? Object.keys(samples);
    return Object.keys(samples).filter((kind) => types.includes(kind));
  }

  test('know the same words in each place', () => {
    const inSchema = (name: string) =>
      Object.entries(schema.definitions)
        .filter(([, definition]) => definition.properties?.[name] !== undefined)
        .map(([place]) => place);

    expect(inSchema('gather_facts')).toEqual(['play']);
    expect(inSchema('register')).toEqual(['task']);
    expect(inSchema('role')).toEqual(['role']);
  });
});

type Json = ReturnType<typeof playbookSchema>;

interface Schema {
  readonly definitions: Readonly<
    Record<string, { readonly properties: Readonly<Record<string, { readonly type?: readonly string[] }>> }>
  >;
}

const schema = playbookSchema([]) as Json & Schema; // built by our own function

const options = (text: string) => ({
  files: memoryFiles({ '/p/site.yml': text, '/p/roles/r/tasks/main.yml': '[]', '/p/other.yml': '- hosts: all\n' }),
  taskType: (name: string) => (name === 'debug' ? { name } : undefined),
});

/** A playbook that has a keyword in a certain place. */
function playbookWith(place: KeywordPlace, name: string, value: string): string {
  const line = `${name}: ${value}`;
  const others = (all: readonly (readonly [string, string])[]) =>
    all
      .filter(([key]) => key !== name && !(name.endsWith('action') && key === 'debug'))
      .map(([key, text]) => `, ${key}: ${text}`);
  const entry = (all: readonly (readonly [string, string])[]) => `{${line}${others(all).join('')}}`;
  switch (place) {
    case 'play':
      return `- ${entry([['hosts', 'all']])}\n`;
    case 'import_playbook':
      return `- ${entry([['import_playbook', 'other.yml']])}\n`;
    case 'role':
      return `- {hosts: all, roles: [${entry(name === 'src' ? [] : [['role', 'r']])}]}\n`;
    case 'block':
      return `- {hosts: all, tasks: [${entry([['block', '[{debug: }]']])}]}\n`;
    case 'handler':
      return `- {hosts: all, handlers: [${entry([['debug', '']])}]}\n`;
    case 'include':
      return `- {hosts: all, handlers: [${entry(name.endsWith('action') ? [] : [['include_tasks', 'x.yml']])}]}\n`;
    case 'task':
      return `- {hosts: all, tasks: [${entry([['debug', '']])}]}\n`;
  }
}
