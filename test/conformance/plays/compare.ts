import type { Row, Seen } from './seen.ts';

/** A difference between what our program did and what Ansible did, with what tells it from others of another kind. */
export interface Difference {
  readonly kind: 'outcome' | 'result' | 'message' | 'file' | 'recap' | 'exit';
  /** The task's type; empty for what is no task's. */
  readonly type: string;
  /** The task, the path, or the host. */
  readonly place: string;
  /** The path inside of a result, as `stat.mode` or `results[].msg`. */
  readonly key: string;
  readonly ours: string;
  readonly theirs: string;
  /** Whether the files that are left behind differ, too. */
  readonly filesDiffer: boolean;
  /** Whether, in a check, something changed before it. */
  readonly afterChangeInCheck: boolean;
  /** Whether it mentions a path at which a task has failed before: Ansible may have left something there. */
  readonly afterFailureThere: boolean;
  /** What both have around it: the results that hold the key, or the whole outcomes. */
  readonly around: { readonly ours: Around; readonly theirs: Around };
}

type Around = Readonly<Record<string, unknown>>;

/** All differences; what follows an outcome that differs is its consequence and left out. */
export function differencesOf(ours: Seen, theirs: Seen, isCheck = false): readonly Difference[] {
  const found = [...(theirs.rows.length === 0 ? notBegun(ours, theirs) : rows(ours, theirs, isCheck))];
  if (found.some(({ kind }) => kind === 'outcome')) return found;
  const grows = theirs.rows.find(
    ({ type, status, result }) =>
      (status === 'ignored' || (status === 'changed' && 'failed_when_result' in result)) &&
      (/^(add_host|group_by)$/.test(type) ||
        (result['changed'] === true &&
          (isAboutParameters(result) ||
            /^(copy|template|assemble)$/.test(type) ||
            typeof result['failed_when_result'] === 'string'))),
  );
  for (const { key, ...rest } of leaves('', ours.files, theirs.files))
    found.push({
      ...other('file', key, '', rest),
      around: { ours: {}, theirs: causeAt(ours, theirs, key) },
    });
  for (const host of new Set([...Object.keys(ours.recap), ...Object.keys(theirs.recap)]))
    for (const { key, ...rest } of leaves('', ours.recap[host], theirs.recap[host]))
      found.push({ ...other('recap', host, key, rest), around: { ours: {}, theirs: grows?.result ?? {} } });
  if (ours.exitCode !== theirs.exitCode)
    found.push(other('exit', '', '', { ours: String(ours.exitCode), theirs: String(theirs.exitCode) }));
  return found;
}

/** Ansible refuses the playbook; or no task is selected. */
function* notBegun(ours: Seen, theirs: Seen): Generator<Difference> {
  if (ours.rows.length === 0 && (ours.exitCode === 0) === (theirs.exitCode === 0)) return;
  const values = { ours: said(ours.rows[0], ours.output), theirs: firstError(theirs.output) };
  yield { ...other('outcome', 'before the first task', '', values), type: ours.rows[0]?.type ?? '' };
}

/** Whether the parameters are wrong, so that nothing was done. */
const isAboutParameters = ({ msg }: Around): boolean =>
  /^(argument '|missing required|Unsupported parameters|value of |parameters are)/.test(String(msg));

const firstError = (output: string): string => /^ERROR!.*$/m.exec(output)?.[0] ?? 'no error';

/** The result of a task that failed with this path. */
const failureAt = ({ rows: all }: Seen, path: string): Around | undefined =>
  all.find(
    ({ status, result }) =>
      /failed|ignored/.test(status) &&
      ([result['path'], result['dest'], result['src']].some((at) => tidy(at).endsWith(`/${path}`)) ||
        String(result['msg']).includes(`/${path}`) ||
        `${path}/`.startsWith(`${placeIn(argument(result, 'dest'))}/`)),
  )?.result;

/** The result of a task that may be why a file differs: a failure, or one that is known to do more or less than ours. */
const causeAt = (ours: Seen, theirs: Seen, path: string): Around =>
  (theirs.rows.some(isHardLinkOfLink) ? { state: 'hard' } : undefined) ??
  failureAt(theirs, path) ??
  failureAt(ours, path) ??
  ours.rows.find(({ result }) => / into itself: /.test(String(result['msg'])))?.result ??
  // What a clone leaves whose result is not told.
  theirs.rows.find(({ type, status, result }) => type === 'git' && status !== 'changed' && 'censored' in result)
    ?.result ??
  // A module that crashes while it copies a directory has touched what it copies.
  theirs.rows.find(({ type, status, result }) => type === 'copy' && status !== 'changed' && 'exception' in result)
    ?.result ??
  theirs.rows.find(({ type, status, result }) => {
    if (status !== 'changed') return false;
    if (type === 'copy') return result['state'] === 'directory' || result['size'] === 0;
    if (type === 'blockinfile')
      return /^Block removed/.test(String(result['msg'])) && tidy(argument(result, 'path')).endsWith(`/${path}`);
    return type === 'get_url' && ours.files[placeIn(result['dest'])]?.startsWith('10 ') === true;
  })?.result ??
  {};

const isHardLinkOfLink = ({ type, result }: Row): boolean =>
  type === 'file' && argument(result, 'state') === 'hard' && result['changed'] === true && !('uid' in result);

/** A parameter, from Ansible's echo. */
function argument({ invocation }: Around, name: string): unknown {
  const given = isRecord(invocation) ? invocation['module_args'] : undefined;
  return isRecord(given) ? given[name] : undefined;
}

/** A path below the directory of its case. */
const placeIn = (path: unknown): string => tidy(path).replace(/^.*\/case-\d+\//, '');

const isBelowCase = (path: string): boolean => /^(one|two)\/./.test(path);

const tidy = (path: unknown): string => String(path).replace(/\/+$/, '');

const other = (
  kind: Difference['kind'],
  place: string,
  key: string,
  values: Pick<Difference, 'ours' | 'theirs'>,
): Difference => ({
  kind,
  type: '',
  place,
  key,
  ...values,
  filesDiffer: false,
  afterChangeInCheck: false,
  afterFailureThere: false,
  around: { ours: {}, theirs: {} },
});

/** Goes through both in Ansible's order, up to the first outcome that differs. */
function* rows(ours: Seen, theirs: Seen, isCheck: boolean): Generator<Difference> {
  const [a, b] = [numbered(ours.rows), numbered(theirs.rows)];
  const filesDiffer = !leaves('', ours.files, theirs.files).next().done;
  let afterChangeInCheck = false;
  const failedAt: string[] = [];
  for (const [place, their] of b) {
    const our = a.get(place);
    if (our === undefined) {
      const failedMeta = [...a].find(([at, { type, status }]) => type === 'meta' && status === 'failed' && !b.has(at));
      if (failedMeta !== undefined)
        return yield { ...outcome(...failedMeta, undefined), theirs: 'none; no error', afterChangeInCheck };
    }
    if (our?.status !== their.status) {
      const told = JSON.stringify([our?.result, their.result]);
      const afterFailureThere = failedAt.some((path) => told.includes(path));
      return yield { ...outcome(place, our, their), afterChangeInCheck, afterFailureThere };
    }
    // A loop that failed as a whole has no items, which is where the two part.
    const item = isWithoutItems(our, their)
      ? [...a].find(([, one]) => one.part === 'item' && one.at === our.at && one.host === our.host)
      : undefined;
    if (item !== undefined)
      return yield { ...outcome(...item, undefined), theirs: 'none; no error', afterChangeInCheck };
    if (/failed|ignored/.test(their.status))
      failedAt.push(...['dest', 'path'].map((name) => placeIn(argument(their.result, name))).filter(isBelowCase));
    afterChangeInCheck ||= isCheck && their.status === 'changed';
    const told = JSON.stringify([our.result, their.result]);
    const afterFailureThere = failedAt.some((path) => told.includes(path));
    for (const difference of results(place, our, their))
      yield { ...difference, filesDiffer, afterChangeInCheck, afterFailureThere };
    if (isWrittenNonetheless(their))
      return yield { ...outcome(place, our, their), theirs: 'written before its mode was refused' };
    afterChangeInCheck ||= isCheck && /would have run/.test(String(their.result['msg']));
  }
  for (const [place, our] of a)
    if (!b.has(place))
      return yield {
        ...outcome(place, our, undefined),
        theirs: `none; ${skipsHandlers(ours, theirs) ? 'no handlers after a failure' : firstError(theirs.output)}`,
        afterChangeInCheck,
      };
}

const isWithoutItems = (ours: Row, theirs: Row): boolean =>
  theirs.part === 'task' &&
  /failed|ignored/.test(theirs.status) &&
  Array.isArray(ours.result['results']) &&
  !('results' in theirs.result || 'censored' in theirs.result);

/** Whether only our program went on with handlers after the failure that ended the play. */
const skipsHandlers = (ours: Seen, theirs: Seen): boolean =>
  /^NO MORE HOSTS LEFT/m.test(theirs.output) &&
  !/^RUNNING HANDLER/m.test(theirs.output) &&
  /^RUNNING HANDLER/m.test(ours.output);

/** Whether a file was written, and then its mode refused: what follows finds it there. */
const isWrittenNonetheless = ({ status, result }: Row): boolean =>
  /failed|ignored/.test(status) && result['msg'] === 'mode must be in octal or symbolic form' && 'size' in result;

const outcome = (place: string, ours: Row | undefined, theirs: Row | undefined): Difference => ({
  kind: 'outcome',
  type: (ours ?? theirs)?.type ?? '',
  place,
  key: '',
  ours: said(ours),
  theirs: said(theirs),
  filesDiffer: false,
  afterChangeInCheck: false,
  afterFailureThere: false,
  around: { ours: ours?.result ?? {}, theirs: theirs?.result ?? {} },
});

function said(row: Row | undefined, output = ''): string {
  if (row === undefined) return output === '' ? 'none' : firstError(output);
  const { msg, skip_reason } = row.result;
  const why = msg ?? skip_reason;
  return why === undefined ? row.status : `${row.status}: ${typeof why === 'string' ? why : JSON.stringify(why)}`;
}

function* results(
  place: string,
  ours: Row,
  theirs: Row,
): Generator<Omit<Difference, 'afterChangeInCheck' | 'afterFailureThere' | 'filesDiffer'>> {
  // Of an attempt it is enough that there was one.
  if (theirs.part === 'try') return;
  for (const difference of leaves('', ours.result, theirs.result)) {
    // The status is compared; of what is registered, these are compared where a play shows it.
    if (/^(results\[\]\.)?(failed|skipped)$/.test(difference.key)) continue;
    const isMessage = /(^|\.)msg$/.test(difference.key) && isFailure(difference, theirs.status);
    if (isMessage && firstLine(difference.ours) === firstLine(difference.theirs)) continue;
    yield { kind: isMessage ? 'message' : 'result', type: ours.type, place, ...difference };
  }
}

/** Whether a value is of the result of something that failed. */
const isFailure = ({ key, around }: Leaf, status: string): boolean =>
  around.theirs['failed'] === true || (/^(results\[\]\.)?\w+$/.test(key) && /failed|ignored/.test(status));

const firstLine = (told: string): string => told.replace(/\\n.*$/s, '"');

/** Each row keyed by its place and host, and by how often that place occurred. */
function numbered(all: readonly Row[]): ReadonlyMap<string, Row> {
  const byKey = new Map<string, Row>();
  const counts = new Map<string, number>();
  for (const row of all) {
    const place = `${row.at} on ${row.host} ${row.part}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    byKey.set(`${place} ${count}`, row);
  }
  return byKey;
}

type Leaf = Pick<Difference, 'key' | 'ours' | 'theirs' | 'around'>;

/** The places inside of two values at which they differ. */
function* leaves(
  key: string,
  ours: unknown,
  theirs: unknown,
  around: Difference['around'] = { ours: {}, theirs: {} },
): Generator<Leaf> {
  if (isRecord(ours) && isRecord(theirs)) {
    for (const name of new Set([...Object.keys(theirs), ...Object.keys(ours)]))
      if (!VARIES.test(name))
        yield* leaves(key === '' ? name : `${key}.${name}`, ours[name], theirs[name], { ours, theirs });
  } else if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    const [a, b] = [inOrder(ours), inOrder(theirs)];
    for (const [index, value] of a.entries()) yield* leaves(`${key}[]`, value, b[index], around);
  } else if (told(ours) !== told(theirs)) yield { key, ours: told(ours), theirs: told(theirs), around };
}

/** What cannot be the same twice, and Ansible's echo of the parameters. */
const VARIES =
  /^(invocation|start|end|delta|atime|ctime|mtime|inode|backup_file|elapsed|version|exception|_ansible.*)$/;

/** What `find` found has the order of the directory on the disk. */
const inOrder = (values: readonly unknown[]): readonly unknown[] =>
  values.every((one) => isRecord(one) && 'path' in one && 'isreg' in one)
    ? values.toSorted((one, another) => (pathOf(one) < pathOf(another) ? -1 : 1))
    : values;

const pathOf = (value: unknown): string => (isRecord(value) ? String(value['path']) : '');

const told = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(sorted(value)).replaceAll(BACKUP, '');

/** The process and the time in the name of a backup. */
const BACKUP = /\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d(?=~)/g;

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, sorted(inner)] as const)
      .toSorted(([one], [another]) => (one < another ? -1 : 1)),
  );
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
