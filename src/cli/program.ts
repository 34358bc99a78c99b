/** What the built program exports to the file that starts it and to anyone who imports `retrace`. */

export * as sdk from '../sdk.ts';
export { lastWords } from './bug-report.ts';
export { runCommand } from './run-command.ts';
