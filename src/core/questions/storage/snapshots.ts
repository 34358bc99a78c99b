import { quote } from '../../command.ts';
import { must } from '../../must.ts';
import { pairs } from '../../pairs.ts';
import { type Answer, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { datasetAndBelow } from './zfs.ts';

/** Which snapshots: those of a dataset on the host, or on a machine that the host reaches by ssh. */
export interface SnapshotsOf {
  readonly dataset: string;
  readonly recursive: boolean;
  /** Arguments for ssh, with the destination last. Default: the host's own datasets. */
  readonly ssh?: readonly string[];
}

/** A snapshot of a ZFS dataset. */
export interface Snapshot {
  /** The part after `@`. */
  readonly name: string;
  /** Stays the same wherever the snapshot is sent. */
  readonly guid: string;
  /** Seconds since the epoch. */
  readonly creation: number;
}

/** Datasets with their snapshots, oldest first; undefined if there is no such dataset. */
export type Snapshots = Readonly<Record<string, Replica>> | undefined;

interface Replica {
  /** Where it is mounted: a path, `none` or `legacy`; undefined for predicted datasets. */
  readonly mountpoint?: string;
  readonly snapshots: readonly Snapshot[];
  /** The guids of deleted snapshots that left a bookmark, from which an incremental send can start. */
  readonly bookmarks?: readonly string[];
}

const kind: QuestionKind<SnapshotsOf, Snapshots> = {
  name: 'snapshots',
  scripts: (args) => args.map((arg) => ({ script: `export LC_ALL=C; ${snapshotScript(arg)}`, deadlineMs: 120_000 })),
  read: (replies, args) => pairs(replies, args).map(([reply, arg]) => readSnapshots(reply, arg)),
  about: ({ dataset, ssh }) => (ssh === undefined ? datasetAndBelow(dataset) : ['network:']),
};

/** The snapshots of a dataset and of those below it. */
export const snapshots = (of: SnapshotsOf): Question<Snapshots> => question(kind, of, { beyond: of.ssh !== undefined });

// `zfs get` has supported exact numbers for longer than `zfs list`.
function snapshotScript({ dataset, recursive, ssh }: SnapshotsOf): string {
  const ask = `zfs get -H -p ${recursive ? '-r' : '-d 1'} -o name,property,value guid,creation,mountpoint ${quote(dataset)}`;
  return ssh === undefined
    ? ask
    : `ssh -o BatchMode=yes ${ssh.map(quote).join(' ')} ${quote(`LC_ALL=C ${ask}`)} </dev/null`;
}

function readSnapshots({ code, stdout, stderr }: Reply, { dataset, recursive, ssh }: SnapshotsOf): Answer<Snapshots> {
  const complaint = decodeText(stderr).trim();
  const where = ssh === undefined ? '' : `${ssh.at(-1)}: `;
  if (complaint.includes('dataset does not exist')) return { ok: true, value: undefined };
  if (code === 127) return { ok: false, why: `${where}zfs is not installed` };
  if (code !== 0) return { ok: false, why: `${where}${complaint || `zfs get: exit code ${code}`}` };
  const values = new Map<string, Record<string, string>>();
  for (const line of decodeText(stdout).split('\n')) {
    const [name = '', property = '', value] = line.split('\t');
    if (value !== undefined) values.set(name, { ...values.get(name), [property]: value });
  }
  const names = [...values.keys()];
  // `zfs get` also lists bookmarks.
  const datasets = names.filter((name) => !/[@#]/.test(name) && (recursive || name === dataset));
  const told = (name: string, property: string): string =>
    must(values.get(name)?.[property], `the ${property} of ${name}`);
  const bookmarks = (one: string): string[] =>
    names.filter((name) => name.startsWith(`${one}#`)).map((name) => told(name, 'guid'));
  const of = (one: string): Snapshot[] =>
    names
      .filter((name) => name.startsWith(`${one}@`))
      .map((name) => ({
        name: name.slice(one.length + 1),
        guid: told(name, 'guid'),
        creation: Number(told(name, 'creation')),
      }))
      .sort((a, b) => a.creation - b.creation);
  return {
    ok: true,
    value: Object.fromEntries(
      datasets.map((one) => {
        const marks = bookmarks(one);
        const replica: Replica = { mountpoint: values.get(one)?.mountpoint, snapshots: of(one) };
        return [one, marks.length === 0 ? replica : { ...replica, bookmarks: marks }];
      }),
    ),
  };
}
