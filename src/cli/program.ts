/** The exports of the built program, for the file that starts it and for user code that imports `retrace`. */

export * as sdk from '../sdk.ts';
export { lastWords } from './bug-report.ts';
export { runCommand } from './run-command.ts';
