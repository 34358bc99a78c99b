/**
 * Ansible's order of precedence: of two variables with the same name, the one with the higher level wins; at equal
 * levels, the later one.
 */
export const LEVELS = {
  commandLine: 1,
  roleDefaults: 2,
  inventoryGroup: 3,
  inventoryGroupVarsAll: 4,
  playbookGroupVarsAll: 5,
  inventoryGroupVars: 6,
  playbookGroupVars: 7,
  inventoryHost: 8,
  inventoryHostVars: 9,
  playbookHostVars: 10,
  facts: 11,
  play: 12,
  varsPrompt: 13,
  varsFiles: 14,
  role: 15,
  block: 16,
  task: 17,
  includeVars: 18,
  set: 19,
  roleParams: 20,
  includeParams: 21,
  extraVars: 22,
  /** The variables of a loop iteration, above all others. */
  loop: 23,
} as const;

/** A precedence level. */
export type Level = (typeof LEVELS)[keyof typeof LEVELS];
