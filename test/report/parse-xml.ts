import { execFileSync } from 'node:child_process';

/** An element as parsed by an XML parser. */
export interface Parsed {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Parsed[];
}

const script = `
import json, sys, xml.etree.ElementTree as tree
def element(one):
    return {'tag': one.tag, 'attributes': one.attrib, 'text': one.text or '', 'children': [element(child) for child in one]}
print(json.dumps(element(tree.fromstring(sys.stdin.buffer.read()))))
`;

/** The document as parsed by Python's parser (expat), which rejects malformed ones. */
export const parseXml = (text: string): Parsed =>
  JSON.parse(
    execFileSync('python3', ['-I', '-S', '-c', script], { input: text, encoding: 'utf8', stdio: 'pipe' }),
  ) as Parsed;

/** All test cases of a report: suite, name, and status (`passed`, or the element that says otherwise, with its type). */
export const casesOf = (root: Parsed): readonly (readonly [suite: string, name: string, verdict: string])[] =>
  root.children.flatMap((suite) =>
    suite.children
      .filter(({ tag }) => tag === 'testcase')
      .map(({ attributes, children }) => {
        const verdict = children.find(({ tag }) => tag !== 'system-out');
        const shown = [verdict?.tag ?? 'passed', verdict?.attributes['type'] ?? ''].join(' ').trim();
        return [suite.attributes['name'] ?? '', attributes['name'] ?? '', shown] as const;
      }),
  );
