import { content, defineTask, followed, parentOf, stat } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.slurp',
  summary: 'Read a file from the host, as base64.',
  looks: () => true,
  params: { src: { type: 'path', required: true, aliases: ['path'], doc: 'The file.' } },
  ask: ({ src }) => ({ state: stat(src), parent: stat(parentOf(src)), file: content(src) }),
  plan({ state, parent, file }, { src }) {
    const entry = followed(state);
    const above = followed(parent)?.kind ?? 'directory';
    if (above !== 'directory') return { failed: `unable to slurp file: [Errno 20] Not a directory: '${src}'` };
    if (entry === undefined) return { failed: `file not found: ${src}` };
    if (state.exists && state.may?.read === false) return { failed: `file is not readable: ${src}` };
    if (entry.kind === 'directory') return { failed: `source is a directory and must be a file: ${src}` };
    if (file.bytes === undefined) return { failed: `not a regular file: ${src}` };
    return { changes: [] };
  },
  result: ({ state: { file }, params: { src } }) => ({
    content: Buffer.from(file.bytes ?? []).toString('base64'),
    source: src,
    encoding: 'base64',
  }),
  returns: { content: "the file's content, as base64", source: 'the file', encoding: 'base64' },
  examples: [{ title: 'Read a file from the host', yaml: 'slurp:\n  src: /etc/hostname' }],
});
