import { ControllerError, codeOf, defineTask, encodeText, nameOf, type Params } from '../src/sdk.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { askCopyFile, copyFileResult, planCopyFile } from './shared/files/copy-file.ts';
import { thenAskFolders } from './shared/files/file-directory.ts';
import { destThings } from './shared/retire/files.ts';

const params = {
  src: { type: 'path', required: true, doc: 'The template, in `templates/` next to the playbook or in the role.' },
  dest: { type: 'path', required: true, doc: 'The path to write the rendered text to.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  force: {
    type: 'bool',
    default: true,
    doc: 'Replace an existing file whose content differs; if false, only a missing file is written.',
  },
  follow: { type: 'bool', default: false, doc: 'Write through a link at the destination instead of replacing it.' },
  validate: {
    type: 'str',
    doc: 'A command that must succeed before the new file is put in place; `%s` stands for the path of the new file.',
  },
  newline_sequence: {
    type: 'str',
    default: '\n',
    choices: ['\n', '\r', '\r\n', '\\n', '\\r', '\\r\\n'],
    doc: 'The line ending of the output.',
  },
  trim_blocks: { type: 'bool', default: true, doc: 'Remove the newline after a block.' },
  lstrip_blocks: { type: 'bool', default: false, doc: 'Remove the spaces and tabs before a block.' },
  block_start_string: { type: 'str', default: '{%', doc: 'The string that begins a block.' },
  block_end_string: { type: 'str', default: '%}', doc: 'The string that ends a block.' },
  variable_start_string: { type: 'str', default: '{{', doc: 'The string that begins an expression.' },
  variable_end_string: { type: 'str', default: '}}', doc: 'The string that ends an expression.' },
  comment_start_string: { type: 'str', default: '{#', doc: 'The string that begins a comment.' },
  comment_end_string: { type: 'str', default: '#}', doc: 'The string that ends a comment.' },
  output_encoding: { type: 'str', default: 'utf-8', doc: 'The encoding of the output: utf-8, latin-1 or ascii.' },
  ...attributeParams,
} as const;

export default defineTask({
  name: 'ansible.builtin.template',
  summary: 'Render a template and write the result to a file.',
  neverAsync: true,
  params,
  prepare(given, controller) {
    const found = controller.find('templates', given.src);
    if (!found.ok)
      throw new ControllerError(`Could not find or access '${given.src}'; searched: ${found.searched.join(', ')}`);
    if (controller.isDirectory(found.path)) throw new ControllerError(`${found.path} is a directory, not a template`);
    const text = controller.render(found.path, { ...given, newline_sequence: newline(given) });
    const mode = given.mode === 'preserve' ? `0${controller.modeOf(found.path).toString(8)}` : given.mode;
    const name = nameOf(given.src);
    return {
      ...given,
      mode,
      source: { from: 'file' as const, bytes: encode(text, given.output_encoding), name, path: found.path },
    };
  },
  ask: (task, context) => askCopyFile(task, task.source, context),
  thenAsk: (state, task) => thenAskFolders(state.dest, task.dest),
  plan: (state, task, context) => planCopyFile(state, task, task.source, context),
  result: ({ state, params: task, replies }) => copyFileResult(state, task, task.source, replies),
  retire: (task, result) => destThings(task, result),
  returns: {
    dest: 'the destination',
    src: 'the template',
    checksum: 'SHA-1 of the rendered text',
    md5sum: 'MD5 of the rendered text',
    backup_file: 'the path of the backup',
    mode: 'permission bits, for example 0644',
    owner: 'name of the owner',
    group: 'name of the group',
    uid: 'UID of the owner',
    gid: 'GID of the group',
    size: 'size in bytes',
    state: 'file',
  },
  examples: [
    {
      title: 'Put a configuration file in place only if the program accepts it',
      yaml: "template:\n  src: sshd_config.j2\n  dest: /etc/ssh/sshd_config\n  owner: root\n  mode: '0600'\n  validate: /usr/sbin/sshd -t -f %s\n  backup: true",
      runs: { no: 'needs a template next to the playbook' },
    },
    {
      title: 'Use other delimiters for a file that contains many braces',
      yaml: "template:\n  src: page.html.j2\n  dest: /srv/page.html\n  variable_start_string: '[['\n  variable_end_string: ']]'",
      runs: { no: 'needs a template next to the playbook' },
    },
  ],
});

const newline = (given: Params<typeof params>): string =>
  given.newline_sequence.replace('\\r', '\r').replace('\\n', '\n');

/** The highest code point of the single-byte encodings. */
const LIMITS = new Map([
  ['latin1', 0xff],
  ['iso88591', 0xff],
  ['ascii', 0x7f],
  ['usascii', 0x7f],
]);

function encode(text: string, encoding: string): Uint8Array {
  const name = encoding.toLowerCase().replaceAll(/[-_ ]/g, '');
  if (name === 'utf8') return encodeText(text);
  const limit = LIMITS.get(name);
  if (limit === undefined)
    throw new ControllerError(`unknown output_encoding ${encoding}; expected utf-8, latin-1 or ascii`);
  const codes = [...text].map(codeOf);
  const foreign = codes.find((code) => code > limit);
  if (foreign !== undefined)
    throw new ControllerError(`'${String.fromCodePoint(foreign)}' cannot be encoded in ${encoding}`);
  return Uint8Array.from(codes);
}
