import { decodeText, defineTask, sh } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.tempfile',
  summary: 'Create a temporary file or directory with a unique name.',
  acts: true,
  params: {
    state: {
      type: 'str',
      default: 'file',
      choices: ['directory', 'file'],
      doc: 'Whether to create a file or a directory.',
    },
    path: { type: 'path', doc: 'The directory to create it in, instead of the default temporary directory.' },
    prefix: { type: 'str', default: 'ansible.', doc: 'The beginning of the name.' },
    suffix: { type: 'str', default: '', doc: 'The end of the name.' },
  },
  plan(_state, { state, path, prefix, suffix }) {
    const kind = state === 'directory' ? ['-d'] : [];
    const where = path === undefined ? ['--tmpdir'] : [`--tmpdir=${path}`];
    return {
      changes: [
        {
          what: `temporary ${state}`,
          from: null,
          to: `${prefix}…${suffix}`,
          commands: [sh`mktemp ${[...kind, ...where, `--suffix=${suffix}`]} -- ${`${prefix}XXXXXXXX`}`],
          effects: [],
        },
      ],
    };
  },
  result({ replies, params: { state } }) {
    const [made] = replies;
    if (made === undefined) return {}; // a check creates nothing, so there is no name to report
    if (made.code !== 0) return { failed: true, changed: false, msg: decodeText(made.stderr).trim() };
    const path = decodeText(made.stdout).replace(/\n$/, '');
    return { path, state, ...(state === 'directory' ? { mode: '0700' } : { mode: '0600', size: 0 }) };
  },
  returns: {
    path: 'the path of the new file or directory',
    state: 'what was requested: file or directory',
    mode: 'its permission bits, such as `0600`',
    size: 'for a file, its size: 0',
  },
  examples: [
    {
      title: 'Create a working directory',
      yaml: 'tempfile:\n  state: directory\n  suffix: build',
      runs: { no: 'creates another one each time' },
    },
  ],
});
