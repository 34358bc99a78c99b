import type { Command } from '../command.ts';
import { accept } from './accept.ts';
import { adopt } from './adopt.ts';
import { apply } from './apply.ts';
import { audit } from './audit.ts';
import { completion } from './completion.ts';
import { doc } from './doc.ts';
import { draft } from './draft.ts';
import { drift } from './drift.ts';
import { explain } from './explain.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { importCommand } from './import.ts';
import { inventory } from './inventory.ts';
import { lab } from './lab.ts';
import { linkAnsible } from './link-ansible.ts';
import { lint } from './lint.ts';
import { plan } from './plan.ts';
import { questions } from './questions.ts';
import { record } from './record.ts';
import { reportMerge } from './report.ts';
import { retire } from './retire.ts';
import { steps } from './steps.ts';
import { unmanaged } from './unmanaged.ts';
import { vars } from './vars.ts';
import { vault } from './vault.ts';

/**
 * All commands except the one that runs playbooks, in the order of the overview. To add one, write a file in this directory and list it
 * here.
 */
export const commands: readonly Command[] = [
  audit,
  reportMerge,
  drift,
  accept,
  adopt,
  retire,
  history,
  plan,
  apply,
  unmanaged,
  questions,
  importCommand,
  steps,
  draft,
  record,
  vars,
  inventory,
  vault,
  lint,
  explain,
  doc,
  lab,
  linkAnsible,
  completion,
  help,
];
