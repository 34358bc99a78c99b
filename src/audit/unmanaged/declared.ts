import type { AnyQuestion } from '../../core/question.ts';
import type { Questions, TaskType } from '../../core/task-type.ts';
import { type Subject, touches } from '../../core/touches.ts';
import type { RunContext } from '../../engine/variables/run-context.ts';
import type { Unmanaged } from './thing.ts';

/** A task of a playbook that was looked at on a host: what it is about. */
interface DeclaringTask {
  readonly host: string;
  readonly type: string;
  readonly subjects: readonly Subject[];
  readonly params: unknown;
}

/** What the tasks of a check manage. */
export interface Recording {
  /** The run, with task types that record what they are about. */
  readonly context: RunContext;
  /** Whether a task on this host manages a thing. */
  isManaged(host: string, thing: Pick<Unmanaged, 'subjects' | 'mention'>): boolean;
}

/** Types that only read, although nothing in their description says so; those with `looks` say it themselves. */
const ONLY_READS =
  /(_info|_facts|\.(find|fetch|getent|setup|gather_facts|assert|debug|fail|ping|pause|wait_for|wait_for_connection|manual|verify|stat|slurp))$/;

/** Types that manage a line, an entry or a property of what they are about, and not the whole of it. */
const IN_PART =
  /\.(authorized_key|cron|cronvar|apt_repository|modprobe|user|pip|npm|gem|dpkg_selections|lineinfile|blockinfile|replace)$/;

/** Types that ask about whole directories, where they manage single files. */
const DIRECTORY_WIDE = /\.(apt_repository|modprobe)$/;

/** Kinds of questions that only look for something that a task relies on. */
const RELIED_ON: ReadonlySet<string> = new Set(['freshness', 'listening', 'facts']);

const ACCOUNT_TYPES = /\.(user|group)$/;

/** Records what the tasks of a run are about: each task that is planned has asked its questions. */
export function recordingOf(context: RunContext): Recording {
  const tasks: DeclaringTask[] = [];
  const wrapped = new Map<TaskType, TaskType>();
  const recording = (type: TaskType): TaskType => {
    const known = wrapped.get(type);
    if (known !== undefined) return known;
    const plan: TaskType['plan'] = (state, params, about) => {
      if (!onlyReads(type, params))
        tasks.push({
          host: about.host,
          type: type.name,
          params,
          subjects: [`tasks of ${type.name}`, ...subjectsOf(type, state, params, about)],
        });
      return type.plan(state, params, about);
    };
    const made = { ...type, plan };
    wrapped.set(type, made);
    return made;
  };
  const maybe = (type: TaskType | undefined): TaskType | undefined =>
    type === undefined ? undefined : recording(type);
  return {
    context: {
      ...context,
      loadedType: (name) => maybe(context.loadedType(name)),
      taskType: async (name) => maybe(await context.taskType(name)),
    },
    isManaged: (host, thing) => tasks.some((task) => task.host === host && manages(task, thing)),
  };
}

/** Whether a task with these parameters only looks. */
export const onlyReads = (type: TaskType, params: unknown): boolean =>
  type.controllerOnly === true || ONLY_READS.test(type.name) || type.looks?.(params as never) === true;

function subjectsOf(
  type: TaskType,
  state: Readonly<Record<string, unknown>>,
  params: unknown,
  context: Parameters<TaskType['plan']>[2],
): readonly Subject[] {
  const asked: Questions = {
    ...type.ask?.(params as never, context),
    ...type.thenAsk?.(state as never, params as never, context),
  };
  const subjects = Object.entries(asked).flatMap(([name, question]) =>
    aboutOf(question, state[name], type, context.host),
  );
  // What a command `creates` stands for all that it makes there.
  return type.acts === true ? subjects.map((subject) => subject.replace(/^(entry|inode|data):/, 'path:')) : subjects;
}

function aboutOf(
  question: AnyQuestion<unknown>,
  answer: unknown,
  { name }: TaskType,
  host: string,
): readonly Subject[] {
  if ('controller' in question || RELIED_ON.has(question.kind.name)) return [];
  if (question.host !== undefined && question.host !== host) return [];
  const about = question.kind.about?.(question.arg, answer) ?? 'everything';
  if (about === 'everything') return [];
  return about.filter(
    (subject) =>
      !/^(by|absent|missing|listed):/.test(subject) &&
      // A file's owner is asked for, too.
      (ACCOUNT_TYPES.test(name) || !/^(user|group):/.test(subject)) &&
      (IN_PART.test(name) || !subject.endsWith('*')),
  );
}

function manages(
  { type, subjects, params }: DeclaringTask,
  { subjects: sets, mention }: Pick<Unmanaged, 'subjects' | 'mention'>,
): boolean {
  if (DIRECTORY_WIDE.test(type) && mention === undefined) return false;
  const isAbout = sets.some((set) => set.every((wanted) => subjects.some((subject) => touches(subject, wanted))));
  return isAbout && (mention === undefined || !IN_PART.test(type) || mentions(params, mention));
}

/** Whether parameters have this text in one of their values, or as a name with a value. */
function mentions(params: unknown, text: string): boolean {
  if (typeof params === 'string') return params.includes(text) || params.trim() === text.trim();
  if (Array.isArray(params)) return params.some((one) => mentions(one, text));
  if (params instanceof Map) return [...params.values()].some((one) => mentions(one, text));
  if (typeof params !== 'object' || params === null) return false;
  return Object.entries(params).some(
    ([name, value]) => (`${name}:` === text && value !== undefined) || mentions(value, text),
  );
}
