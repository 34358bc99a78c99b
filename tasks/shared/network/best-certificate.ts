import { type Certificate, covers, issuedBy, keyMatches, type Lineage, readCertificates } from '../../../src/sdk.ts';

/** Which of two hosts' certificates to use. */
export type Choice =
  /** The certificate on this host is suitable, and the other one is unsuitable or does not expire later. */
  | { readonly take: 'here' }
  /** The other host's certificate is suitable, and the one on this host is unsuitable or expires earlier. */
  | { readonly take: 'there' }
  /** Both hosts have the same certificate. */
  | { readonly take: 'same' }
  /** Neither is suitable, for these reasons. */
  | { readonly take: 'none'; readonly here: string; readonly there: string };

/** Chooses between two certificates: the suitable one or, if both are suitable, the one that expires later. */
export function choose(
  here: Lineage | undefined,
  there: Lineage | undefined,
  names: readonly string[],
  now: Date,
): Choice {
  const [ours, theirs] = [judged(here, names, now), judged(there, names, now)];
  if (typeof ours === 'string')
    return typeof theirs === 'string' ? { take: 'none', here: ours, there: theirs } : { take: 'there' };
  if (typeof theirs === 'string') return { take: 'here' };
  if (ours.fingerprint === theirs.fingerprint) return { take: 'same' };
  return { take: ours.notAfter >= theirs.notAfter ? 'here' : 'there' };
}

/** A certificate if it is suitable; otherwise the reason why it is not. */
function judged(lineage: Lineage | undefined, names: readonly string[], now: Date): Certificate | string {
  if (lineage?.chain === undefined) return 'absent';
  const chain = readCertificates(lineage.chain);
  const certificate = chain?.[0];
  if (chain === undefined || certificate === undefined) return 'unreadable';
  if (certificate.notBefore > now) return `not valid before ${certificate.notBefore.toISOString()}`;
  if (certificate.notAfter <= now) return `expired on ${certificate.notAfter.toISOString()}`;
  const missing = names.filter((name) => !covers(certificate, name));
  if (missing.length > 0) return `for ${certificate.names.join(', ')}, but not for ${missing.join(', ')}`;
  if (lineage.key === undefined) return 'without its key';
  if (keyMatches(certificate, lineage.key) !== true) return 'with the key for another certificate';
  const broken = chain.some((one, index) => index > 0 && !issuedBy(chain[index - 1] ?? one, one));
  return broken ? 'with the chain for another certificate' : certificate;
}
