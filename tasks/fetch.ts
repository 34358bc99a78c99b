import {
  type Checksum,
  type Content,
  type Controller,
  checksum,
  content,
  defineTask,
  followed,
  hash,
  joinPath,
  nameOf,
  nothing,
  type Params,
  rootedPath,
  stat,
} from '../src/sdk.ts';

const params = {
  src: { type: 'path', required: true, doc: 'The file on the host.' },
  dest: { type: 'str', required: true, doc: 'A directory on the controller; the file is copied to `DEST/HOST/SRC`.' },
  flat: {
    type: 'bool',
    default: false,
    doc: 'Use `dest` as the path of the file itself or, if it ends in a slash, as the directory for it.',
  },
  fail_on_missing: { type: 'bool', default: true, doc: 'Fail if the file does not exist.' },
  validate_checksum: { type: 'bool', default: true, ignored: 'the checksum is always verified' },
  validate_md5: { type: 'bool', ignored: 'the checksum is always verified' },
} as const;

type Fetch = Params<typeof params> & { readonly controller: Controller };

export default defineTask({
  name: 'ansible.builtin.fetch',
  summary: 'Copy a file from the host to the controller.',
  neverAsync: true,
  params,
  skippedByAnsible: 'check mode not (yet) supported for this module',
  misfit(given) {
    const refused = (msg: string) => ({ changed: false, msg });
    if (Array.isArray(given.get('src'))) return refused('Invalid type supplied for source option, it must be a string');
    if (Array.isArray(given.get('dest'))) return refused('Invalid type supplied for dest option, it must be a string');
    return given.has('src') && given.has('dest') ? undefined : refused('src and dest are required');
  },
  prepare: (given, controller): Fetch => ({ ...given, controller }),
  ask: ({ src }) => ({ state: stat(src), sum: checksum(src) }),
  thenAsk: ({ sum }, task, context) => ({
    file: sum.hex === undefined || sum.hex === localSum(task, context.host) ? nothing() : content(task.src),
  }),
  plan({ state, sum }, task, context) {
    const entry = followed(state);
    if (sum.hex === undefined) {
      const msg =
        entry?.kind === 'directory'
          ? 'remote file is a directory, fetch cannot work on directories'
          : 'the remote file does not exist, not transferring, ignored';
      return task.fail_on_missing
        ? { failed: entry === undefined ? 'the remote file does not exist' : msg }
        : { changes: [], result: { msg, file: task.src } };
    }
    const local = localSum(task, context.host);
    if (local === sum.hex) return { changes: [] };
    const dest = destination(task, context.host);
    if (task.controller.isDirectory(dest))
      return {
        failed: `${dest} is a directory on the controller: end the path with a slash to put the file in it`,
        result: {
          msg: 'dest is an existing directory, use a trailing slash if you want to fetch src into that directory',
        },
      };
    // The host is not changed: the file on the controller is written when the result is built, once its bytes are known.
    return {
      changes: [
        {
          what: `${dest} on the controller`,
          from: local?.slice(0, 12) ?? null,
          to: sum.hex.slice(0, 12),
          commands: [],
          effects: [],
          repeats: true,
        },
      ],
    };
  },
  result({ state, params: task, changes, context }) {
    const { sum, file } = state as { sum: Checksum; file?: Content };
    if (sum.hex === undefined) return {};
    const dest = destination(task, context.host);
    const bytes = file?.bytes;
    if (!context.check && changes.length > 0 && bytes !== undefined) task.controller.writeFile(dest, bytes);
    return {
      dest,
      file: task.src,
      checksum: sum.hex,
      remote_checksum: sum.hex,
      ...(bytes !== undefined && { md5sum: hash('md5', bytes), remote_md5sum: null }),
    };
  },
  returns: {
    dest: 'the path of the file on the controller',
    checksum: 'the SHA-1 of the file',
    remote_checksum: 'the SHA-1 of the file on the host',
    file: 'the file on the host',
  },
  examples: [
    {
      title: 'Fetch a file from each host into a separate directory',
      yaml: 'fetch:\n  src: /etc/hostname\n  dest: /tmp/retrace-fetched',
    },
    {
      title: 'Fetch one file to a given path',
      yaml: 'fetch:\n  src: /etc/os-release\n  dest: /tmp/retrace-fetched-os-release\n  flat: true',
    },
  ],
});

function destination({ src, dest, flat }: Fetch, host: string): string {
  // The path may come from a host, so make sure that the file is written below DEST/HOST, whatever the path is.
  if (!flat) return joinPath(dest, rootedPath(`${host}${rootedPath(src)}`).slice(1));
  return dest.endsWith('/') ? joinPath(dest, nameOf(rootedPath(src))) : dest;
}

function localSum(task: Fetch, host: string): string | undefined {
  try {
    return hash('sha1', task.controller.readFile(destination(task, host)));
  } catch {
    return undefined; // it has not been fetched yet
  }
}
