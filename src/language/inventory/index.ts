export { configuredOptions } from './configured-options.ts';
export { addChild, addGroup, addHost, addHostVars, type Draft } from './draft.ts';
export {
  changeInventory,
  type LoadedInventory,
  loadInventory,
  reloadInventory,
  withPlaybookVars,
} from './load-inventory.ts';
export type { InventoryOptions } from './read-path.ts';
export { hostOf, selectHosts } from './select-hosts.ts';
export { loadVarsFile, textsIn } from './vars-file.ts';
