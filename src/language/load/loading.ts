import type { Diagnostic, Position } from '../../core/source.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Vaulted } from '../../core/value.ts';
import type { Files } from '../files.ts';
import type { Keywords, RoleRef, Vars, VarsLayer } from '../model.ts';

/** What the loaders of playbooks need to know. */
export interface LoadOptions {
  /** The controller's files; one for a run, so that each is read once. */
  readonly files?: Files;
  /** Folders of roles, after `roles/` beside the playbook. */
  readonly rolesPath?: readonly string[];
  /** Folders that hold `ansible_collections`. */
  readonly collectionsPath?: readonly string[];
  /** What `-e` set: known before anything runs. */
  readonly extraVars?: Vars;
  /** The task type of a name, short or full. */
  readonly taskType?: (name: string) => Pick<TaskType, 'name' | 'freeForm'> | undefined;
  /** Keywords that hold where a play does not say otherwise: settings. */
  readonly keywords?: Partial<Keywords>;
  /** The text of an encrypted file. */
  readonly decrypt?: (vaulted: Vaulted) => string;
}

/** A loading under way: the mistakes found so far, all told at the end. */
export interface Loading {
  readonly options: LoadOptions;
  readonly files: Files;
  readonly problems: Diagnostic[];
}

/** What a whole play shares while it is loaded. */
export interface PlayScope {
  /** The folder of the playbook. */
  readonly directory: string;
  /** Play variables, known before roles are. */
  readonly layers: readonly VarsLayer[];
  /** Vars files that are known already: for names of imports only. */
  readonly staticLayers: readonly VarsLayer[];
  /** Defaults and vars of roles, which all tasks of the play see. */
  readonly exported: VarsLayer[];
  /** Handlers that imported roles add to the play's own. */
  readonly importedHandlers: import('../model.ts').Play['handlers'][number][];
  /** Roles by name and parameters: the same use of a role is the same role. */
  readonly roles: Map<string, RoleRef>;
}

/** What surrounds an item: all that it inherits. */
export interface Within {
  readonly play: PlayScope;
  readonly keywords: Keywords;
  /** Variables beyond the play's, low to high. */
  readonly layers: readonly VarsLayer[];
  readonly role?: RoleRef;
  readonly searchPath: readonly string[];
  /** How many of them are roles. */
  readonly roleFolders: number;
  /** Collections in which short names of roles are looked for first. */
  readonly collections: readonly string[];
  /** Folders in which task files are looked for, nearest first. */
  readonly taskFolders: readonly string[];
  /** Whether the items are handlers. */
  readonly asHandlers: boolean;
  /** Files and roles being loaded around this, against endless recursion. */
  readonly chain: readonly string[];
}

/** Tell a mistake. */
export function report(loading: Loading, code: string, message: string, at?: Position, hint?: string): void {
  const diagnostic: Diagnostic = { severity: 'error', code, message, ...(at && { at }), ...(hint && { hint }) };
  loading.problems.push(diagnostic);
}

let lastId = 0;

/** A number that no other item of this process has. */
export const nextId = (): number => ++lastId;
