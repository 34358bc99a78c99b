import { ANSIBLE_VERSION } from '../language/variables/magic-variables.ts';
import { version } from './version.ts';

/** The program that we behave as: our own, or one of Ansible's with its wording, defaults and exit codes. */
export interface Face {
  readonly name: string;
  readonly ansible: boolean;
  readonly version: string;
}

/** Our own face. */
export const run: Face = { name: 'run', ansible: false, version: `retrace ${version}` };

/** The face of one of Ansible's programs. Scripts compare the core version, so our own version comes after it. */
export const ansibleFace = (name: string): Face => ({
  name,
  ansible: true,
  version: `${name} [core ${ANSIBLE_VERSION}] (retrace ${version})`,
});
