import type { Params } from '../../../src/sdk.ts';
import { definitionParams, kubeParams, nameParams, waitParams } from './kube-params.ts';

/** The parameters of `k8s`. */
export const k8sParams = {
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present', 'patched'],
    doc: '`present`: the objects exist, and have what is given; `absent`: they do not exist; `patched`: as `present`, but missing objects are not created.',
  },
  ...definitionParams,
  template: {
    type: 'raw',
    doc: 'A template with the objects, in `templates/` next to the playbook or in the role; or a dictionary with its `path` and how to render it, as for `template`; or a list of these.',
  },
  ...nameParams,
  generate_name: {
    type: 'str',
    doc: 'The beginning of a name that the server completes. The object is created every time.',
  },
  apply: {
    type: 'bool',
    default: false,
    doc: 'Use `kubectl apply`, which also removes what was in the definition that was applied before.',
  },
  server_side_apply: {
    type: 'dict',
    doc: 'With `apply`, have the server work out what changes.',
    options: {
      field_manager: { type: 'str', required: true, doc: 'The name under which the server keeps who manages a field.' },
      force_conflicts: { type: 'bool', default: false, doc: 'Take over fields that others manage.' },
    },
  },
  force: { type: 'bool', default: false, doc: 'Replace objects: what is not in the definition is removed.' },
  merge_type: {
    type: 'list',
    elements: 'str',
    choices: ['merge', 'strategic-merge'],
    doc: 'How an object is patched: the first of these that the server accepts (default: `strategic-merge`, then `merge`). `merge` replaces lists.',
  },
  validate: {
    type: 'dict',
    doc: 'Look for unknown fields in the definitions. kubectl or the server does that, against the version of the server.',
    options: {
      fail_on_error: { type: 'bool', doc: 'Fail if there are any; otherwise, there is only a warning.' },
      version: { type: 'str', ignored: 'definitions are validated against the version of the server' },
      strict: { type: 'bool', default: true, doc: 'If false, unknown fields are accepted.' },
    },
  },
  append_hash: {
    type: 'bool',
    default: false,
    doc: 'Add a hash of the content to the names of config maps and secrets.',
  },
  continue_on_error: {
    type: 'bool',
    default: false,
    doc: 'If the server refuses an object, report that with it, and go on with the others.',
  },
  label_selectors: {
    type: 'list',
    elements: 'str',
    doc: 'Leave out definitions whose labels do not meet these selectors. With `state: absent` and no name, the objects that meet them are removed.',
  },
  delete_options: {
    type: 'dict',
    doc: 'How to remove objects.',
    options: {
      propagationPolicy: {
        type: 'str',
        choices: ['Foreground', 'Background', 'Orphan'],
        doc: 'What happens to objects that depend on them (default: they are removed in the background).',
      },
      gracePeriodSeconds: { type: 'int', doc: 'How many seconds a pod has for ending.' },
      preconditions: {
        type: 'dict',
        doc: 'Fail if the object is another one.',
        options: {
          resourceVersion: { type: 'str', doc: 'The version of the object.' },
          uid: { type: 'str', doc: 'The UID of the object.' },
        },
      },
    },
  },
  delete_all: {
    type: 'bool',
    default: false,
    aliases: ['all'],
    doc: 'With `state: absent` and no name, remove all objects of the kind in the namespace.',
  },
  hidden_fields: {
    type: 'list',
    elements: 'str',
    doc: 'Fields to leave out of the result, such as `metadata.managedFields`.',
  },
  ...waitParams,
  ...kubeParams,
} as const;

/** A task of `k8s`, with its templates rendered. */
export type K8sTask = Params<typeof k8sParams> & { readonly definitions: unknown };
