export { formatDiagnostic, settlePlace } from './excerpt.ts';
export { type Document, loadYaml, type YamlOptions } from './load.ts';
export { type Location, locationOf } from './places.ts';
export { loadPlain, loadPlainAll, parseJsonOrYaml } from './plain-values.ts';
