import { type Question, type ShellAnswer, sh, shell } from '../../../src/sdk.ts';
import { missingTool, type Tool } from './unanswered.ts';

/** Asks whether a program is on the host. */
export const askTool = ({ name, package: from }: Tool): Question<ShellAnswer> =>
  shell({ ...sh`command -v ${name} >/dev/null || exit 127`, about: [`by:package:${from}`] });

/** The message that a program is missing; undefined if it is there. */
export const toolMissing = (answer: ShellAnswer | undefined, tool: Tool): string | undefined =>
  answer !== undefined && answer.code !== 0 ? missingTool(tool) : undefined;
