/** What the built program offers to the file that starts it, and to whoever imports `retrace`. */

export * as sdk from '../sdk.ts';
export { lastWords } from './bug-report.ts';
export { runCommand } from './run-command.ts';
