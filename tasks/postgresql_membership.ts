import { type Change, defineTask, each, type Params, type Plan, predicts } from '../src/sdk.ts';
import { pgRun } from './shared/databases/pg-client.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName } from './shared/databases/pg-quote.ts';
import { type PgRole, type PgRoleState, pgRole } from './shared/databases/pg-role.ts';

const params = {
  groups: {
    type: 'list',
    elements: 'str',
    required: true,
    aliases: ['group', 'source_role', 'source_roles'],
    doc: 'The roles that others should be members of.',
  },
  target_roles: {
    type: 'list',
    elements: 'str',
    required: true,
    aliases: ['target_role', 'user', 'users'],
    doc: 'The roles that should be members.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'exact', 'present'],
    doc: 'Whether they should be members; with `exact`, of no other roles.',
  },
  fail_on_role: {
    type: 'bool',
    default: true,
    doc: 'Fail if a role does not exist; otherwise, warn and go on with the others.',
  },
  login_db: {
    type: 'str',
    default: '',
    aliases: ['db'],
    doc: 'The database to log in to (default: the one named after `login_user`).',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_membership',
  summary: 'Make roles of a PostgreSQL server members of other roles.',
  description: 'Needs `psql` on the host.',
  params,
  ask: (task, { environment }) => {
    const login = pgLogin(task, task.login_db, environment);
    return each('role', [...new Set([...groupsOf(task), ...targetsOf(task)])], (name) => pgRole(login, name));
  },
  plan(state, task, { environment }): Plan {
    const login = pgLogin(task, task.login_db, environment);
    const roleOf = (name: string): PgRoleState | undefined => state[`role ${name}`];
    const isThere = (name: string): boolean => (roleOf(name)?.role ?? null) !== null;
    const lacking = [...groupsOf(task), ...targetsOf(task)].filter((name) => !isThere(name));
    const [first] = lacking;
    if (first !== undefined && task.fail_on_role) return { failed: `Role ${first} does not exist` };
    const groups = groupsOf(task).filter(isThere);
    const members = targetsOf(task).filter(isThere);
    const loop = task.state === 'absent' ? undefined : members.find((name) => groups.includes(name));
    if (loop !== undefined) return { failed: `role "${loop}" is a member of role "${loop}"` };
    const moves = members.flatMap((name) => {
      const now = roleOf(name);
      return now === undefined || now.role === null ? [] : moving(login, { name, now, role: now.role }, groups, task);
    });
    return {
      changes: moves.map(({ change }) => change),
      warnings: lacking.map((name) => `Role ${name} does not exist, pass`),
      result: told(task, groups, members, moves),
    };
  },
  returns: {
    groups: 'The roles that others should be members of.',
    target_roles: 'The roles that should be members.',
    state: 'The `state` parameter.',
    granted: 'The new members of each role, unless the state is `absent`.',
    revoked: 'The former members of each role, unless the state is `present`.',
    queries: 'The statements that were executed.',
  },
  examples: [
    {
      title: 'Let two roles read what `readers` may read',
      yaml: 'postgresql_membership:\n  groups: readers\n  target_roles:\n    - alice\n    - bob\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Take a role out of all groups but one',
      yaml: 'postgresql_membership:\n  groups: readers\n  target_roles: alice\n  state: exact\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

const trimmed = (names: readonly string[]): readonly string[] => [...new Set(names.map((name) => name.trim()))];
const groupsOf = ({ groups }: Task): readonly string[] => trimmed(groups);
const targetsOf = ({ target_roles }: Task): readonly string[] => trimmed(target_roles);

interface Member {
  readonly name: string;
  readonly now: PgRoleState;
  readonly role: PgRole;
}

interface Move {
  readonly member: string;
  readonly granted: readonly string[];
  readonly revoked: readonly string[];
  readonly statements: readonly string[];
  readonly change: Change;
}

function moving(
  login: PgLogin,
  { name, now, role }: Member,
  groups: readonly string[],
  { state }: Task,
): readonly Move[] {
  const { memberOf } = role;
  const extra = memberOf.filter((group) => groups.includes(group) === (state === 'absent'));
  const revoked = state === 'present' ? [] : extra;
  const granted = state === 'absent' ? [] : groups.filter((group) => !memberOf.includes(group));
  const statements = [
    ...revoked.map((group) => `REVOKE ${pgName(group)} FROM ${pgName(name)}`),
    ...granted.map((group) => `GRANT ${pgName(group)} TO ${pgName(name)}`),
  ];
  if (statements.length === 0) return [];
  const after = [...memberOf.filter((group) => !revoked.includes(group)), ...granted].toSorted();
  const change: Change = {
    what: `role ${name}, member of`,
    from: memberOf.join(', ') || 'none',
    to: after.join(', ') || 'none',
    commands: [pgRun(login, statements)],
    effects: [predicts(pgRole(login, name), { ...now, role: { ...role, memberOf: after } })],
  };
  return [{ member: name, granted, revoked, statements, change }];
}

function told({ state }: Task, groups: readonly string[], members: readonly string[], moves: readonly Move[]) {
  const by = (which: 'granted' | 'revoked', named: readonly string[]) =>
    Object.fromEntries(
      [...new Set([...named, ...moves.flatMap((one) => one[which])])].map((group) => [
        group,
        moves.filter((one) => one[which].includes(group)).map(({ member }) => member),
      ]),
    );
  // With `exact`, only groups with a difference are told.
  const named = state === 'exact' ? [] : groups;
  return {
    state,
    groups,
    target_roles: members,
    queries: moves.flatMap(({ statements }) => statements),
    ...(state !== 'absent' && { granted: by('granted', named) }),
    ...(state !== 'present' && { revoked: by('revoked', named) }),
  };
}
