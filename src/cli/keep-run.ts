import { appendRecord, declaredDigest, type HistoryPlace, historyPlace } from '../audit/journal.ts';
import type { Watch } from '../audit/orphans/watch.ts';
import type { RunRecord } from '../audit/record.ts';
import type { Reporter } from '../core/event.ts';
import type { Secrets } from '../core/secrets.ts';
import { systemReason } from '../core/system-error.ts';
import type { RunOptions } from '../engine/variables/run-context.ts';
import type { Face } from './face.ts';

/** What a run needs to be kept in the history: watchers of its events, and options. */
interface Keeper {
  readonly watchers: readonly Reporter[];
  readonly options: Pick<RunOptions, 'digest' | 'declarations'>;
}

/** How this process is called. */
interface Call {
  readonly face: Face;
  readonly isLab: boolean;
  /** An audit is kept by its own command. */
  readonly isAudit: boolean;
  readonly secrets: Secrets;
  /** It looks at a part of the playbooks only. */
  readonly isPartial: boolean;
  /** The approval hash of the plan that is applied. */
  readonly plan?: string | undefined;
}

/**
 * Where this process keeps its runs: not under Ansible's names, whose users expect nothing of the kind; and not of the lab, whose
 * hosts have the names of others and do not last, unless RETRACE_HISTORY names a place.
 */
export const placeOfRun = (
  env: NodeJS.ProcessEnv,
  { face, isLab }: Pick<Call, 'face' | 'isLab'>,
): HistoryPlace | undefined =>
  face.ansible || (isLab && env['RETRACE_HISTORY'] === undefined) ? undefined : historyPlace(env);

/** What is not kept: a list, or a look at the syntax. */
export const NOT_KEPT: Keeper = { watchers: [], options: {} };

/** Keeps a run in the history. If there is no place for it, the run goes on without; only an audit says so. */
export async function keeperOf(env: NodeJS.ProcessEnv, call: Call): Promise<Keeper> {
  const place = placeOfRun(env, call);
  if (place === undefined) return NOT_KEPT;
  try {
    const options = { digest: declaredDigest(place) };
    if (call.isAudit) return { watchers: [], options };
    const [{ collector }, { recordOf }, { watchDeclarations }] = await Promise.all([
      import('../audit/collect.ts'),
      import('../audit/record.ts'),
      import('../audit/orphans/watch.ts'),
    ]);
    const declarations = watchDeclarations({ asksUnrun: false });
    const { report, end } = collector();
    const watch: Reporter = (event) => {
      report(event);
      if (event.kind !== 'run-finished') return;
      const collected = end();
      try {
        const record = recordOf(collected, collected.check ? 'check' : 'run', call.plan);
        appendRecord(place, collected.check ? record : { ...record, ...putThere(declarations, call) });
      } catch (error) {
        process.stderr.write(`run: this run is missing in the history: ${systemReason(error) ?? String(error)}\n`);
      }
    };
    return { watchers: [watch], options: { ...options, declarations } };
  } catch (error) {
    if (systemReason(error) === undefined) throw error;
    return NOT_KEPT;
  }
}

/** What a run put on hosts, and what it did not look at. */
const putThere = (declarations: Watch, { secrets, isPartial }: Call): Pick<RunRecord, 'things' | 'missed'> => ({
  things: declarations.applied(secrets),
  ...(!isPartial && { missed: secrets.mask(declarations.missed()) }),
});
