// `import text from './FILE?text'`: a script or a style sheet as the text that a browser gets, bundled and minified.
import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';

const SUFFIX = '?text';

async function browserText(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles[0].text.trim();
}

/** For esbuild. */
export const inlineText = () => ({
  name: 'inline-text',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -SUFFIX.length)),
      namespace: 'inline-text',
    }));
    onLoad({ filter: /./, namespace: 'inline-text' }, async ({ path }) => ({
      contents: await browserText(path),
      loader: 'text',
    }));
  },
});

/** For Vitest. The ID ends in neither .ts nor .css: those Vite would take for modules. */
export const inlineTextInTests = () => ({
  name: 'inline-text',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source.endsWith(SUFFIX) && importer !== undefined
      ? `\0inline-text:${resolve(dirname(importer), source.slice(0, -SUFFIX.length))}.text`
      : undefined,
  load: async (id) => {
    const path = /^\0inline-text:(.*)\.text$/.exec(id)?.[1];
    return path === undefined ? undefined : `export default ${JSON.stringify(await browserText(path))};`;
  },
});
