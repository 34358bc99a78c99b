import type { Change } from '../../core/change.ts';
import { type Command, joined, type Script, script, sh } from '../../core/command.ts';
import { hash } from '../../core/hash.ts';
import { type Question, type QuestionKind, question } from '../../core/question.ts';
import { onlyReply } from '../../core/questions/only-reply.ts';
import { decodeText, encodeText } from '../../core/text-codec.ts';
import { blockField, fieldsOf, type HandlerNote, readNote } from './handler-note.ts';

/**
 * The state that an interrupted run leaves for the next one, stored on the host itself: handlers that were notified but
 * have not run, and the former state of what a validating block has changed but not yet validated. Written just before
 * the change that it belongs to, in the same round; deleted when the handlers have run and the block is validated.
 */
export interface LeftOver {
  readonly handlers: readonly HandlerNote[];
  readonly blocks: readonly string[];
}

// Root's journal is the host's; any other user has their own.
const folder = script`d=/var/lib/retrace; [ -w /var/lib ] || d="$HOME/.local/state/retrace"; `;

// Several hosts in an inventory may be the same machine, so each has its own handlers.
const handlersOf = (host: string): string => `handlers-${encodeURIComponent(host)}`;

const kind: QuestionKind<string, LeftOver> = {
  name: 'left-over',
  scripts: ([host = '']) => [
    {
      script:
        sh`${folder}n=${handlersOf(host)}; for f in "/var/lib/retrace/$n" "$d/$n"; do [ -r "$f" ] && sed 's/^/handler /' "$f"; done; for f in "$d"/kept/*; do [ -d "$f" ] && printf 'block %s\n' "\${f##*/}"; done; :`
          .script,
    },
  ],
  read: onlyReply((reply) => {
    const lines = decodeText(reply.stdout).split('\n');
    const those = (word: string) => [
      ...new Set(lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))),
    ];
    return [{ ok: true, value: { handlers: those('handler').map(readNote), blocks: those('block') } }];
  }),
  about: () => ['retrace:journal'],
};

/** Ask for the state that an interrupted run left on the host. */
export const leftOver = (host: string): Question<LeftOver> => question(kind, host);

/** Where the handler notes of a host are stored, for messages. */
export const notesOf = (host: string): string =>
  `/var/lib/retrace/${handlersOf(host)} on the host (~/.local/state/retrace/${handlersOf(host)} for a user other than root)`;

/** Record that a handler is due, before the change that notifies it. */
export const noteHandler = (host: string, note: HandlerNote): Command => ({
  ...sh`${folder}mkdir -p "$d" && printf '%s\n' ${fieldsOf(note).join('\t')} >>"$d"/${handlersOf(host)}`,
  shown: `note that ${note.name} is due`,
});

/** Filter a host's notes, if there are any: the filter's output replaces them. */
const rewrite = (host: string, filter: Script): Script =>
  script`f="$d"/${handlersOf(host)}; [ ! -f "$f" ] || { ${filter} <"$f" >"$f.new"; mv "$f.new" "$f"; [ -s "$f" ] || rm -f "$f"; }; `;

/** Delete the notes of the named handlers, which have run. Other notes stay. */
export const forgetHandlers = (host: string, names: readonly string[]): Command => {
  const patterns = joined(
    names.map((name) => script`${name}|${`${name}\t`}*`),
    script`|`,
  );
  const filter = script`while IFS= read -r l; do case $l in ${patterns}) ;; *) printf '%s\n' "$l" ;; esac; done`;
  return {
    ...sh`${folder}${rewrite(host, filter)}rmdir "$d" 2>/dev/null; :`,
    shown: `forget that ${names.join(', ')} were due`,
  };
};

/**
 * Save the former state of what a change is about to affect, each path once per block. Each path gets its own file,
 * since it may contain any character.
 */
export const keep = (block: string, changes: readonly Change[]): readonly Command[] =>
  [...new Set(changes.flatMap((change) => change.paths ?? []))].map((path) => ({
    ...sh`${folder}k="$d"/kept/${block}; s="$k"/seen-${hash('sha1', encodeText(path))}; mkdir -p "$k" && chmod 700 "$k" && if [ ! -e "$s" ]; then n=$(($(cat "$k/count" 2>/dev/null || echo 0) + 1)); { [ ! -e ${path} ] && [ ! -L ${path} ] || cp -a -- ${path} "$k/was-$n"; } && printf %s ${path} >"$k/path-$n" && echo $n >"$k/count" && : >"$s"; fi`,
    shown: `save the current state of ${path}`,
  }));

/** A block's changes have been validated: neither they nor their handler notifications can be rolled back any more. */
export const release = (host: string, block: string): Command => ({
  ...sh`${folder}${rewrite(host, script`sed ${`s/\t${blockField(block)}//`}`)}rm -rf -- "$d"/kept/${block}; rmdir "$d/kept" "$d" 2>/dev/null; :`,
  shown: 'delete the saved state',
});

// A path may end in line breaks, which `$(…)` would remove.
const WITHOUT_DOT = script`"\${p%.}"`;

/**
 * Restore everything as it was before the block, and delete the handlers that only the block notified. A list of paths,
 * one per line, comes from an older version and cannot be trusted: a path may contain line breaks.
 */
export const putBack = (host: string, block: string): Command => ({
  ...sh`${folder}k="$d"/kept/${block}; [ ! -e "$k/paths" ] || exit 1; n=1; while [ -e "$k/path-$n" ]; do p=$(cat "$k/path-$n" && echo .) && p=${WITHOUT_DOT} && rm -rf -- "$p" && { [ ! -e "$k/was-$n" ] && [ ! -L "$k/was-$n" ] || cp -a -- "$k/was-$n" "$p"; } || exit 1; n=$((n + 1)); done; rm -rf -- "$k"; ${rewrite(host, script`grep -vF ${`\t${blockField(block)}`}`)}rmdir "$d/kept" "$d" 2>/dev/null; :`,
  shown: 'restore the saved state',
});
