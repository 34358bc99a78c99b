import { defineConfig } from 'vitest/config';

// fast: no host needed. lab: real Debian hosts, one after the other, the lab once for all files.
// tampering: 62 more things tampered with, too long for every run: npm run tampering.
const tamperingAnew = 'test/e2e/tampering-anew.test.ts';

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
          exclude: [tamperingAnew],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'tampering',
          include: [tamperingAnew],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
