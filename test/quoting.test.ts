import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/*
 * XM1: every value in a script goes through the tag. The type `ShellText` ensures that nothing else becomes a command or a question of a
 * task type. These tests check what types cannot: that there are no casts, that a value is never inside quotes of a template, and which
 * files quote by hand or pass on a script that a person wrote.
 */

/** Parts of the questions and of the wire protocol are still plain strings. The list may only get shorter. */
const QUOTES_BY_HAND: readonly string[] = [
  'src/core/command.ts', // the tag itself
  'src/explain/command-of.ts', // commands for people to read: none is run
  'src/core/questions/accounts/account.ts',
  'src/core/questions/packages/apt.ts',
  'src/core/questions/files/checksum.ts',
  'src/core/questions/files/content.ts',
  'src/core/questions/facts.ts',
  'src/core/questions/files/file-details.ts',
  'src/core/questions/files/file-flags.ts',
  'src/core/questions/files/found.ts',
  'src/core/questions/files/fragments.ts',
  'src/core/questions/services/freshness.ts',
  'src/core/questions/accounts/home-file.ts',
  'src/core/questions/services/job.ts',
  'src/core/questions/network/lineages.ts',
  'src/core/questions/files/listing.ts',
  'src/core/questions/packages/packages.ts',
  'src/core/questions/files/paths.ts',
  'src/core/questions/storage/pct.ts',
  'src/core/questions/storage/snapshots.ts',
  'src/core/questions/accounts/ssh-key.ts',
  'src/core/questions/files/stat.ts',
  'src/core/questions/network/tcp.ts',
  'src/core/questions/files/tree.ts',
  'src/core/questions/services/units.ts',
  'src/core/questions/accounts/users.ts',
  'src/core/questions/storage/zfs.ts',
  'src/core/secrets.ts', // the forms a quoted secret may have
  'src/session/ssh/host-key-check.ts', // a command for people to copy
  'src/session/wire/shell-text.ts',
  'tasks/shared/git/git-questions.ts', // a command for people to copy
];

/** Places that pass on a person's own script. */
const PASSES_ON: readonly string[] = [
  'src/core/command.ts',
  'src/engine/play/validate.ts', // `validate:` of a block
  'tasks/manual.ts', // `unless`
  'tasks/pip.ts', // `virtualenv_command`
  'tasks/reboot.ts', // `reboot_command`, `boot_time_command`, `test_command`
  'tasks/script.ts', // arguments, and the interpreter with its options
  'tasks/shared/git/git-questions.ts', // `ssh_opts`
  'tasks/shared/commands/run-command.ts', // `unless`, `onlyif`
  'tasks/shared/commands/words.ts', // `$NAME` in `command`
  'tasks/verify.ts', // `cmd`
];

const CASTS: readonly string[] = ['src/core/command.ts'];

test('XM1: a value is next to the quotes of a script, never inside them', () => {
  expect(files.flatMap(({ path, tree }) => inQuotes(tree).map((line) => `${path}:${line}`))).toEqual([]);
});

test.for([
  ['quotes by hand', /^quote$/, QUOTES_BY_HAND],
  ['passes on a script that a person wrote', /^writtenScript$/, PASSES_ON],
  ['casts to text for a shell', /^as ShellText$/, CASTS],
] as const)('XM1: exactly the files in the list: %s', ([, word, list]) => {
  const using = files.filter(({ tree }) => uses(tree, word)).map(({ path }) => path);

  expect(using.toSorted()).toEqual(list.toSorted());
});

test.for([
  ['sh`echo "-g ${name}"`', true],
  ["sh`echo '${name}'`", true],
  ['sh`echo "$(stat -- "${name}")"`', true],
  ['sh`cat "$HOME"/${name}`', false],
  ['sh`echo "it\'s" ${name} \'"\' ${name}`', false],
  ['sh`echo "a\\"b" ${name}`', false],
  ["sh`x=$(cat -- ${name}) # it's\necho ${name}`", false],
  ['sh`echo "$(dirname -- ${name})"`', false],
  ['script`echo \\${x%"a"} ${name}`', false],
  ['`echo "${name}"`', false],
] as const)('%s: a value inside quotes is found: %s', ([code, found]) => {
  expect(inQuotes(parse('x.ts', `const x = ${code};`)).length > 0).toBe(found);
});

const parse = (path: string, text: string) => ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);

const files = ['src', 'tasks'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .filter((path) => path !== 'src/sdk.ts')
    .toSorted()
    .map((path) => ({ path, tree: parse(path, readFileSync(path, 'utf8')) })),
);

/** The lines of shell templates that have a value inside quotes. */
function inQuotes(tree: ts.SourceFile): readonly number[] {
  const lines: number[] = [];
  visit(tree, (node) => {
    if (!ts.isTaggedTemplateExpression(node) || !/^(sh|script)$/.test(node.tag.getText())) return;
    if (!ts.isTemplateExpression(node.template)) return;
    const pieces = [node.template.head, ...node.template.templateSpans.map(({ literal }) => literal)];
    let state: readonly string[] = [];
    for (const piece of pieces.slice(0, -1)) {
      state = read(rawText(piece), state);
      if (state.at(-1) === '"' || state.at(-1) === "'")
        lines.push(tree.getLineAndCharacterOfPosition(piece.getEnd()).line + 1);
    }
  });
  return lines;
}

const rawText = (piece: ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail): string =>
  piece.getText().replace(/^[`}]|(\$\{|`)$/g, '');

/** The quotes, `$(` and `(` that are still open after some text of a script, the innermost last. */
function read(text: string, before: readonly string[]): readonly string[] {
  const open = [...before];
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const inside = open.at(-1);
    if (inside === "'") {
      if (char === "'") open.pop();
    } else if (char === '\\') {
      // `\${` is an expansion by the shell, written in a template.
      if (text[at + 1] !== '$' || text[at + 2] !== '{') at++;
    } else if (char === '"') {
      if (inside === '"') open.pop();
      else open.push('"');
    } else if (text.startsWith('$(', at)) {
      open.push('(');
      at++;
    } else if (inside !== '"') {
      if (char === "'") open.push("'");
      else if (char === '(') open.push('(');
      else if (char === ')' && inside === '(') open.pop();
      else if (char === '#' && (at === 0 ? before.length === 0 : /[\s;(]/.test(text[at - 1]!))) {
        const end = text.indexOf('\n', at);
        at = end < 0 ? text.length : end;
      }
    }
  }
  return open;
}

function uses(tree: ts.SourceFile, word: RegExp): boolean {
  let found = false;
  visit(tree, (node) => {
    if (ts.isIdentifier(node) && word.test(node.text)) found ||= isOfCommands(node, tree);
    if (ts.isAsExpression(node) && word.test(`as ${node.type.getText()}`)) found = true;
  });
  return found;
}

/** Whether the name is the one from src/core/command.ts: imported from there or from the sdk, or declared there. */
function isOfCommands({ text }: ts.Identifier, tree: ts.SourceFile): boolean {
  if (tree.fileName === 'src/core/command.ts') return true;
  return tree.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      /\/(command|sdk)\.ts'$/.test(statement.moduleSpecifier.getText()) &&
      new RegExp(`[{,\\s]${text}\\s*[,}]`).test(statement.importClause?.getText() ?? ''),
  );
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}
