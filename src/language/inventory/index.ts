export type { EvaluateExpression } from './constructed.ts';
export { addChild, addGroup, addHost, addHostVars, type Draft } from './draft.ts';
export {
  changeInventory,
  type LoadedInventory,
  loadInventory,
  reloadInventory,
  withPlaybookVars,
} from './load-inventory.ts';
export { IGNORED_EXTENSIONS, type InventoryOptions } from './read-path.ts';
export { hostOf, type SelectOptions, selectHosts } from './select-hosts.ts';
export { loadVarsFile, textsIn, type VarsFile } from './vars-file.ts';
