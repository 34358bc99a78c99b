import type { ReportForm } from '../report/form.ts';
import { ANSIBLE_FORMS, OUTPUT_FORMS } from '../report/forms/index.ts';
import { live } from '../report/forms/live.ts';
import { plainForm } from '../report/forms/plain.ts';
import type { Face } from './face.ts';
import type { Parsed } from './options.ts';

/** The requested report format. The default is the live view on a terminal (unless questions are asked there), and plain otherwise. */
export function formOf(
  { output, step }: Pick<Parsed['options'], 'output' | 'step'>,
  face: Face,
  terminal: { readonly isTTY: boolean; readonly term: string | undefined },
): ReportForm {
  if (face.ansible) return face.name === 'ansible' ? ANSIBLE_FORMS.ansible : ANSIBLE_FORMS['ansible-playbook'];
  const isDrawnOn = terminal.isTTY && terminal.term !== 'dumb' && !step;
  return OUTPUT_FORMS.find(({ name }) => name === output) ?? (isDrawnOn ? live : plainForm);
}
