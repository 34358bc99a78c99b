import type { OptionSpecs } from '../core/command-line.ts';
import { LOOKING_OPTIONS } from './looking-options.ts';
import { ANSWERS_OPTION } from './options.ts';

/** The options of `run questions`. */
export const QUESTIONS_OPTIONS = {
  ...LOOKING_OPTIONS,
  host: { type: 'text', value: 'HOST', help: 'the host to ask' },
  answers: { ...ANSWERS_OPTION, help: 'what it has answered so far: print the questions that follow from it' },
} as const satisfies OptionSpecs;
