import { type Parts, partLines } from '../../../core/facts/parts.ts';
import { fieldRows, partNames } from '../survey.ts';
import type { Unmanaged } from '../thing.ts';

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

interface GroupRow {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const FIRST_PERSON = 1000;
const NOBODY = 65534;

/** Accounts that people made, memberships that no package gave, passwords of root, and keys for logging in. */
export function accounts(parts: Parts): readonly Unmanaged[] {
  const users = readUsers(parts);
  const groups = readGroups(parts);
  const isMade = madeByPackages(parts);
  const byHand = users.filter(({ name, uid }) => (isPerson(uid) ? true : uid !== NOBODY && !isMade(name)));
  const made = new Set(byHand.map(({ name }) => name));
  return [
    ...byHand.map((user) => userThing(user, groups, parts)),
    ...groups
      .filter(({ name, gid }) => (isPerson(gid) ? !made.has(name) : gid !== NOBODY && !isMade(name) && !made.has(name)))
      .map(groupThing),
    ...groups.flatMap((group) => memberThings(group, isMade, parts)),
    ...passwordThings(parts, made),
    ...keyThings(parts),
  ];
}

const isPerson = (id: number): boolean => id >= FIRST_PERSON && id !== NOBODY && id !== 65533;

function readUsers(parts: Parts): readonly User[] {
  return fieldRows(parts, 'passwd', 7, ':').map(([name = '', , uid, gid, comment = '', home = '', shell = '']) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    comment,
    home,
    shell,
  }));
}

const readGroups = (parts: Parts): readonly GroupRow[] =>
  fieldRows(parts, 'group', 4, ':').map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter((member) => member !== ''),
  }));

/**
 * Whether Debian made a system account: base-passwd has it, or a maintainer script or a file in sysusers.d of an installed
 * package creates it. A heuristic: nothing records who made an account, so the lines that create accounts, look for them or give
 * a variable such a name are searched for the name. With several names, for one line that has them all.
 */
export function madeByPackages(parts: Parts): (...names: readonly string[]) => boolean {
  const base = partNames(parts, 'base');
  const lines = partLines(parts, 'makers').map((line) => new Set(line.split(/[^A-Za-z0-9_.-]+/)));
  return (...names) =>
    (names.length === 1 && base.has(names[0] ?? '')) || lines.some((words) => names.every((name) => words.has(name)));
}

const plainNameOf = (groups: readonly GroupRow[], gid: number): string =>
  groups.find((group) => group.gid === gid)?.name ?? String(gid);

function userThing(user: User, groups: readonly GroupRow[], parts: Parts): Unmanaged {
  const { name, uid, gid, comment, home, shell } = user;
  const more = groups.filter(({ members }) => members.includes(name)).map((group) => group.name);
  const args = {
    name,
    uid,
    group: plainNameOf(groups, gid),
    ...(more.length > 0 && { groups: more, append: true }),
    ...(comment !== '' && { comment }),
    home,
    shell,
    ...(uid < FIRST_PERSON && { system: true }),
    ...(!partNames(parts, 'homes').has(name) && { create_home: false }),
  };
  const memberships = more.length === 0 ? '' : `, in ${more.join(', ')}`;
  const own = groups.find((group) => group.gid === gid);
  return {
    group: 'accounts',
    name: `user ${name}`,
    why: isPerson(uid) ? `uid ${uid}${memberships}` : `uid ${uid}, and no package made it${memberships}`,
    subjects: [[`user:${name}`]],
    tasks: [...(own?.name === name ? [groupTask(own)] : []), { type: 'ansible.builtin.user', args }],
  };
}

const groupTask = ({ name, gid }: GroupRow) => ({
  type: 'ansible.builtin.group',
  args: { name, gid, ...(gid < FIRST_PERSON && { system: true }) },
});

const groupThing = (group: GroupRow): Unmanaged => ({
  group: 'accounts',
  name: `group ${group.name}`,
  why: isPerson(group.gid) ? `gid ${group.gid}` : `gid ${group.gid}, and no package made it`,
  subjects: [[`group:${group.name}`]],
  tasks: [groupTask(group)],
});

function memberThings(
  { name, members }: GroupRow,
  isMade: (...names: readonly string[]) => boolean,
  parts: Parts,
): readonly Unmanaged[] {
  const users = new Set(readUsers(parts).map((user) => user.name));
  const homes = partNames(parts, 'homes');
  return members
    .filter((member) => users.has(member) && !isMade(member, name))
    .map((member) => ({
      group: 'accounts',
      name: `${member} in ${name}`,
      why: 'a membership that no package gave',
      subjects: [[`user:${member}`, `group:${name}`]],
      toldBy: `user ${member}`,
      tasks: [
        {
          type: 'ansible.builtin.user',
          args: { name: member, groups: [name], append: true, ...(!homes.has(member) && { create_home: false }) },
        },
      ],
    }));
}

/** Passwords of system accounts, and accounts without one; people have passwords. The hash itself is never read. */
function passwordThings(parts: Parts, made: ReadonlySet<string>): readonly Unmanaged[] {
  return partLines(parts, 'passwords').flatMap((line) => {
    const [name = '', is = ''] = line.trim().split(' ');
    if (is === 'set' && made.has(name)) return [];
    return [
      {
        group: 'accounts',
        name: `password of ${name}`,
        why: is === 'empty' ? 'empty: anybody may log in without one' : 'set',
        subjects: [[`user:${name}`]],
        mention: 'password:',
        tasks: [],
        instead: `user:\n  name: ${name}\n  password: "{{ vault_${name.replace(/\W/g, '_')}_password_hash }}"`,
      },
    ];
  });
}

function keyThings(parts: Parts): readonly Unmanaged[] {
  return fieldRows(parts, 'keys', 3).flatMap(([user = '', path = '', line = '']) => {
    const [, kind = '', blob = '', comment = ''] =
      /(?:^|\s)((?:sk-)?(?:ssh|ecdsa)-[\w@.-]+)\s+([A-Za-z0-9+/]+=*)\s*(.*)$/.exec(line.trim()) ?? [];
    if (blob === '' || line.trim().startsWith('#')) return [];
    return [
      {
        group: 'accounts',
        name: `key …${blob.slice(-12)} of ${user}`,
        why: `${kind} ${comment}`.trim() + (path.endsWith('keys2') ? `, in ${path}` : ''),
        subjects: [[`entry:${path}`]],
        mention: blob,
        tasks: [
          {
            type: 'ansible.posix.authorized_key',
            args: { user, key: line.trim(), ...(path.endsWith('keys2') && { path }) },
          },
        ],
      },
    ];
  });
}
