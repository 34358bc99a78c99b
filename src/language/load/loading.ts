import type { Diagnostic, Position } from '../../core/source.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Vaulted } from '../../core/value.ts';
import type { Files } from '../files.ts';
import type { Keywords, RoleRef, Vars, VarsLayer } from '../model.ts';

/** Options for loading playbooks. */
export interface LoadOptions {
  /** The controller's files, shared within a run so that each is read only once. */
  readonly files?: Files;
  /** Directories of roles, searched after `roles/` next to the playbook. */
  readonly rolesPath?: readonly string[];
  /** Whether only a role itself sees its variables; if this is not set, only those of an include are private. */
  readonly privateRoleVars?: boolean;
  /** Directories that contain `ansible_collections`. */
  readonly collectionsPath?: readonly string[];
  /** The variables from `-e`, which are known before anything runs. */
  readonly extraVars?: Vars;
  /** The task type with a given name, short or full. */
  readonly taskType?: (name: string) => Pick<TaskType, 'name' | 'freeForm'> | undefined;
  /** Keywords from the settings, which apply where a play does not override them. */
  readonly keywords?: Partial<Keywords>;
  /** As in Ansible, a wrong value of a keyword of tasks fails the tasks that it applies to, not the playbook. */
  readonly wrongKeywordsFailTasks?: boolean;
  /** As in Ansible, warn about variables of plays with the names of keywords or functions. */
  readonly warnsOfReservedNames?: boolean;
  /** Called with the directory of each playbook and role that is loaded, which may have plugins and modules. */
  readonly onFolder?: (path: string) => void;
  /** Decrypts the text of an encrypted file. */
  readonly decrypt?: (vaulted: Vaulted) => string;
}

/** A load in progress. It collects errors, which are all reported at the end. */
export interface Loading {
  readonly options: LoadOptions;
  readonly files: Files;
  readonly problems: Diagnostic[];
}

/** State shared by a whole play while it is being loaded. */
export interface PlayScope {
  /** The directory of the playbook. */
  readonly directory: string;
  /** Play variables, which are known before roles are. */
  readonly layers: readonly VarsLayer[];
  /** Vars files known at load time; used only for the names of imports. */
  readonly staticLayers: readonly VarsLayer[];
  /** Role defaults and vars, visible to all tasks of the play. */
  readonly exported: VarsLayer[];
  /** Handlers that imported roles add to the play's own. */
  readonly importedHandlers: import('../model.ts').Play['handlers'][number][];
  /** Roles by name and parameters: equal uses of a role are the same role. */
  readonly roles: Map<string, RoleRef>;
}

/** The surroundings of an item: everything it inherits. */
export interface Within {
  readonly play: PlayScope;
  readonly keywords: Keywords;
  /** Variables in addition to the play's, lowest precedence first. */
  readonly layers: readonly VarsLayer[];
  readonly role?: RoleRef;
  readonly searchPath: readonly string[];
  /** How many of the directories belong to roles. */
  readonly roleFolders: number;
  /** Collections to search first for short role names. */
  readonly collections: readonly string[];
  /** Directories to search for task files, nearest first. */
  readonly taskFolders: readonly string[];
  /** Whether an include added the items while the play was running. */
  readonly dynamic?: boolean;
  /** Whether the items are handlers. */
  readonly asHandlers: boolean;
  /** Files and roles currently being loaded around this; guards against endless recursion. */
  readonly chain: readonly string[];
}

/** Reports an error. */
export function report(loading: Loading, code: string, message: string, at?: Position, hint?: string): void {
  const diagnostic: Diagnostic = { severity: 'error', code, message, ...(at && { at }), ...(hint && { hint }) };
  loading.problems.push(diagnostic);
}

let lastId = 0;

/** A number unique among all items of this process. */
export const nextId = (): number => ++lastId;
