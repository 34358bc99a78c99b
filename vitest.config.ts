import { defineConfig } from 'vitest/config';

// fast: no host needed. lab: real Debian hosts, one after the other, the lab once for all files.
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
          // Two cores have time for more than vitest's one file at once: most tests wait for a process.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
