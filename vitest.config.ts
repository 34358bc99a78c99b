import { defineConfig } from 'vitest/config';

// fast: no host needed. lab: real Debian hosts, one after the other, the lab once for all files.
// open: lab stories that are not green yet, and so are not run by npm test: npm run open.
const open = ['test/e2e/tampering-anew.test.ts', 'test/e2e/everyday.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          setupFiles: ['test/setup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/e2e/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: open,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'open',
          include: open,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
