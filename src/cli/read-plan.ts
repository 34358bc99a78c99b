import { isPlanFile, PLAN_SCHEMA, type PlanFile } from '../audit/plans/plan-file.ts';
import { hash } from '../core/hash.ts';
import { readLocalFile } from '../core/local-file.ts';
import { isRecord } from '../core/map-texts.ts';
import { systemReason } from '../core/system-error.ts';

/** A plan with its approval hash, or why the file is none. */
type ReadPlan =
  | { readonly ok: true; readonly plan: PlanFile; readonly hash: string }
  | { readonly ok: false; readonly why: string };

/** Reads a plan. Whether it was changed after it was made is not looked at: that needs the key with which it was made. */
export function readPlan(file: string): ReadPlan {
  const read = bytesOf(file);
  if (typeof read === 'string') return { ok: false, why: read };
  const data = parsed(new TextDecoder().decode(read));
  if (!isRecord(data) || !('schema' in data) || !('seal' in data))
    return { ok: false, why: `${file} is not a plan: \`run plan PLAYBOOK -o FILE\` writes one` };
  if (data['schema'] !== PLAN_SCHEMA) {
    const made = `${file} was made by Retrace ${String(data['version'])} in form ${String(data['schema'])}`;
    return { ok: false, why: `${made}; this version reads form ${PLAN_SCHEMA}: plan again` };
  }
  if (!isPlanFile(data)) return { ok: false, why: `${file} has lost a part of the plan: plan again` };
  return { ok: true, plan: data, hash: hash('sha256', read) };
}

function bytesOf(file: string): Uint8Array | string {
  try {
    return readLocalFile(file);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
