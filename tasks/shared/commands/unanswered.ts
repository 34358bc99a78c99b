import type { ShellAnswer } from '../../../src/sdk.ts';

/** A program that a question runs, and the package that contains it. */
export interface Tool {
  readonly name: string;
  readonly package: string;
  /** Exit codes that are an answer; only 0 by default. */
  readonly accepts?: readonly number[];
}

/** Why a program on the host gave no answer; undefined if it did. */
export function unanswered({ code, stderr }: ShellAnswer, tool: Tool): string | undefined {
  if (code === 127) return missingTool(tool);
  if ((tool.accepts ?? [0]).includes(code)) return undefined;
  return stderr.trim() || `${tool.name} failed with exit code ${code}`;
}

/** The message about a program that is not on the host. */
export const missingTool = ({ name, package: from }: Tool): string =>
  `${name} ${name.includes(' and ') ? 'are' : 'is'} missing on the host: install the ${from} package`;
