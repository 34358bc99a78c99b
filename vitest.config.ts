import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { inlineTextInTests } from './inline-text.js';

/** The stories on the hosts of the install document: the first brings pristine hosts to it, and those that follow need it done. */
const documentStories = [
  'test/e2e/off1-proxy.test.ts',
  'test/e2e/import.test.ts',
  'test/e2e/document-interrupted.test.ts',
  'test/e2e/tampering-anew.test.ts',
  'test/e2e/certificates.test.ts',
  'test/lab/lab.test.ts',
];

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => documentStories.findIndex((story) => moduleId.endsWith(story));
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

const plugins = [inlineTextInTests()];

const lab = { fileParallelism: false, testTimeout: 600_000, hookTimeout: 900_000 };

// fast: no host needed. document and hosts: real Debian hosts, the files of each one after the other. test/all.sh runs all three.
export default defineConfig({
  test: {
    sequence: { sequencer: InOrder },
    projects: [
      {
        plugins,
        test: {
          name: 'fast',
          setupFiles: ['test/setup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/e2e/**'],
          testTimeout: 60_000,
          // A file's modules stay loaded for those after it: loading them anew for each took a fifth of the time. `--isolate` shows
          // whether a test stands on what another file left behind.
          isolate: false,
          // Two cores have time for more than vitest's one file at once: most tests wait for a process.
          maxWorkers: 2,
        },
      },
      { plugins, test: { ...lab, name: 'document', include: documentStories } },
      {
        plugins,
        test: {
          ...lab,
          name: 'hosts',
          include: ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: documentStories,
        },
      },
    ],
  },
});
