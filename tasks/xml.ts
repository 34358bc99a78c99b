import { defineTask, encodeText, type OpenedText, type Params, type Plan, type TaskContext } from '../src/sdk.ts';
import { askEdit, type EditState, inTheWay, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { pathThing } from './shared/retire/paths.ts';
import { editXml } from './shared/xml/xml-edit.ts';
import { readXml, writeXml } from './shared/xml/xml-text.ts';

const params = {
  path: { type: 'path', aliases: ['dest', 'file'], doc: 'The file.' },
  xmlstring: { type: 'str', doc: 'A document, instead of a file.' },
  xpath: { type: 'str', doc: 'An XPath expression for the elements or attributes.' },
  namespaces: { type: 'dict', default: {}, doc: 'The namespaces that prefixes in `xpath` stand for.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    aliases: ['ensure'],
    doc: 'Whether what `xpath` matches should exist.',
  },
  attribute: { type: 'raw', doc: 'The attribute to which `value` belongs (default: the text of the element).' },
  value: { type: 'raw', doc: 'The text of the element, or of its `attribute`.' },
  create_if_missing: {
    type: 'bool',
    default: true,
    doc: 'With `value`: create the element if `xpath` matches nothing.',
  },
  add_children: {
    type: 'list',
    elements: 'raw',
    doc: 'Child elements to add, each time: `name`, `name: text`, or `name:` with attributes, the text in `+value` and children in `_`.',
  },
  set_children: { type: 'list', elements: 'raw', doc: 'The child elements that should be there, and no others.' },
  insertbefore: { type: 'bool', default: false, doc: 'Add children before the first match, instead of in it.' },
  insertafter: { type: 'bool', default: false, doc: 'Add children after the last match, instead of in it.' },
  input_type: {
    type: 'str',
    default: 'yaml',
    choices: ['xml', 'yaml'],
    doc: 'How children are given; `xml`: as text in XML.',
  },
  count: { type: 'bool', default: false, doc: 'Only count the matches.' },
  print_match: { type: 'bool', default: false, doc: 'Only report the paths of the matches.' },
  content: {
    type: 'str',
    choices: ['attribute', 'text'],
    doc: 'Only report the attributes or the text of the elements that match.',
  },
  pretty_print: { type: 'bool', default: false, doc: 'Indent the document.' },
  strip_cdata_tags: { type: 'bool', default: false, doc: 'Write CDATA sections as plain text.' },
  huge_tree: { type: 'bool', default: false, ignored: 'documents of any size are read' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.xml',
  summary: 'Manage elements and attributes in an XML file, or read them.',
  description:
    'Needs nothing on the host. A file that changes is written anew, in UTF-8, as Ansible does. In addition, text that follows a removed element stays, and comments above and below the root element stay on lines of their own.',
  params,
  rules: {
    mutuallyExclusive: [
      ['add_children', 'content', 'count', 'print_match', 'set_children', 'value'],
      ['path', 'xmlstring'],
      ['insertbefore', 'insertafter'],
    ],
    requiredOneOf: [['path', 'xmlstring']],
    requiredBy: {
      add_children: ['xpath'],
      attribute: ['value'],
      content: ['xpath'],
      set_children: ['xpath'],
      value: ['xpath'],
    },
    requiredIf: [
      { param: 'count', is: true, needs: ['xpath'] },
      { param: 'print_match', is: true, needs: ['xpath'] },
      { param: 'insertbefore', is: true, needs: ['xpath'] },
      { param: 'insertafter', is: true, needs: ['xpath'] },
    ],
  },
  looks: ({ count, print_match, content }) => count || print_match || content !== undefined,
  ask: (task): Partial<ReturnType<typeof askEdit>> => (task.path === undefined ? {} : askEdit(inFile(task, task.path))),
  thenAsk: (state, task): Partial<ReturnType<typeof thenAskEdit>> =>
    task.path === undefined || !isAsked(state) ? {} : thenAskEdit(state, inFile(task, task.path)),
  plan(state, task, context): Plan {
    if (task.xpath === undefined && !task.pretty_print) return { failed: "Don't know what to do" };
    if (isNamed(task.attribute) && !isNamed(task.value))
      return { failed: "missing parameter(s) required by 'attribute': value" };
    if (task.xmlstring !== undefined) return planText(task.xmlstring, task);
    return isAsked(state) ? planFile(state, task, context) : { changes: [] };
  },
  // `a[2]` then matches what came third, and children are added each time.
  reached: (before, now, task) => textIn(now) !== undefined && textIn(now) === textAfter(before, task),
  result: ({ params: task, replies }) => ({ ...actionsOf(task), ...backupFile(replies, task.backup) }),
  seesTo: ({ path }) => (path === undefined ? [] : [pathThing(path, { puts: false })]),
  returns: {
    actions: 'The parameters `xpath`, `namespaces` and `state`.',
    count: 'The number of matches.',
    matches: 'The matches: paths, or names with text or attributes.',
    msg: 'What was found.',
    xmlstring: 'The document, if it was given as a parameter.',
    backup_file: 'The path of the backup.',
  },
  examples: [
    {
      title: 'Set an attribute',
      yaml: "xml:\n  path: /etc/tomcat10/server.xml\n  xpath: /Server/Service/Connector[@protocol='HTTP/1.1']\n  attribute: port\n  value: '8081'",
      runs: { no: 'needs the file' },
    },
    {
      title: 'Remove an element',
      yaml: "xml:\n  path: /etc/retrace.xml\n  xpath: /settings/item[@name='old']\n  state: absent",
      runs: { no: 'needs the file' },
    },
    {
      title: 'Read the text of elements',
      yaml: "xml:\n  xmlstring: '<a><b>1</b><b>2</b></a>'\n  xpath: /a/b\n  content: text\nregister: found",
    },
  ],
});

const inFile = ({ backup }: Task, path: string) => ({ path, backup });

/** Whether a file was asked about. */
const isAsked = (state: Partial<EditState>): state is EditState => state.before !== undefined;

const isNamed = (given: unknown): boolean => given !== undefined && given !== null;

const actionsOf = ({ xpath, namespaces, state }: Task) => ({ actions: { xpath: xpath ?? null, namespaces, state } });

type Edited =
  | { readonly text: string | undefined; readonly written: string; readonly told: Readonly<Record<string, unknown>> }
  | { readonly failed: string };

/** The document after the task; `text` is undefined if the task changes nothing. */
function edited(text: string, task: Task): Edited {
  const read = readXml(text, { withoutBlanks: task.pretty_print, withoutCdata: task.strip_cdata_tags });
  if (!read.ok) return { failed: `Error while parsing document: ${task.path ?? 'xmlstring'} (${read.why})` };
  const done = editXml(read.document, { ...task, namespaces: namespacesOf(task) });
  if ('failed' in done) return done;
  const written = writeXml(read.document, { pretty: task.pretty_print });
  const isIndented = task.xpath === undefined && task.pretty_print && written !== text;
  return { text: done.changed || isIndented ? written : undefined, written, told: done.told ?? {} };
}

const namespacesOf = ({ namespaces }: Task): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(namespaces).map(([prefix, uri]) => [prefix, String(uri)]));

/** How the difference is told: what was asked for, at its place. */
function toldAs({ xpath, attribute, value, state, add_children, set_children }: Task) {
  if (xpath === undefined) return { what: 'format', from: 'as it is', to: 'indented' };
  const what = !isNamed(attribute) ? xpath : `${xpath} ${String(attribute)}`;
  if (state === 'absent') return { what, from: 'present', to: null };
  if (add_children !== undefined) return { what, from: '', to: `${add_children.length} more below it` };
  if (set_children !== undefined) return { what, from: '', to: `${set_children.length} below it` };
  return { what, from: '', to: isNamed(value) ? String(value) : 'present' };
}

function planFile(state: EditState, task: Task, context: TaskContext): Plan {
  const { path = '' } = task;
  const blocked = inTheWay(state, inFile(task, path), `The target XML source '${path}' does not exist.`);
  if (blocked !== undefined) return blocked;
  const opened = openXml(state.now.bytes ?? new Uint8Array());
  if ('failed' in opened) return { failed: `Error while parsing document: ${path} (${opened.failed})` };
  const result = edited(opened.text, task);
  if ('failed' in result) return result;
  if (result.text === undefined) return { changes: [], result: { ...actionsOf(task), ...result.told } };
  return planEdit(state, inFile(task, path), { opened, text: result.text }, context, toldAs(task));
}

function textIn(state: Partial<EditState>): string | undefined {
  const opened = isAsked(state) ? openXml(state.now.bytes ?? new Uint8Array()) : undefined;
  return opened === undefined || 'failed' in opened ? undefined : opened.text;
}

function textAfter(state: Partial<EditState>, task: Task): string | undefined {
  const result = edited(textIn(state) ?? '', task);
  return 'failed' in result ? undefined : result.text;
}

function planText(xmlstring: string, task: Task): Plan {
  const result = edited(xmlstring, task);
  if ('failed' in result) return result;
  const told = { ...actionsOf(task), ...result.told, xmlstring: result.written };
  if (result.text === undefined) return { changes: [], result: told };
  return { changes: [{ ...toldAs(task), commands: [], effects: [], repeats: true }], result: told };
}

/** A document in the encoding that it declares; it is written in UTF-8. */
function openXml(bytes: Uint8Array): OpenedText | { readonly failed: string } {
  const head = new TextDecoder('latin1').decode(bytes.slice(0, 200));
  const [, declared = 'utf-8'] = /^[^<]*<\?xml[^>]*\sencoding=["']([\w.:-]+)["']/.exec(head) ?? [];
  try {
    const text = new TextDecoder(declared, { fatal: true }).decode(bytes);
    return { text, foreign: (given) => given, close: encodeText };
  } catch {
    return { failed: `it is not encoded in ${declared}` };
  }
}
