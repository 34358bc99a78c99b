import { content, defineTask, followed, stat } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.slurp',
  summary: 'Read a file from the host, as base64.',
  looks: () => true,
  params: { src: { type: 'path', required: true, aliases: ['path'], doc: 'The file.' } },
  ask: ({ src }) => ({ state: stat(src), file: content(src) }),
  plan({ state, file }, { src }) {
    const entry = followed(state);
    if (entry === undefined) return { failed: `file not found: ${src}` };
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
