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

/** A condition on what a register tells of a file. */
const ABOUT_FILES = /\br\d+\.(size|mode|checksum)\b/;

const nameOf = (path: unknown): string => String(path).replace(/^.*\//, '');

/** SHA-1 of nothing, as the files of a case are told. */
const EMPTY = 'da39a3ee5e6b';

const isTree = (result: Readonly<Record<string, unknown>>): boolean =>
  result['state'] === 'directory' && 'src' in result && result['failed'] !== true;

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
        'attempts' in around.ours ||
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
    why: 'a clone that cannot be made fails before git is called, so nothing of its command is told',
    is: inResult(
      /^git$/,
      /^(cmd|rc|std(out|err)(_lines)?)$/,
      (one) => onlyTheirs(one) && 'failed_when_result' in one.around.ours,
    ),
  },
  {
    why: 'what an archive program prints is not told',
    is: inResult(/^unarchive$/, /^(extract_results|handler|files)\b/, onlyTheirs),
  },
  {
    why: 'known_hosts tells in check mode what it tells otherwise',
    is: inResult(/^known_hosts$/, /^(uid|gid|owner|group|mode|size|state|path|name|key|hash_host)$/, onlyOurs),
  },
  {
    why: 'tempfile tells only where the file is; its name is random; what a check says of it is in our own words',
    is: inResult(/^tempfile$/, /^(uid|gid|owner|group|mode|size|state|path|msg)$/),
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
    is: ({ kind, around }) => kind === 'file' && Object.keys(around.theirs).length > 0 && !isTree(around.theirs),
  },
  {
    why: 'a task that failed before has left something with Ansible, or has not',
    is: ({ kind, afterFailureThere }) => /^(outcome|result)$/.test(kind) && afterFailureThere,
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
    is: ({ kind, place, ours, theirs, around }) =>
      kind === 'outcome' &&
      place.includes(' item ') &&
      theirs === 'none; no error' &&
      (/^(failed|ignored): The conditional check/.test(ours) || 'censored' in around.ours),
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
    is: ({ kind, ours, theirs, around }) =>
      kind === 'outcome' &&
      /^(changed|ok)/.test(theirs) &&
      (/: `\w+`: expected |: `\w+` is not a parameter|: `\w+` must be one of|: mode must be in octal|: missing required/.test(
        ours,
      ) ||
        (ours === 'failed' && 'censored' in around.ours)),
  },
  {
    why: 'and tells so, where Ansible fails only afterwards',
    is: ({ kind, ours, theirs }) => kind === 'message' && theirs === 'nothing' && /^"`\w+`: expected /.test(ours),
  },
  {
    why: 'ours refuses what would destroy or grow what it works on',
    is: ({ kind, ours }) =>
      kind === 'outcome' &&
      /refusing to link .* to itself|one of its own fragments and would grow|cannot copy .* into itself/.test(ours),
  },
  {
    why: 'the type of what a link leads to is told where the link is followed; Ansible tells that of the link',
    is: inResult(/^stat$/, /(^|\.)stat\.(mimetype|charset)$/, ({ theirs }) => /inode\/symlink|binary/.test(theirs)),
  },
  {
    why: 'a file of tasks that is missing fails its include once, not once for each item',
    is: ({ kind, type, place, ours }) =>
      kind === 'outcome' && /^include_/.test(type) && / task [2-9]$/.test(place) && ours === 'none',
  },
  {
    why: 'the condition of a meta task counts; Ansible warns that it does not support conditions, and performs it',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      type === 'meta' &&
      /^(skipped|failed: The conditional check)/.test(ours) &&
      theirs.startsWith('none;'),
  },
  {
    why: '`ignore_errors: "no"` means no, also where a condition or a loop cannot be computed: there Ansible takes any text for true',
    is: ({ kind, ours, theirs, around }) =>
      kind === 'outcome' &&
      ((/^failed: (The conditional check|Invalid data passed|.* is undefined)/.test(ours) &&
        /^ignored: (The conditional check|Invalid data passed|.* is undefined)/.test(theirs)) ||
        (ours === 'failed' && theirs === 'ignored' && 'censored' in around.ours)),
  },
  {
    why: '`failed_when` judges every failure of a copy; in Ansible not those that its action finds on the controller',
    is: ({ kind, type, around, ours, theirs }) =>
      kind === 'outcome' &&
      /^(copy|template|assemble|unarchive|script)$/.test(type) &&
      ('failed_when_result' in around.ours || 'results' in around.ours) &&
      /^(ok|changed)/.test(ours) &&
      /^(failed|ignored)/.test(theirs),
  },
  {
    why: 'an undefined value in a parameter fails its item; in Ansible, with `delegate_to`, the whole loop, without its items',
    is: ({ kind, place, ours, theirs }) =>
      kind === 'outcome' &&
      place.includes(' item ') &&
      theirs === 'none; no error' &&
      /^failed: (The task includes an option with an undefined variable|template error|expected |unexpected |Failed to template loop_control)/.test(
        ours,
      ),
  },
  {
    why: 'Ansible ends a file with a newline where a block is to be absent, and tells of a block that was not there',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' && type === 'blockinfile' && theirs === 'changed: Block removed' && ours.startsWith('ok'),
  },
  {
    why: 'a path that leads through a file or in a circle does not exist; where Ansible asks for it, that is a failure',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      type === 'stat' &&
      /^(ok|changed)/.test(ours) &&
      /: (Not a directory|Too many levels of symbolic links)$/.test(theirs),
  },
  {
    why: 'a check knows what its own changes do; Ansible looks at the host as it is',
    is: ({ afterChangeInCheck }) => afterChangeInCheck,
  },
  {
    why: 'a check of get_url compares owner and mode, too',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' && type === 'get_url' && /^(changed|none)/.test(ours) && /^(ok|retried)/.test(theirs),
  },
  {
    why: 'a command that its guard holds back says the same in a check',
    is: inResult(/^(command|shell)$/, /^msg$/, ({ ours, theirs }) => theirs.replace('"Would not', '"Did not') === ours),
  },
  {
    why: 'whether the inventory changed is known at once; in Ansible only after `until` and `failed_when` were asked',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      /^(add_host|group_by)$/.test(type) &&
      (theirs === 'retried' || (theirs === 'changed' && /^\w+: failed_when: r\d+(\.| is )changed$/.test(ours))),
  },
  {
    why: 'a mode that cannot be read is refused before anything is written; Ansible has written the file, and goes on with it',
    is: ({ kind, theirs }) => kind === 'outcome' && theirs.startsWith('written before its mode was refused'),
  },
  {
    why: 'an error in the action of a copy ends its whole loop in Ansible, without its items',
    is: ({ kind, type, place, ours, theirs }) =>
      kind === 'outcome' &&
      /^(copy|template|assemble|unarchive|script)$/.test(type) &&
      place.includes(' item ') &&
      theirs === 'none; no error' &&
      ours.startsWith('failed'),
  },
  {
    why: 'copying a tree again changes nothing; with links in it that lead nowhere, Ansible always tells a change',
    is: ({ kind, type, ours, theirs, around }) =>
      kind === 'outcome' &&
      type === 'copy' &&
      ours.startsWith('ok') &&
      theirs.startsWith('changed') &&
      around.theirs['state'] === 'directory',
  },
  {
    why: 'a file is a hard link to itself; with `force`, Ansible makes it anew',
    is: ({ kind, type, ours, theirs, around }) =>
      kind === 'outcome' &&
      type === 'file' &&
      ours === 'ok' &&
      (/^(failed|ignored): Cannot link, file exists at destination$/.test(theirs) ||
        (theirs === 'changed' &&
          (around.ours['src'] === around.ours['dest'] || nameOf(around.ours['src']) === nameOf(around.ours['dest'])))),
  },
  {
    why: 'text is not copied into a directory; through a link to one, Ansible writes it under a random name',
    is: ({ kind, type, ours }) =>
      kind === 'outcome' && type === 'copy' && /^\w+: can not use content with a dir as dest$/.test(ours),
  },
  {
    why: 'variables may be merged into a variable that did not exist',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      type === 'include_vars' &&
      /^(ok|changed)/.test(ours) &&
      /failed to combine|^(failed|ignored)$/.test(theirs),
  },
  {
    why: 'a failure that `failed_when` does not count keeps its message, in our own words',
    is: inResult(
      /./,
      /^msg$/,
      ({ ours, theirs, around }) => 'failed_when_result' in around.ours && /^"/.test(ours) && /^"/.test(theirs),
    ),
  },
  {
    why: 'what would have changed the inventory counts as a change, also if it is a failure that is ignored',
    is: ({ kind, key, around }) =>
      kind === 'recap' && key === 'changed' && ('add_host' in around.theirs || 'add_group' in around.theirs),
  },
  {
    why: 'a tree that is copied on the host keeps its links, and `mode` is that of the copy; where `dest` is made, Ansible follows links, and `mode` is that of `dest`',
    is: ({ kind, around, type, key }) =>
      (kind === 'file' && isTree(around.theirs)) ||
      (kind === 'result' &&
        /^(copy|debug)$/.test(type) &&
        isTree(around.theirs) &&
        /^(dest|mode|uid|gid|owner|group)$/.test(bare(key))),
  },
  {
    why: 'the result of a removal says that the path is absent, in a check as well',
    is: ({ kind, around }) =>
      kind === 'result' && around.ours['state'] === 'absent' && around.theirs['state'] !== 'absent',
  },
  {
    why: 'a task with `retries` alone is repeated until it succeeds, as with newer versions of Ansible',
    is: ({ kind, ours, theirs }) => kind === 'outcome' && ours.startsWith('retried') && theirs.startsWith('none'),
  },
  {
    why: 'raw and script tell in a check what other commands tell',
    is: (difference) =>
      inResult(
        /^(raw|script)$/,
        /^(rc|stdout|stderr|stdout_lines|stderr_lines|msg)$/,
        (one) => onlyOurs(one) || one.ours.includes('would have run'),
      )(difference) ||
      (/^(raw|script)$/.test(difference.type) && difference.theirs === 'retried' && difference.ours === 'none'),
  },
  {
    why: 'the paths of included files are absolute',
    is: inResult(/^include_vars$/, /^ansible_included_var_files/, ({ ours, theirs }) => ours.endsWith(theirs.slice(1))),
  },
  {
    why: 'a file of variables that cannot be read gives no variables, not even an empty dictionary',
    is: inResult(/^include_vars$/, /^ansible_facts\b/, ({ theirs }) => theirs === '{}'),
  },
  {
    why: 'the message of end_host with a condition has its second form only as skip_reason',
    is: inResult(/^meta$/, /^msg$/),
  },
  {
    why: 'a check foresees that a file cannot be touched without its directory',
    is: ({ kind, ours, theirs }) =>
      kind === 'outcome' && theirs === 'changed' && /^(failed|ignored): Error, could not touch target/.test(ours),
  },
  {
    why: 'a file is never copied to itself through a link; Ansible leaves it empty',
    is: ({ kind, type, key, theirs, around }) =>
      (kind === 'file' && theirs.includes(EMPTY)) ||
      (kind === 'result' &&
        /^(copy|debug)$/.test(type) &&
        bare(key) === 'size' &&
        theirs === '0' &&
        'src' in around.theirs),
  },
  {
    why: 'a result that failed, or that a check foresees, has other keys, so a condition that reads one is decided differently',
    is: ({ kind, ours, theirs, around }) =>
      kind === 'outcome' &&
      ((ours === 'failed: Assertion failed' && ABOUT_FILES.test(String(around.ours['assertion']))) ||
        (theirs === 'failed: Assertion failed' && ABOUT_FILES.test(String(around.theirs['assertion']))) ||
        (ours.startsWith('skipped') && ABOUT_FILES.test(String(around.ours['false_condition']))) ||
        /'dict object' has no attribute 'changed'/.test(theirs)),
  },
  {
    why: 'a rescue knows which task failed, also if that was a handler that `flush_handlers` ran',
    is: ({ kind, ours, theirs }) =>
      kind === 'outcome' && /^ok/.test(ours) && theirs.includes("'ansible_failed_task' is undefined"),
  },
  {
    why: 'whether a failure counts as a change follows from its keys (`changed_when: r.rc != 0`), and is compared where it happened',
    is: ({ kind, ours, theirs, around }) =>
      kind === 'outcome' &&
      [ours, theirs].some((one) => /^(failed|ignored): Assertion failed$/.test(one)) &&
      [around.ours, around.theirs].some(({ assertion }) =>
        /^r\d+ is defined and r\d+ is (not )?changed$/.test(String(assertion)),
      ),
  },
  {
    why: 'what add_host registers is registered on all hosts, whether it failed or not',
    is: ({ kind, ours, theirs }) =>
      (kind === 'result' && theirs === '"-"' && ours.includes('"add_host"')) ||
      (kind === 'outcome' && /The 'changed' test expects a dictionary/.test(theirs)),
  },
  {
    why: 'the message of blockinfile tells the owner and mode of a new file, too, and no block that was not there',
    is: inResult(
      /^blockinfile$/,
      /^msg$/,
      ({ ours, theirs }) => /^"File created/.test(theirs) || theirs.replace('Block removed and ', '') === ours,
    ),
  },
  {
    why: 'a failure of file tells the path',
    is: inResult(
      /^file$/,
      /^path$/,
      (difference) => onlyOurs(difference) && 'failed_when_result' in difference.around.ours,
    ),
  },
  {
    why: 'blockinfile leaves the end of a file alone where no block is to be removed',
    is: ({ kind, around }) => kind === 'file' && /^Block removed/.test(String(around.theirs['msg'])),
  },
  {
    why: 'what is found follows from files that differ, for which there is a reason of their own; or is what git keeps inside of a clone',
    is: (difference) =>
      inResult(/^find$/, /^(files|matched|examined)\b/)(difference) &&
      (difference.filesDiffer || JSON.stringify(difference.around.theirs).includes('/.git/')),
  },
  {
    why: 'a check foresees that a clone cannot be made',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      type === 'git' &&
      /( exists and is not a git clone|: cannot clone to .* is not a directory)$/.test(ours) &&
      /^(changed|ok)/.test(theirs),
  },
  {
    why: 'a fact read from a key that only our result has',
    is: ({ kind, type, theirs, key }) =>
      kind === 'result' && type === 'set_fact' && theirs === '"none"' && /^ansible_facts\.f\d+$/.test(key),
  },
  {
    why: 'a task that fails before it changed anything changes nothing, whatever its `changed_when` says',
    is: ({ kind, key, around }) => kind === 'recap' && key === 'changed' && around.theirs['changed'] === true,
  },
  {
    why: 'a directory gets no hard link; where a link leads to one, Ansible links the link',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      type === 'file' &&
      /: hard link not allowed for directory/.test(ours) &&
      theirs === 'changed',
  },
  {
    why: 'a file that is right, and to which a link leads, is told, not the link',
    is: inResult(/^get_url$/, ATTRIBUTES, ({ around }) => around.theirs['state'] === 'link'),
  },
  {
    why: 'what was unpacked through a link is told of the directory',
    is: inResult(/^unarchive$/, ATTRIBUTES, ({ around }) => around.theirs['state'] === 'link'),
  },
  {
    why: 'a check foresees that there can be no file below a file',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      /^(lineinfile|blockinfile)$/.test(type) &&
      /: Destination directory .* is not a directory$/.test(ours) &&
      theirs.startsWith('changed'),
  },
  {
    why: 'a failure that `failed_when` does not count tells its own of the file, or nothing',
    is: (difference) =>
      inResult(/./, ATTRIBUTES, (one) => onlyOurs(one) || onlyTheirs(one))(difference) &&
      'failed_when_result' in difference.around.ours,
  },
  {
    why: 'a hard link of a link is one of the file that it leads to; Ansible links the link',
    is: ({ kind, type, around, ours, theirs }) =>
      (kind === 'result' && type === 'file' && around.ours['state'] === 'hard' && !('uid' in around.theirs)) ||
      (kind === 'file' && around.theirs['state'] === 'hard') ||
      (kind === 'outcome' &&
        type === 'file' &&
        theirs === 'ok' &&
        ours === 'changed' &&
        around.ours['state'] === 'hard'),
  },
  {
    why: 'an undefined loop fails the task; with `delegate_to`, Ansible runs it',
    is: ({ kind, place, ours, theirs }) =>
      kind === 'outcome' && place.includes(' item ') && ours === 'none' && /^(changed|ok)/.test(theirs),
  },
  {
    why: 'a copy that does nothing because of `force: false` tells the path of the file',
    is: inResult(
      /^copy$/,
      /^dest$/,
      ({ ours, theirs, around }) => around.theirs['changed'] === false && ours.startsWith(theirs.replace(/\/?"$/, '/')),
    ),
  },
  {
    why: 'wrong parameters fail each item; in Ansible the whole loop, without its items',
    is: ({ kind, place, ours, theirs }) =>
      kind === 'outcome' &&
      place.includes(' item ') &&
      theirs === 'none; no error' &&
      /^failed: `\w+` is not a parameter/.test(ours),
  },
  {
    why: 'an empty directory is copied into a directory as well',
    is: ({ kind, type, ours, theirs, around }) =>
      kind === 'outcome' &&
      type === 'copy' &&
      ours === 'changed' &&
      theirs === 'ok' &&
      around.theirs['state'] === 'directory',
  },
  {
    why: 'a number is no name of a variable: debug shows it',
    is: ({ kind, type, key, theirs, around }) =>
      type === 'debug' &&
      ((kind === 'result' && /(^|\.)(value|\d+)$/.test(key)) ||
        (kind === 'outcome' && theirs.startsWith('none;') && 'value' in around.ours)),
  },
  {
    why: 'a mode that cannot be computed fails each item; in Ansible, with `delegate_to`, the whole loop',
    is: ({ kind, ours, theirs }) =>
      kind === 'outcome' && ours === 'none' && /: template error while templating string/.test(theirs),
  },
  {
    why: 'with `force_handlers`, handlers run also after a failure that ends the play for all hosts, as with newer versions of Ansible',
    is: ({ kind, theirs }) => kind === 'outcome' && theirs === 'none; no handlers after a failure',
  },
  {
    why: 'a check of a command does not look for its directory: an earlier task may make it',
    is: ({ kind, type, ours, theirs }) =>
      kind === 'outcome' &&
      /^(command|shell|script)$/.test(type) &&
      /^skipped: Command would have run/.test(ours) &&
      /: Unable to change directory before execution/.test(theirs),
  },
  {
    why: 'two hosts of one machine make the same link at the same time; ours sees that it leads elsewhere in the end',
    is: ({ kind, ours }) =>
      kind === 'outcome' &&
      /still differs after the change: link: \S*\/(one|two)\/[^→]* → \S*\/(?!\1)(one|two)\//.test(ours),
  },
  {
    why: 'a loop over a dictionary is refused; with `delegate_to`, Ansible takes its keys',
    is: ({ kind, place, ours, theirs }) =>
      kind === 'outcome' && place.includes(' item ') && ours === 'none' && theirs === 'ok',
  },
];
