import type { Files } from '../../src/language/files.ts';

/** A file system that holds one playbook. */
export const createController = (text: string): Files => ({
  readText: (path) => (path === '/play.yaml' ? text : undefined),
  isFile: (path) => path === '/play.yaml',
  isDirectory: () => false,
  list: () => [],
});
