/** All that a task type may import. */
export { blurs, type Change, type Diff, type Effect, predicts } from './core/change.ts';
export { type Command, type FromHost, quote, reading, Script, script, sh, type Word } from './core/command.ts';
export type { BoundTask, Params, ParamSpec, ParamSpecs } from './core/params.ts';
export { type Answer, type AnyQuestion, type ControllerQuestion, type Question, type QuestionKind, question, type Subject } from './core/question.ts';
export type { Reply } from './core/session.ts';
export {
  type Controller,
  ControllerError,
  type Done,
  defineTask,
  type Example,
  type Plan,
  type Questions,
  type TaskContext,
  type TaskResult,
  type TaskType,
  type TemplateOptions,
} from './core/task-type.ts';
// The typed questions, and the commands that many types share.
export { type ShellAnswer, type ShellQuestion, shell } from './core/questions/shell.ts';
