import { join } from 'node:path';
import type { Result } from '../core/source.ts';
import { type Config, loadConfig } from '../language/config/index.ts';
import { bothPlugins, loadOwnPlugins, type OwnPlugins } from './own-plugins.ts';
import { pythonPlugins } from './python/python-plugins.ts';

/** Where the user's plugins may be. */
interface Around {
  readonly config: Config;
  /** The directories of playbooks and roles; more may follow during a run. */
  readonly folders: ReadonlySet<string>;
  readonly collections: readonly string[];
  readonly warn: (message: string) => void;
}

/** Adds the plugins in Python to those in TypeScript. */
export function withPython(own: OwnPlugins, { config, folders, collections, warn }: Around): OwnPlugins {
  const configured = { filter: config.filterPlugins, test: config.testPlugins, lookup: config.lookupPlugins };
  const places = () => ({ folders: [...folders], configured, collections });
  return bothPlugins(own, pythonPlugins({ places, configFile: config.configFile, warn }));
}

/** Where collections are: next to the playbooks, and where the configuration says. */
export const collectionRoots = ({ collectionsPath }: Config, directories: readonly string[]): readonly string[] => [
  ...directories.map((directory) => join(directory, 'collections')),
  ...collectionsPath,
];

/** The user's plugins for a directory with playbooks, outside a run. */
export async function pluginsBeside(folder: string, warn: (message: string) => void): Promise<Result<OwnPlugins>> {
  const own = await loadOwnPlugins([folder]);
  if (!own.ok) return own;
  const { config } = loadConfig(process.env, process.cwd());
  const around = { config, folders: new Set([folder]), collections: collectionRoots(config, [folder]), warn };
  return { ok: true, value: withPython(own.value, around) };
}
