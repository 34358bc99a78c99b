import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** A source file, as far as the architecture is concerned. */
export interface Source {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
}

/** One import, or re-export, of a module. */
export interface Import {
  /** A path relative to the root of the project, or the name of a package. */
  readonly from: string;
  /** By the other file's names; `*` if everything is imported. */
  readonly names: readonly string[];
  /** Whether only types are imported, which disappear at run time. */
  readonly typeOnly: boolean;
}

/** Something that a file exports. */
export interface Export {
  readonly name: string;
  /** Here, or where it is declared. */
  readonly documented: boolean;
}

/** The sources below some directories, sorted by path. */
export const readSources = (...folders: readonly string[]): readonly Source[] =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .toSorted()
      .map((name) => readSource(join(folder, name))),
  );

/** A source file. */
export function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports = [...importsOf(file), ...dynamicImports(file)];
  return { path, text, imports, exports: file.statements.flatMap(exportsOf) };
}

const importsOf = (file: ts.SourceFile): readonly Import[] =>
  file.statements.flatMap((statement) => {
    if (!(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))) return [];
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
    return [{ from: resolved(file, moduleSpecifier.text), ...taken(clause) }];
  });

/** `import('…')`, as a call and in a type; the imported names are not determined. */
function dynamicImports(file: ts.SourceFile): readonly Import[] {
  const static_ = new Set(importsOf(file).map(({ from }) => from));
  return ts
    .preProcessFile(file.text)
    .importedFiles.map(({ fileName }) => resolved(file, fileName))
    .filter((from) => !static_.has(from))
    .map((from) => ({ from, names: ['*'], typeOnly: false }));
}

const resolved = (file: ts.SourceFile, specifier: string): string =>
  specifier.startsWith('.') ? join(dirname(file.fileName), specifier) : specifier;

function taken(clause: ts.ImportClause | ts.ExportDeclaration | undefined): Omit<Import, 'from'> {
  if (clause === undefined) return { names: [], typeOnly: false };
  const bindings = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause;
  const typeOnly = ts.isImportClause(clause) ? clause.phaseModifier === ts.SyntaxKind.TypeKeyword : clause.isTypeOnly;
  const byDefault = ts.isImportClause(clause) && clause.name !== undefined ? ['default'] : [];
  if (bindings === undefined) return { names: byDefault.length > 0 ? byDefault : ['*'], typeOnly };
  if (!(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return { names: ['*'], typeOnly };
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = [...bindings.elements];
  return {
    names: [...byDefault, ...elements.map(({ name, propertyName }) => (propertyName ?? name).text)],
    typeOnly: typeOnly || (byDefault.length === 0 && elements.every((element) => element.isTypeOnly)),
  };
}

function exportsOf(statement: ts.Statement): readonly Export[] {
  if (ts.isExportAssignment(statement)) return [{ name: 'default', documented: isDocumented(statement) }];
  if (ts.isExportDeclaration(statement)) return reExports(statement);
  if (!ts.canHaveModifiers(statement)) return [];
  const modifiers = ts.getModifiers(statement) ?? [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  return namesOf(statement).map((name) => ({ name, documented: isDocumented(statement) }));
}

const reExports = ({ exportClause }: ts.ExportDeclaration): readonly Export[] =>
  exportClause !== undefined && ts.isNamedExports(exportClause)
    ? exportClause.elements.map(({ name }) => ({ name: name.text, documented: true }))
    : [];

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText(statement.getSourceFile()));
  const { name } = statement as ts.DeclarationStatement; // anything else that can be exported has a name
  return [name?.getText(statement.getSourceFile()) ?? 'default'];
}

const isDocumented = (node: ts.Node): boolean => ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc);
