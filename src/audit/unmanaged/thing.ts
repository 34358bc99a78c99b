import type { Subject } from '../../core/touches.ts';

/** The groups of a report, in its order. */
export const GROUPS = [
  'files',
  'units',
  'accounts',
  'cron',
  'ports',
  'packages',
  'kernel',
  'mounts',
  'firewall',
  'zfs',
  'containers',
] as const;

/** A group of a report. */
export type Group = (typeof GROUPS)[number];

/** A task that would declare something. */
export interface WantedTask {
  readonly type: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** A file on the host whose text becomes this task's `content`. */
  readonly contentOf?: string;
}

/** The path that a task is about; empty if it is about none. */
export const pathOfTask = ({ args }: WantedTask): string => String(args['dest'] ?? args['path'] ?? '');

/** The files whose content the tasks for these things need. */
export const contentPaths = (things: readonly Pick<Unmanaged, 'tasks'>[]): readonly string[] => [
  ...new Set(things.flatMap(({ tasks }) => tasks.flatMap(({ contentOf }) => contentOf ?? []))),
];

/** The task for a link that stands where a package may put a file. */
export const linkTask = (path: string, target: string): WantedTask => ({
  type: 'ansible.builtin.file',
  args: { path, src: target, state: 'link', force: true },
});

/** Something on a host that neither Debian nor a playbook accounts for. */
export interface Unmanaged {
  readonly group: Group;
  /** The thing itself, such as a path or a unit; unique in its group. */
  readonly name: string;
  /** What is the matter with it. */
  readonly why: string;
  /** A playbook accounts for it if one of its tasks is about all subjects of one of these sets. */
  readonly subjects: readonly (readonly Subject[])[];
  /** That task must also have this text in its parameters: it manages only a part of what it is about. */
  readonly mention?: string;
  /** The name of another thing of its group that tells this too, and is enough as long as it is there itself. */
  readonly toldBy?: string;
  /** The tasks that would declare it, in order. */
  readonly tasks: readonly WantedTask[];
  /** What to do if no task can be written for it. */
  readonly instead?: string;
}
