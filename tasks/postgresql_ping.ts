import { defineTask } from '../src/sdk.ts';
import { pgTry } from './shared/databases/pg-client.ts';
import { pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';

export default defineTask({
  name: 'community.postgresql.postgresql_ping',
  summary: 'Ask a PostgreSQL server for its version, to see whether it responds.',
  description: 'Needs `psql` on the host. The task succeeds even if the server does not respond: see `is_available`.',
  params: {
    db: {
      type: 'str',
      aliases: ['login_db'],
      doc: 'The database to log in to (default: the one named after `login_user`).',
    },
    trust_input: { type: 'bool', default: true, ignored: 'all names are quoted' },
    ...pgLoginParams,
  },
  looks: () => true,
  ask: (task, { environment }) => ({
    reply: pgTry(pgLogin(task, task.db, environment), 'SELECT version();'),
  }),
  plan({ reply }) {
    if (reply.code !== 0)
      return { changes: [], result: { is_available: false, server_version: {}, conn_err_msg: reply.stderr } };
    return {
      changes: [],
      result: { is_available: true, server_version: serverVersion(reply.stdout), conn_err_msg: '' },
    };
  },
  returns: {
    is_available: 'Whether the server responded.',
    server_version: 'Its version: `major` and `minor`, `full` as text, and `raw` as reported by the server.',
    conn_err_msg: 'Why the server did not respond.',
  },
  examples: [
    {
      title: 'Check whether the server responds',
      yaml: 'postgresql_ping:\nbecome_user: postgres\nregister: server',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Check whether the server on another machine responds',
      yaml: 'postgresql_ping:\n  login_host: db1.example.org\n  login_user: shop\n  login_password: "{{ shop_password }}"\n  db: shop\nvars:\n  shop_password: not-a-good-one',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

function serverVersion(raw: string): Readonly<Record<string, unknown>> {
  const [, full = '', major, minor, patch] = /PostgreSQL ((\d+)\.(\d+)(?:\.(\d+))?)/.exec(raw) ?? [];
  return {
    raw: raw.trim(),
    full,
    major: Number(major),
    minor: Number(minor),
    ...(patch === undefined ? {} : { patch: Number(patch) }),
  };
}
