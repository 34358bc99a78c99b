import type { Config } from '../language/config/index.ts';
import type { ReportForm } from '../report/form.ts';
import { ansible } from '../report/forms/ansible.ts';
import { ANSIBLE_FORMS, OUTPUT_FORMS } from '../report/forms/index.ts';
import { live } from '../report/forms/live.ts';
import { plainForm } from '../report/forms/plain.ts';
import type { Face } from './face.ts';
import type { Parsed } from './options.ts';

/** The configuration about Ansible's callback plugins that print a run. */
type Callbacks = Pick<Config, 'stdoutCallback' | 'callbacksForAdHoc'>;

/** Ansible's name for the format under its names: `ansible` uses the configured one only if told so. */
export function callbackOf(config: Callbacks, face: Face, oneLine: boolean): string {
  if (face.name !== 'ansible' || config.callbacksForAdHoc) return config.stdoutCallback;
  return oneLine ? 'oneline' : 'minimal';
}

/** The requested report format. The default is the live view on a terminal (unless questions are asked there), and plain otherwise. */
export function formOf(
  { output, step }: Pick<Parsed['options'], 'output' | 'step'>,
  face: Face,
  terminal: { readonly isTTY: boolean; readonly term: string | undefined },
  callback = face.name === 'ansible' ? 'minimal' : 'default',
): ReportForm {
  if (face.ansible) return ANSIBLE_FORMS.get(callback.replace(/^ansible\.builtin\./, '')) ?? ansible;
  const isDrawnOn = terminal.isTTY && terminal.term !== 'dumb' && !step;
  return OUTPUT_FORMS.find(({ name }) => name === output) ?? (isDrawnOn ? live : plainForm);
}
