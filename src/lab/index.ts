export { labCommand } from './command.ts';
export { labDown } from './down.ts';
export { labExec } from './exec.ts';
export { insideLab, isInsideLab } from './inside.ts';
export { type Login, labBenchHosts, labHost } from './lab-host.ts';
export type { LabIo } from './lab-io.ts';
export { labInventoryPath } from './paths.ts';
export { progressOn } from './progress.ts';
export { labReset, labUp } from './up.ts';
