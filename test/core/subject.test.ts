import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { subjectKinds, wrongSubject } from '../../src/core/subject.ts';
import { readSources } from '../sources.ts';

test.for([
  'path:/etc/nginx',
  'entry:/etc',
  'data:/etc/hosts',
  'inode:/etc/hosts',
  'listed:/etc',
  'missing:/etc/none',
  'unit:nginx.service',
  'absent:unit:nginx.service',
  'absent:*',
  'by:package:git',
  'package:nginx*',
  'apt:lists',
  'dataset:tank/a',
  'network:',
  'hostname:',
  'ct:100',
])('%s is a subject', (text) => {
  expect(wrongSubject(text)).toBeUndefined();
});

test.for([
  ['pth:/etc', { expected: expect.stringContaining('a subject'), hint: 'did you mean `path:`?' }],
  ['packages:nginx', { expected: expect.stringContaining('a subject'), hint: 'did you mean `package:`?' }],
  ['absent:units:x', { expected: expect.stringContaining('a subject'), hint: 'did you mean `unit:`?' }],
  ['/etc/nginx', { expected: expect.stringContaining('a subject') }],
  ['nginx', { expected: expect.stringContaining('a subject') }],
  ['path:etc/nginx', { expected: 'an absolute path after `path:`', hint: 'write `path:/etc/nginx`' }],
  ['data:etc/nginx', { expected: 'an absolute path after `data:`', hint: 'write `data:/etc/nginx`' }],
  ['unit:', { expected: 'a unit, with its suffix after `unit:`' }],
] as const)('%s is not a subject', ([text, wrong]) => {
  expect(wrongSubject(text)).toEqual(wrong);
});

test('the table has every kind of subject that occurs in questions and changes', () => {
  const sources = readSources('src', 'tasks');
  const used = new Set(sources.flatMap(({ path, text }) => subjectsIn(path, text)));

  expect([...used].filter((kind) => !subjectKinds.includes(kind))).toEqual([]);
  expect(subjectKinds.filter((kind) => !sources.some(({ text }) => text.includes(`${kind}:`)))).toEqual([]);
});

test('the guide names them all', () => {
  const guide = readFileSync('docs/guide.md', 'utf8');

  expect(subjectKinds.filter((kind) => !guide.includes(`\`${kind}:`))).toEqual([]);
});

/** The kinds of the subjects in properties named `about`, `subjects` or `blurs`: texts, and the starts of templates. */
function subjectsIn(path: string, text: string): readonly string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node, isInside: boolean): void => {
    const inside = isInside || isAboutSubjects(node);
    const head = ts.isStringLiteralLike(node) ? node.text : ts.isTemplateExpression(node) ? node.head.text : '';
    const [, kind] = /^(?:absent:|by:)?([a-z]+):(?=$|[^ ])/.exec(head) ?? [];
    if (inside && kind !== undefined) found.push(kind);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, false);
  // `retrace:journal` belongs to the engine itself: no command is about it.
  return found.filter((kind) => !['absent', 'by', 'retrace'].includes(kind));
}

function isAboutSubjects(node: ts.Node): boolean {
  const isNamed = (name: ts.Node | undefined) =>
    name !== undefined && /^(?:about\w*|blurs|subjects?)$/.test(name.getText());
  if (ts.isCallExpression(node)) return isNamed(node.expression);
  return (
    (ts.isPropertyAssignment(node) || ts.isFunctionLike(node) || ts.isVariableDeclaration(node)) && isNamed(node.name)
  );
}
