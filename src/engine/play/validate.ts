import { writtenScript } from '../../core/command.ts';
import type { Outcome, TaskRef } from '../../core/event.ts';
import { shell } from '../../core/questions/shell.ts';
import { toJs } from '../../core/value.ts';
import type { Block } from '../../language/model.ts';
import { asTold } from '../host/as-told.ts';
import { dependsOn } from '../host/depends-on.ts';
import { eachLimited } from '../host/each-limited.ts';
import type { Identity } from '../host/identity.ts';
import { putBack, release } from '../host/journal.ts';
import { runSilently } from '../host/run-silently.ts';
import { unreachable } from '../task/outcome.ts';
import { type Computation, retryWhenKnown } from '../task/retry-when-known.ts';
import { placed } from '../variables/error-text.ts';
import { keywordTruth, keywordValue } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { BatchRun } from './batch-run.ts';
import { blockKey, learnLeft } from './left-over.ts';
import type { PlayHost } from './play-host.ts';
import { recordOutcome } from './record-outcome.ts';

/**
 * Validate what a validating block changed: the command must succeed, otherwise everything is rolled back and the
 * block has failed.
 */
export async function validate(performing: BatchRun, hosts: readonly PlayHost[], block: Block): Promise<void> {
  const { play } = performing;
  const key = blockKey(block);
  await eachLimited(hosts, play.run.options.forks, async (host) => {
    await learnLeft(performing, host);
    const due = host.touchedBlocks.has(key) || host.left?.blocks.includes(key) === true;
    if (!due || play.run.options.check) return host.cursor.advance();
    const proof = await retryWhenKnown({ play, state: host.state }, () => proofOf(play, host, block));
    const { command, censored } = proof.is === 'value' ? proof.value : { command: '', censored: true };
    const ref: TaskRef = {
      id: block.id,
      name: censored ? 'validate' : `validate: ${command}`,
      type: 'validate',
      at: block.validate!.at,
      handler: false,
      tags: block.keywords.tags,
      step: block.keywords.step,
    };
    play.run.emit({ kind: 'task-started', play: play.definition.id, task: ref, host: host.name });
    const startedAt = performance.now();
    const outcome =
      proof.is === 'value' ? await prove(host, key, proof.value) : await unproved(play, host, key, messageOf(proof));
    play.run.emit({
      kind: 'task-finished',
      play: play.definition.id,
      task: ref,
      host: host.name,
      outcome: asTold({ ...outcome, censored: censored ? true : undefined }),
      tookMs: performance.now() - startedAt,
    });
    if (outcome.status === 'ok') {
      host.touchedBlocks.delete(key);
      host.cursor.advance();
    }
    recordOutcome(play, host, block, outcome);
    host.toPutBack.splice(0);
  });
}

/** The command that validates a block, and the identity that runs it. */
interface Proof {
  readonly command: string;
  readonly censored: boolean;
  readonly identity: Identity;
}

function proofOf(play: PlayContext, host: PlayHost, block: Block): Proof {
  const sight = play.scopes.of(host.state, block, host.exported);
  return {
    command: String(toJs(keywordValue(block.validate, sight) ?? '')),
    censored: keywordTruth(block.keywords.noLog, sight) === true,
    identity: play.identity(host.state, { keywords: block.keywords }, sight),
  };
}

function messageOf(proof: Exclude<Computation<never>, { is: 'value' }>): string {
  if (proof.is === 'mistaken') return placed(proof.error);
  return proof.is === 'unknown' ? dependsOn(proof.because) : proof.failure.message;
}

/** The command that would validate the block could not be computed: roll back what the block changed. */
async function unproved(play: PlayContext, host: PlayHost, key: string, why: string): Promise<Outcome> {
  const back = await undo(host, key, play.mainIdentity(host.state));
  const message = `${why}; ${back ? "the block's changes were rolled back" : "the block's changes could NOT be rolled back"}`;
  return { status: 'failed', changes: [], message, result: { failed: true, msg: message } };
}

async function prove(host: PlayHost, key: string, { command, censored, identity }: Proof): Promise<Outcome> {
  const question = shell({ script: writtenScript(command).text }, { secret: censored });
  host.state.link.beliefs.forget();
  const asked = await host.state.link.ask(identity, [question], async () => []);
  if (!asked.ok) return unreachable(asked.failure);
  const belief = asked.beliefs.get(question.key);
  const said =
    belief?.is === 'answer' && belief.answer.ok
      ? (belief.answer.value as { code: number; stdout: string; stderr: string })
      : { code: 1, stdout: '', stderr: 'no answer' };
  const link = host.state.link;
  if (said.code === 0) {
    for (const who of keepersOf(host, key, identity)) await runSilently(link, who, [release(host.name, key)]);
    host.dueInBlock.delete(key);
    return {
      status: 'ok',
      changes: [],
      result: { changed: false, cmd: command, rc: 0, stdout: said.stdout, stderr: said.stderr },
    };
  }
  const back = await undo(host, key, identity);
  const message = `${command} failed, ${back ? "so the block's changes were rolled back" : "and the block's changes could NOT be rolled back; the former state is in /var/lib/retrace/kept"}: ${(said.stderr || said.stdout).trim()}`;
  return {
    status: 'failed',
    changes: [],
    message,
    result: { failed: true, msg: message, rc: said.code, stdout: said.stdout, stderr: said.stderr },
  };
}

/** A task inside a validating block failed: roll back what the block has changed so far. */
export async function putBackLeft({ play }: BatchRun, host: PlayHost): Promise<void> {
  for (const block of host.toPutBack.splice(0)) {
    const key = blockKey(block);
    if (!host.touchedBlocks.has(key) || play.run.options.check) continue;
    const proof = await retryWhenKnown({ play, state: host.state }, () => proofOf(play, host, block));
    const back = await undo(host, key, proof.is === 'value' ? proof.value.identity : play.mainIdentity(host.state));
    host.touchedBlocks.delete(key);
    const message = back
      ? `the changes made by the block ${String(block.name ?? '')} were rolled back`
      : `the block's changes could not be rolled back; the former state is in /var/lib/retrace/kept/${key}`;
    play.run.emit({
      kind: 'warning',
      host: host.name,
      diagnostic: { severity: 'warning', code: 'put-back', message, at: block.at },
    });
  }
}

/**
 * The identities whose journals hold the state from before a block: those that changed something in it or, after an
 * interrupted run, the block's own.
 */
const keepersOf = (host: PlayHost, key: string, own: Identity): readonly Identity[] => {
  const those = [...(host.touchedBlocks.get(key)?.values() ?? [])];
  return those.length === 0 ? [own] : those;
};

/** Roll everything back; handlers that were due only because of it are no longer due. */
async function undo(host: PlayHost, key: string, own: Identity): Promise<boolean> {
  const due = host.dueInBlock.get(key) ?? new Set<number>();
  host.dueInBlock.delete(key);
  let back = true;
  for (const who of keepersOf(host, key, own))
    back = (await runSilently(host.state.link, who, [putBack(host.name, key)])) && back;
  if (!back) return false;
  for (const id of due) host.due.delete(id);
  // The same applies to handlers that an earlier run left only because of this block.
  if (host.left !== undefined)
    host.left = { ...host.left, handlers: host.left.handlers.filter(({ blocks }) => !blocks.includes(key)) };
  return true;
}
