/** Permission bits as Ansible prints them: `0644`, `4755`. */
export const showMode = (mode: number): string => mode.toString(8).padStart(4, '0');

/** Permission bits for chmod. Five digits, because only then does chmod clear setgid on a directory. */
export const chmodMode = (mode: number): string => mode.toString(8).padStart(5, '0');

/** Apply a mode parameter (`'0644'`, `'u=rw,go-w'`) to the current permission bits. */
export function computeMode(wanted: string, current: number, isDirectory: boolean): number {
  if (/^0?o?[0-7]+$/.test(wanted)) return Number.parseInt(wanted.replace('o', ''), 8) & 0o7777;
  return wanted.split(',').reduce((mode, clause) => applyClause(clause, mode, isDirectory, current), current);
}

const groups = { u: { shift: 6, set: 0o4000 }, g: { shift: 3, set: 0o2000 }, o: { shift: 0, set: 0o1000 } } as const;

function applyClause(clause: string, mode: number, isDirectory: boolean, before: number): number {
  const [, said = '', steps] = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause) ?? [];
  if (steps === undefined) return mode;
  // Without a "who", chmod applies the umask, which is 022 in a session.
  const masked = said === '' ? 0o777 & ~0o022 : 0o777;
  const whos = said === '' || said.includes('a') ? ['u', 'g', 'o'] : [...new Set(said)];
  let next = mode;
  for (const [, operator = '', permissions = ''] of steps.matchAll(/([-+=])([rwxXstugo]*)/g))
    for (const who of whos as Who[])
      next = applyOne(who, [operator, permissions], { mode: next, isDirectory, before }, masked);
  return next;
}

/** An entry's mode while clauses are being applied, and its original mode. */
interface ModeOf {
  readonly mode: number;
  readonly isDirectory: boolean;
  readonly before: number;
}

type Who = 'u' | 'g' | 'o';

function applyOne(
  who: Who,
  [operator, permissions]: readonly [operator: string, permissions: string],
  entry: ModeOf,
  masked: number,
): number {
  const { shift, set } = groups[who];
  const { mode } = entry;
  let bits = 0;
  for (const permission of permissions) bits |= bitsOf(permission, who, entry);
  bits &= (masked & (7 << shift)) | 0o7000;
  if (operator === '+') return mode | bits;
  if (operator === '-') return mode & ~bits;
  // As in Ansible, `=` also clears setuid, setgid and sticky, even on directories, where chmod itself would keep them.
  const cleared = (7 << shift) | set;
  return (mode & ~cleared) | bits;
}

function bitsOf(permission: string, who: Who, { mode, isDirectory, before }: ModeOf): number {
  const { shift, set } = groups[who];
  switch (permission) {
    case 'r':
      return 4 << shift;
    case 'w':
      return 2 << shift;
    case 'x':
      return 1 << shift;
    case 'X':
      return isDirectory || (before & 0o111) !== 0 ? 1 << shift : 0;
    case 's':
      return who === 'o' ? 0 : set;
    case 't':
      return who === 'o' ? 0o1000 : 0;
    default:
      return ((mode >> groups[permission as Who].shift) & 7) << shift;
  }
}
