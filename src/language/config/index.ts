export { type Config, loadConfig, type Origins } from './load-config.ts';
