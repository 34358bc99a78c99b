import type { Command } from '../command.ts';
import { completion } from './completion.ts';
import { doc } from './doc.ts';
import { help } from './help.ts';
import { inventory } from './inventory.ts';
import { lab } from './lab.ts';
import { linkAnsible } from './link-ansible.ts';
import { lint } from './lint.ts';
import { vars } from './vars.ts';
import { vault } from './vault.ts';

/** The commands besides running playbooks, in the order of the overview: a new one is a file beside this one, and its line here. */
export const commands: readonly Command[] = [vars, inventory, vault, lint, doc, lab, linkAnsible, completion, help];
