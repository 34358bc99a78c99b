import { quote } from '../../command.ts';
import { type Answer, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';

/**
 * A dataset's properties by name, each with its source (`local`, `default`, `inherited from …`, `-`); undefined if
 * there is no such dataset.
 */
export type Dataset = Readonly<Record<string, { readonly value: string; readonly source: string }>> | undefined;

const kind: QuestionKind<string, Dataset> = {
  name: 'zfs',
  // -p: exact numbers. A missing dataset causes an error on stderr; the others are still printed.
  scripts: (names) => [
    { script: `LC_ALL=C zfs get -H -p -o name,property,value,source all -- ${names.map(quote).join(' ')}` },
  ],
  read: onlyReply((reply, names) => {
    const said = properties(reply);
    return names.map((name) => readDataset(name, said, reply));
  }),
  about: (name) => [`dataset:${name}`],
};

/** The properties of a ZFS dataset, volume or snapshot on the host. */
export const zfs = (name: string, options: { host?: string } = {}): Question<Dataset> => question(kind, name, options);

/** The subjects of a dataset and everything below it. */
export const datasetAndBelow = (name: string): readonly string[] => [
  `dataset:${name}`,
  `dataset:${name}/*`,
  `dataset:${name}@*`,
];

function properties({ stdout }: Reply): ReadonlyMap<string, NonNullable<Dataset>> {
  const datasets = new Map<string, Record<string, { value: string; source: string }>>();
  for (const line of decodeText(stdout).split('\n')) {
    const [name = '', property = '', value = '', source] = line.split('\t');
    if (source === undefined) continue;
    const dataset = datasets.get(name) ?? {};
    dataset[property] = { value, source };
    datasets.set(name, dataset);
  }
  return datasets;
}

function readDataset(
  name: string,
  said: ReadonlyMap<string, NonNullable<Dataset>>,
  { code, stderr }: Reply,
): Answer<Dataset> {
  const found = said.get(name);
  if (found !== undefined) return { ok: true, value: found };
  const complaints = decodeText(stderr).trim().split('\n');
  if (code === 127) return { ok: false, why: 'zfs is not installed on this host' };
  const own = complaints.find((line) => line.includes(`'${name}'`));
  if (own?.includes('does not exist') === true) return { ok: true, value: undefined };
  return { ok: false, why: own ?? complaints.at(-1) ?? `zfs get: exit code ${code}` };
}
