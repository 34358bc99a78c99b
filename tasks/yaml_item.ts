import { defineTask } from '../src/sdk.ts';
import { askEdit, isFile, openEdited, planEdit, thenAskEdit } from './shared/editing/edit-file.ts';
import { withItem } from './shared/editing/yaml-list.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { backupFile } from './shared/files/copy-file.ts';
import { pathThing } from './shared/retire/paths.ts';

export default defineTask({
  name: 'yaml_item',
  summary: 'Add an item to a list in a YAML file.',
  description:
    'The list is found by parsing the file as YAML, not by a pattern, so that the item cannot end up in a different list; comments and layout stay as they are. The new text is parsed again before it is written, and the task fails if the result is not the intended list.',
  params: {
    path: { type: 'path', required: true, aliases: ['dest'], doc: 'The file.' },
    list: {
      type: 'str',
      required: true,
      doc: 'The path of the list in the file: keys separated by dots, `[0]` for an item by its index, `[name=web]` for the item with that key and value.',
    },
    item: { type: 'str', required: true, doc: 'The text of the item. A new item is added at the end of the list.' },
    backup: {
      type: 'bool',
      default: false,
      doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
    },
    ...attributeParams,
  },
  ask: (task) => askEdit(task),
  thenAsk: (state, task) => thenAskEdit(state, task),
  plan(state, task, context) {
    if (!isFile(state)) return { failed: `${task.path} does not exist or is not a regular file` };
    const opened = openEdited(state);
    const edited = withItem(opened.text, task.path, task.list, task.item);
    if ('failed' in edited) return edited;
    const told = edited.text === opened.text ? {} : { what: `${task.list} in ${task.path}`, from: null, to: task.item };
    return planEdit(state, task, { opened, text: edited.text }, context, told);
  },
  result: ({ params, replies }) => ({ backup: backupFile(replies, params.backup).backup_file ?? '' }),
  seesTo: ({ path }) => [pathThing(path, { puts: false })],
  returns: { backup: 'the path of the backup' },
  examples: [
    {
      title: 'Add an exporter to a Prometheus job',
      yaml: 'yaml_item:\n  path: /etc/prometheus/prometheus.yml\n  list: scrape_configs[job_name=free-exporters].static_configs[0].targets\n  item: off1-proxy/nginx',
      runs: { no: 'needs Prometheus' },
    },
  ],
});
