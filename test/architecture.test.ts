import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { type Import, readSources, type Source } from './sources.ts';

/** The directories and files of other parts that each part may import. Its own files are always allowed. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/yaml': ['src/core'],
  'src/template': ['src/core', 'src/yaml'],
  'src/language': ['src/core', 'src/yaml', 'src/template'],
  'src/engine': ['src/core', 'src/template', 'src/language'],
  'src/audit': ['src/core', 'src/yaml', 'src/template', 'src/language', 'src/engine', 'src/report'],
  'src/document': ['src/core', 'src/yaml', 'src/audit/page/markup.ts', 'src/clone/clone.ts'],
  'src/clone': ['src/core'],
  'src/explain': ['src/core', 'src/language'],
  'src/session': ['src/core'],
  'src/report': ['src/core'],
  'src/lab': ['src/core'],
  // Python's regular expressions occur in task types' parameters, some types edit YAML, and some hash passwords.
  'src/sdk.ts': ['src/core', 'src/template/crypt', 'src/template/python', 'src/yaml'],
  'tasks/shared': ['src/sdk.ts'],
  tasks: ['src/sdk.ts', 'tasks/shared'],
  'src/cli': ['src', 'tasks', 'package.json'],
};

/** The part of the program where each package belongs. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@xmldom/xmldom': ['tasks/shared/xml'],
  chalk: ['src/report', 'src/language/format-diagnostic.ts'],
  diff: ['src/report'],
  jiti: ['src/cli'],
  listr2: ['src/report'],
  mdast: ['src/document/blocks.ts'],
  'mdast-util-from-markdown': ['src/document/blocks.ts'],
  'mdast-util-gfm': ['src/document/blocks.ts'],
  'micromark-extension-gfm': ['src/document/blocks.ts'],
  'node-sqlite3-wasm': ['src/audit'],
  semver: ['src/template'],
  ssh2: ['src/session'],
  xpath: ['tasks/shared/xml'],
  yaml: ['src/audit', 'src/document/draft/write-playbook.ts'],
  zx: ['src/lab'],
};

const PURE = ['src/yaml', 'src/sdk.ts', 'tasks'];

/** The layers of the engine, lowest first: none imports from one above it. */
const FLOORS = ['host', 'variables', 'task', 'play'].map((name) => `src/engine/${name}`);

/** Places where recursion is inherent, so that files may import each other in a cycle. */
const RECURSIVE: readonly (readonly [why: string, ...places: string[]])[] = [
  ['an expression contains expressions, and a value has methods that return values', 'src/template'],
  ['a block, an import and a role contain items', 'src/language/load'],
  ['a parameter may be a task (`proven_by`)', 'src/core/params.ts', 'src/core/task-type.ts'],
];

const sources = readSources('src', 'tasks');
const parts = Object.keys(ARROWS).toSorted((a, b) => b.length - a.length);

describe('the architecture', () => {
  test('every file belongs to a part with declared imports', () => {
    expect(sources.filter(({ path }) => partOf(path) === undefined)).toEqual([]);
  });

  test('a part imports only what the design allows', () => {
    expect(wrongImports((from, path) => isOurs(from) && !mayImport(path, from))).toEqual([]);
  });

  test('no layer of the engine imports a higher one', () => {
    const floorOf = (path: string): number => {
      const at = FLOORS.findIndex((floor) => isIn(path, floor));
      return at === -1 && isIn(path, 'src/engine') ? FLOORS.length : at;
    };

    expect(wrongImports((from, path) => isIn(path, 'src/engine') && floorOf(from) > floorOf(path))).toEqual([]);
  });

  test('there are no import cycles, except where recursion is inherent', () => {
    const isRecursive = (path: string, from: string): boolean =>
      RECURSIVE.some(([, ...places]) => isIn(path, ...places) && isIn(from, ...places));
    const importsOf = ({ path, imports }: Source) =>
      imports.map(({ from }) => from).filter((from) => !isRecursive(path, from));

    expect(inCircles(new Map(sources.map((source) => [source.path, importsOf(source)])))).toEqual([]);
  });

  test('each package is imported in one part only', () => {
    const strays = (from: string, path: string) =>
      !isOurs(from) && !isBuiltin(from) && !isIn(path, ...(PACKAGES[packageOf(from)] ?? []));

    expect(wrongImports(strays)).toEqual([]);
  });

  test('pure parts import nothing from Node', () => {
    expect(wrongImports((from, path) => isBuiltin(from) && isIn(path, ...PURE))).toEqual([]);
  });

  test('no file of the program imports a test', () => {
    expect(wrongImports((from) => isIn(from, 'test'))).toEqual([]);
  });
});

describe('an export', () => {
  test('has a docstring, or is a task type, which describes itself', () => {
    const bare = sources.flatMap(({ path, exports }) =>
      exports.filter(({ documented }) => !documented).map(({ name }) => `${path} ${name}`),
    );

    expect(bare.filter((line) => !/^tasks\/\w+\.ts default$/.test(line))).toEqual([]);
  });

  test('is imported by another file, or exported for the task types of users', () => {
    const wanted = new Set(
      [...sources, ...readSources('test')].flatMap(({ imports }) =>
        imports.flatMap(({ from, names }) => names.map((name) => `${from} ${name}`)),
      ),
    );
    const dead = sources.flatMap(({ path, exports }) =>
      exports.map(({ name }) => `${path} ${name}`).filter((line) => !wanted.has(line) && !wanted.has(`${path} *`)),
    );

    expect(dead.filter((line) => !line.startsWith('src/sdk.ts '))).toEqual([]);
  });
});

/** Names that every file may declare for itself; `failed` and `named` await better ones. Names exported by the SDK are defined there. */
const IDIOM = ['Task', 'attempt', 'failed', 'named'];

describe('names', () => {
  test('the name of an export does not mean something else in three other files', () => {
    const namesIn = ({ text }: Source) => [...new Set([...text.matchAll(TOP_LEVEL)].map(([, name = '']) => name))];
    const files = new Map<string, string[]>();
    for (const source of sources)
      for (const name of namesIn(source)) files.set(name, [...(files.get(name) ?? []), source.path]);
    const sdk = sources.find(({ path }) => path === 'src/sdk.ts')!.exports.map(({ name }) => name);
    const exported = new Set(sources.flatMap(({ exports }) => exports.map(({ name }) => name)));
    const often = [...files].filter(([name, paths]) => paths.length >= 4 && exported.has(name));

    expect(often.filter(([name]) => !IDIOM.includes(name) && !sdk.includes(name))).toEqual([]);
  });
});

const TOP_LEVEL = /^(?:export )?(?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm;

/** Knowledge that must be in one place: what a duplicate would look like, and the file that has it. */
const ONE_PLACE: readonly (readonly [what: string, RegExp, home: RegExp])[] = [
  ['levels of precedence', /\blevel(?:: | === | !== | >= )[1-9]/, /^src\/language\/variables\/levels\.ts$/],
  // The filter bool and set_fact accept fewer words, as in Ansible; the shim's words are Python's.
  [
    'words for true and false',
    /'yes', '?(?:on|true)|\(\?:(?:yes|no)\|/i,
    /^(?:src\/core\/text\/truth\.ts|src\/yaml\/resolve\.ts|src\/template\/filters\/data\.ts|tasks\/validate_argument_spec\.ts)$/,
  ],
  ['shell patterns', /replaceAll\('\*', |=== '\*'\s*(?:\?|\) return) '/, /^src\/core\/text\/glob\.ts$/],
];

describe('knowledge that must be in one place', () => {
  test.for(ONE_PLACE)('%s', ([, sign, home]) => {
    const isOurs = ({ path }: Source) => !/^src\/(?:report|cli)\//.test(path) && !home.test(path);

    expect(sources.filter((source) => isOurs(source) && sign.test(source.text)).map(({ path }) => path)).toEqual([]);
  });
});

describe('the types', () => {
  test('are asserted in at most five places', () => {
    const casts = sources.flatMap(({ path, text }) => [...text.matchAll(/\bas unknown as\b/g)].map(() => path));

    expect(casts.slice(5), casts.join(', ')).toEqual([]);
  });
});

describe('non-null assertions', () => {
  /** Most of the remaining ones are array indices in numeric algorithms (Blowfish, Python's random numbers, hashes). */
  const MOST_CLAIMS = 179;

  test('with `!` do not become more frequent', () => {
    const claims = (node: ts.Node): number => {
      let count = ts.isNonNullExpression(node) ? 1 : 0;
      ts.forEachChild(node, (child) => {
        count += claims(child);
      });
      return count;
    };
    const files = sources.map(({ path, text }) => ts.createSourceFile(path, text, ts.ScriptTarget.ES2023));

    expect(files.reduce((sum, file) => sum + claims(file), 0)).toBeLessThanOrEqual(MOST_CLAIMS);
  });
});

describe('the pages', () => {
  test('every source directory has a README: what belongs there, what does not, where to begin', () => {
    const lines = (directory: string): number =>
      existsSync(`${directory}/README.md`)
        ? readFileSync(`${directory}/README.md`, 'utf8').trim().split('\n').length
        : 0;

    expect(['src', 'tasks'].flatMap(directoriesOf).filter((one) => lines(one) < 3 || lines(one) > 10)).toEqual([]);
  });

  test('all paths in the pages about the code exist', () => {
    const readmes = ['src', 'tasks'].flatMap(directoriesOf).map((one) => `${one}/README.md`);
    const pages = ['docs/architecture.md', 'docs/glossary.md', 'CONTRIBUTING.md', ...readmes];

    expect(pages.flatMap((page) => missingIn(page).map((name) => `${page} names ${name}`))).toEqual([]);
  });
});

/** A directory and everything below it, except what the lab puts on its hosts, which is not our code. */
const directoriesOf = (top: string): readonly string[] => [
  top,
  ...readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => !isIn(path, 'src/lab/content')),
];

/** Files, links and directories that a page names and that do not exist. A bare name means one next to the page. */
function missingIn(page: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  const beside = page.replace(/[^/]*$/, '');
  const paths = [...text.matchAll(/`((?:src|tasks|test|docs)\/[\w./-]+)`/g)].map(([, path]) => path!);
  const own = isIn(page, 'src', 'tasks') ? [...text.matchAll(/`([a-z][\w-]*\.ts)`/g)] : [];
  const besides = own.map(([, name]) => `${beside}${name}`);
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => `${beside}${target}`);
  return [...paths, ...besides, ...links].filter((path) => !existsSync(path) && !/\bNAME\b/.test(path));
}

/**
 * Files in an import cycle, or between two: what remains after repeatedly removing files that import, or are imported by, none of the rest.
 */
function inCircles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const imported = new Set([...imports.values()].flat());
  const left = [...imports].filter(([path, froms]) => imported.has(path) && froms.some((from) => imports.has(from)));
  return left.length === imports.size ? left.map(([path]) => path) : inCircles(new Map(left));
}

const wrongImports = (isWrong: (from: string, path: string) => boolean): readonly string[] =>
  sources.flatMap(({ path, imports }: Source) =>
    imports.filter(({ from }: Import) => isWrong(from, path)).map(({ from }) => `${path} imports ${from}`),
  );

const partOf = (path: string): string | undefined => parts.find((part) => isIn(path, part));

function mayImport(path: string, from: string): boolean {
  const part = partOf(path)!;
  return partOf(from) === part || isIn(from, ...ARROWS[part]!);
}

const isIn = (path: string, ...places: readonly string[]): boolean =>
  places.some((place) => path === place || path.startsWith(`${place}/`));

const isOurs = (from: string): boolean => isIn(from, 'src', 'tasks', 'test', 'package.json');

const packageOf = (from: string): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
