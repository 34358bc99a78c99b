import type { Difference } from './compare.ts';

/** Why a difference is meant, or not ours; undefined if nothing explains it. */
export const explained = (difference: Difference): string | undefined => REASONS.find(({ is }) => is(difference))?.why;

interface Reason {
  readonly why: string;
  readonly is: (difference: Difference) => boolean;
}

/** A key of a result, wherever it is shown: in the task's own result, in an item's, in what a play shows of a register. */
const bare = (key: string): string => key.replace(/^msg\.\w+\.?/, '').replace(/^results\[\]\./, '');

/** In results of a type, or in a register that a play shows. */
const inResult =
  (type: RegExp, key: RegExp, holds: (difference: Difference) => boolean = () => true) =>
  (difference: Difference): boolean =>
    (difference.kind === 'result' || difference.kind === 'message') &&
    (difference.type === 'debug' || type.test(difference.type)) &&
    key.test(bare(difference.key)) &&
    holds(difference);

const onlyOurs = ({ theirs }: Difference): boolean => theirs === 'nothing';
const onlyTheirs = ({ ours }: Difference): boolean => ours === 'nothing';

/** Of the results of something that failed, outside of its message. */
const ofFailure = ({ around, kind }: Difference): boolean =>
  kind === 'result' && (around.theirs['failed'] === true || around.ours['failed'] === true);

/** What a file is: modules tell it, each at its own occasions. */
const ATTRIBUTES = /^(uid|gid|owner|group|mode|size|state|path|dest|src|checksum|md5sum)$/;

const REASONS: readonly Reason[] = [
  {
    why: 'a module of Ansible crashes, where ours tells what is wrong',
    is: ({ around, theirs }) =>
      'module_stderr' in around.theirs || /MODULE FAILURE|Unexpected Exception, this is probably a bug/.test(theirs),
  },
  {
    why: 'files are not copied to a temporary directory first: src is that of the controller',
    is: inResult(/copy|template|assemble|get_url/, /^src$/, ({ theirs }) => /\/(remote|local)\/ansible-/.test(theirs)),
  },
  {
    why: 'what differs is registered with --diff only, as a list, with the names of the files on the host; modules of Ansible vary',
    is: inResult(/./, /^diff\b/),
  },
  {
    why: 'newer versions of Ansible tell which condition did not hold, and so do we',
    is: inResult(/./, /^false_condition$/, onlyOurs),
  },
  {
    why: 'Ansible appends the cause of an error to its message once more',
    is: ({ ours, theirs }) => {
      const [mine, other] = [ours.replace(/"$/, ''), theirs.replace(/(\\n.*)?"$/s, '')];
      return other.startsWith(`${mine}. `) && mine.endsWith(other.slice(mine.length + 2));
    },
  },
  {
    why: 'a failure tells why, in our own words; what else its result holds is not compared',
    is: (difference) =>
      ofFailure(difference) ||
      (difference.kind === 'message' && /^"/.test(difference.theirs) && /^"/.test(difference.ours)),
  },
  {
    why: 'only a failure of its own has a message in Ansible; ours tells what made it one',
    is: ({ kind, type, theirs, around }) =>
      kind === 'message' &&
      ('failed_when_result' in around.ours ||
        'changed_when_result' in around.ours ||
        (theirs === 'nothing' && /^include_/.test(type))),
  },
  {
    why: 'a copy tells what is there, also of a tree and where nothing was to be done, but computes no MD5 of what stays on the host',
    is: inResult(
      /^(copy|template|assemble)$/,
      ATTRIBUTES,
      ({ ours, theirs }) => ours === 'nothing' || theirs === 'nothing',
    ),
  },
  {
    why: 'a copy of a tree tells its paths without a slash at the end',
    is: inResult(/^copy$/, /^(src|dest)$/, ({ ours, theirs }) => theirs.replace('/"', '"') === ours),
  },
  {
    why: 'what is fetched tells less about its transport',
    is: inResult(/^get_url$/, /^(msg|status_code|checksum_(src|dest)|src|md5sum|size|url)$/),
  },
  {
    why: 'a clone tells more of its state, and how it was made is not told',
    is: inResult(/^git$/, /^(remote_url_changed|clean|dirty|ahead|before|git_executable_path)$/, onlyOurs),
  },
  {
    why: 'what an archive program prints is not told',
    is: inResult(/^unarchive$/, /^(extract_results|handler|files)\b/, onlyTheirs),
  },
  {
    why: 'known_hosts tells what was to be there, not what the file is',
    is: inResult(/^known_hosts$/, ATTRIBUTES),
  },
  {
    why: 'tempfile tells only where the file is; its name is random',
    is: inResult(/^tempfile$/, ATTRIBUTES),
  },
  {
    why: 'the warnings of items stay with the items; Ansible moves them to the loop',
    is: inResult(/./, /^warnings\b/),
  },
  {
    why: 'a handler that does not exist, or a template of the wrong type in a condition, is a failure of the task; Ansible ends the run',
    is: ({ kind, ours, theirs }) =>
      kind === 'outcome' &&
      /^(none; )?ERROR! (The requested handler|Unexpected templating type error|The conditional check)/.test(theirs) &&
      /^(failed|ignored)/.test(ours),
  },
  {
    why: 'where a task fails, Ansible may leave what it had done before; ours looks at owners and modes first',
    is: ({ kind, around }) => kind === 'file' && Object.keys(around.theirs).length > 0,
  },
  {
    why: 'Ansible cannot check it, we can',
    is: ({ kind, theirs }) => kind === 'outcome' && /^skipped: .*check mode/.test(theirs),
  },
  {
    why: 'a registered value with a date in it is text in Ansible, as Python shows it',
    is: ({ kind, theirs }) => kind === 'result' && theirs.includes('datetime.date('),
  },
  {
    why: 'a condition that cannot be computed fails its item; in Ansible the whole loop, without its items',
    is: ({ kind, place, ours, theirs }) =>
      kind === 'outcome' &&
      place.includes(' item ') &&
      theirs === 'none; no error' &&
      /^(failed|ignored): The conditional check/.test(ours),
  },
  {
    why: 'a loop over something undefined that is skipped has no item to tell; Ansible tells one that is None',
    is: ({ kind, place, ours, theirs }) =>
      kind === 'outcome' && place.includes(' item ') && ours === 'none' && theirs.startsWith('skipped: Conditional'),
  },
  {
    why: 'the inventory learns of a host or a group from a result in our own form',
    is: inResult(/^(add_host|group_by)$/, /^(add_host\.(name|vars)|add_host|add_group|parent_groups)/),
  },
  {
    why: 'ours refuses a wrong value of a parameter that Ansible does not look at, or takes for none',
    is: ({ kind, ours, theirs }) =>
      kind === 'outcome' &&
      /^(changed|ok)/.test(theirs) &&
      /: `\w+`: expected |: `\w+` is not a parameter|: `\w+` must be one of/.test(ours),
  },
  {
    why: 'ours refuses what would destroy or grow what it works on',
    is: ({ kind, ours }) =>
      kind === 'outcome' &&
      /refusing to link .* to itself|one of its own fragments and would grow|cannot copy .* into itself/.test(ours),
  },
];
