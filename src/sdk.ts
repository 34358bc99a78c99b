/** Everything a task type may import. */

export { bindParams, type ParamProblem } from './core/bind-params.ts';
export { becomes, blurs, type Change, type Diff, type Effect, mayAlter, predicts } from './core/change.ts';
export {
  anyCode,
  type Command,
  type FromHost,
  joined,
  ownLocale,
  quote,
  reading,
  Script,
  type ShellText,
  script,
  sh,
  type Word,
  writtenScript,
} from './core/command.ts';
export { exporting } from './core/commands/exporting.ts';
export { forgetJob } from './core/commands/job.ts';
export { fitsUstar, ustar } from './core/commands/ustar.ts';
export { type FileToWrite, writeFile } from './core/commands/write-file.ts';
export { fitsTree, type TreeFile, writeFiles } from './core/commands/write-files.ts';
export { compareVersions } from './core/debian-version.ts';
export { localWarnings } from './core/facts/local.ts';
export { badSubset, selectFacts } from './core/facts/subsets.ts';
export { type ChecksumAlgorithm, hash, hmacSha1 } from './core/hash.ts';
export { withLacking } from './core/lacking.ts';
export type { Bytes } from './core/local-content.ts';
export { chmodMode, computeMode, showMode } from './core/mode.ts';
export { must } from './core/must.ts';
export { pairs } from './core/pairs.ts';
export type { BoundTask, ParamSpec, ParamSpecs, Params } from './core/params.ts';
export type { Becoming, Holding } from './core/picture/becoming.ts';
export {
  type Answer,
  type AnyQuestion,
  type ControllerQuestion,
  optional,
  type Question,
  type QuestionKind,
  question,
} from './core/question.ts';
export { type Account, groupAccount, userAccount } from './core/questions/accounts/account.ts';
export { type HomeFile, homeFile } from './core/questions/accounts/home-file.ts';
export { type Self, self } from './core/questions/accounts/self.ts';
export { type SshKey, sshKey } from './core/questions/accounts/ssh-key.ts';
export { type AccountTools, noUser, type Shadow, type UserState, user } from './core/questions/accounts/users.ts';
// The typed questions, and the commands that many types share.
export { each, together } from './core/questions/each.ts';
export { type Facts, facts } from './core/questions/facts.ts';
export { archive, memberPrintings } from './core/questions/files/archive.ts';
export { tarArguments, withArchive, zipMembers } from './core/questions/files/archive-script.ts';
export type {
  ArchiveArg,
  ArchiveMember,
  ArchiveSource,
  ArchiveState,
  MemberThere,
} from './core/questions/files/archive-state.ts';
export { type Checksum, checksum } from './core/questions/files/checksum.ts';
export { clone } from './core/questions/files/clone.ts';
export { type Content, content } from './core/questions/files/content.ts';
export {
  type Entry,
  type EntryKind,
  fileId,
  followed,
  type Inode,
  namesOf,
  type PathState,
} from './core/questions/files/entry.ts';
export { exists } from './core/questions/files/exists.ts';
export { type FileDetails, fileDetails } from './core/questions/files/file-details.ts';
export { type FileFlags, fileFlags } from './core/questions/files/file-flags.ts';
export { type Finding, type Found, found } from './core/questions/files/found.ts';
export { type Fragment, fragments } from './core/questions/files/fragments.ts';
export { type Listed, listing } from './core/questions/files/listing.ts';
export {
  directoriesAbove,
  entries,
  joinPath,
  nameOf,
  parentOf,
  rootedPath,
  targetPath,
  tidyPath,
} from './core/questions/files/paths.ts';
export { stat } from './core/questions/files/stat.ts';
export { type TreeEntry, type TreeOptions, tree } from './core/questions/files/tree.ts';
export { type DnsAnswer, type DnsLookup, type DnsReply, dns } from './core/questions/network/dns.ts';
export { type HttpReply, type HttpRequest, http, httpScript, readHttp } from './core/questions/network/http.ts';
export { type Lineage, lineages } from './core/questions/network/lineages.ts';
export { nameInHeaders, servedName } from './core/questions/network/served-name.ts';
export { type TcpAnswer, type TcpQuestion, tcp } from './core/questions/network/tcp.ts';
export { download, servedPath, type UrlState, urlState } from './core/questions/network/url-state.ts';
export { nothing } from './core/questions/nothing.ts';
export {
  type AptLists,
  type AptPolicy,
  type AptSimulation,
  aptError,
  aptLists,
  aptPolicy,
  aptSimulation,
} from './core/questions/packages/apt.ts';
export { packageManager } from './core/questions/packages/manager.ts';
export { type Package, type Packages, packages } from './core/questions/packages/packages.ts';
export { type Freshness, freshness, type Newest } from './core/questions/services/freshness.ts';
export { type JobState, job } from './core/questions/services/job.ts';
export { listening } from './core/questions/services/listening.ts';
export type { OpenrcService, Unit, UnitScope } from './core/questions/services/unit.ts';
export { fullName, systemctl, unit } from './core/questions/services/units.ts';
export { type Unread, unitsAreRead, unreadUnits } from './core/questions/services/unread-units.ts';
export { costlyShell, type ShellAnswer, type ShellQuestion, shell, shellAnswer } from './core/questions/shell.ts';
export { type Container, type Live, pct } from './core/questions/storage/pct.ts';
export { type Snapshot, type Snapshots, type SnapshotsOf, snapshots } from './core/questions/storage/snapshots.ts';
export { type Dataset, datasetAndBelow, zfs } from './core/questions/storage/zfs.ts';
export { type Reached, type WhenReachable, whenReachable } from './core/questions/when-reachable.ts';
export { freshSalt, isScramVerifier, scramMatches, scramVerifier } from './core/scram.ts';
export type { Endpoint, Reply } from './core/session.ts';
export { optionWords, splitWords } from './core/split-words.ts';
export {
  type AnyTaskType,
  type Controller,
  ControllerError,
  type Done,
  defineTask,
  type Example,
  type Plan,
  type Questions,
  type StartedJob,
  type StateOf,
  type TaskContext,
  type TaskResult,
  type TaskType,
  type TemplateOptions,
} from './core/task-type.ts';
export { codeOf } from './core/text/code-of.ts';
export { globPattern } from './core/text/glob.ts';
export { truthOf } from './core/text/truth.ts';
export { upTo } from './core/text/up-to.ts';
export { decodeText, encodeText, type OpenedText, openText } from './core/text-codec.ts';
export type { Absence, Thing } from './core/thing.ts';
export type { Subject } from './core/touches.ts';
export { urlLogin } from './core/url-login.ts';
export { Expression, fromJs, toJs } from './core/value.ts';
export { type Certificate, covers, isSignedBy, issuedBy, keyMatches, readCertificates } from './core/x509.ts';
// Password files, whose hashes the controller checks and computes.
export { hasHash, htpasswdHash } from './template/crypt/htpasswd.ts';
export type { Pattern } from './template/python/pattern.ts';
// Python-style regular expressions, for patterns written by users.
export {
  compilePattern,
  compileReplacement,
  type Match,
  matches,
  search as searchPattern,
  substitute,
} from './template/python/regex.ts';
// For YAML files found on hosts: reading them, and locating the values in them.
export { loadYaml } from './yaml/load.ts';
export { valuePlaceOf } from './yaml/places.ts';
export { loadPlainAll } from './yaml/plain-values.ts';
