import type { ReportForm } from '../form.ts';
import { ansible } from './ansible.ts';
import { awxDisplay } from './awx_display.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { live } from './live.ts';
import { minimal } from './minimal.ts';
import { oneline } from './oneline.ts';
import { plainForm } from './plain.ts';

/** The formats that `--output` offers. To add one, write a file in this directory and add its name here. */
export const OUTPUT_FORMS = [live, plainForm, json, junit] as const;

/** The formats of Ansible's programs, which are used when we run under their names: by the name of Ansible's callback. */
export const ANSIBLE_FORMS: ReadonlyMap<string, ReportForm> = new Map<string, ReportForm>([
  ['default', ansible],
  ['awx_display', awxDisplay],
  ['minimal', minimal],
  ['oneline', oneline],
]);

/** A format that `--output` offers. */
type OutputFormName = (typeof OUTPUT_FORMS)[number]['name'];

/** The names of the formats that `--output` offers. */
export const outputFormNames: readonly OutputFormName[] = OUTPUT_FORMS.map(({ name }) => name);
