import { expect, test } from 'vitest';
import { ansibleFace, run } from '../../src/cli/face.ts';
import { callbackOf, formOf } from '../../src/cli/form-of.ts';
import { OUTPUT_FORMS } from '../../src/report/forms/index.ts';

const terminal = { isTTY: true, term: 'xterm' };
const pipe = { isTTY: false, term: 'xterm' };
const asked = { output: undefined, step: false };

test.for([
  ['on a terminal', asked, terminal, 'live'],
  ['on a dumb terminal', asked, { isTTY: true, term: 'dumb' }, 'plain'],
  ['into a pipe', asked, pipe, 'plain'],
  ['on a terminal where --step asks its questions', { ...asked, step: true }, terminal, 'plain'],
  ...OUTPUT_FORMS.map(({ name }) => [`--output ${name}`, { ...asked, output: name }, terminal, name] as const),
] as const)('%s', ([, options, where, name]) => {
  expect(formOf(options, run, where).name).toBe(name);
});

test.for([
  ['ansible-playbook', {}, false, 'ansible'],
  ['ansible-playbook', { stdoutCallback: 'oneline' }, false, 'oneline'],
  ['ansible-playbook', { stdoutCallback: 'ansible.builtin.minimal' }, false, 'minimal'],
  ['ansible-playbook', { stdoutCallback: 'yaml' }, false, 'ansible'],
  ['ansible', {}, false, 'minimal'],
  ['ansible', {}, true, 'oneline'],
  ['ansible', { stdoutCallback: 'oneline' }, false, 'minimal'],
  ['ansible', { stdoutCallback: 'oneline', callbacksForAdHoc: true }, false, 'oneline'],
] as const)(
  '%s has its own form, whatever is requested; with %j and --one-line %s: %s',
  ([program, set, oneLine, name]) => {
    const face = ansibleFace(program);
    const callback = callbackOf({ stdoutCallback: 'default', callbacksForAdHoc: false, ...set }, face, oneLine);

    expect(formOf({ ...asked, output: 'json' }, face, terminal, callback).name).toBe(name);
  },
);
