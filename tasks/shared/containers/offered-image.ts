import { type Question, type ShellAnswer, script } from '../../../src/sdk.ts';
import { listInside } from '../json.ts';
import { askEngine } from './ask-engine.ts';
import { type Engine, engineComplaint } from './engine.ts';
import type { Inspected } from './inspect.ts';
import { entriesAt, textAt } from './json.ts';

/**
 * Ask a registry about an image. The checksum of what buildx prints is the digest that the engine keeps of a pulled
 * image; without buildx, the registry is asked for everything that the image refers to.
 */
export const offered = (engine: Engine, reference: string, platform: string | undefined): Question<ShellAnswer> =>
  askEngine(
    engine,
    script`if _engine buildx version >/dev/null 2>&1; then
  raw=$(_engine buildx imagetools inspect --raw -- ${reference} && echo .) || exit
  printf 'digest '
  printf '%s' "\${raw%.}" | sha256sum
else
  _engine version --format 'platform {{.Server.Os}}/{{.Server.Arch}}' && echo ${platform ?? ''} &&
    _engine manifest inspect ${isHere(reference) ? ['--insecure'] : []} -v -- ${reference}
fi`,
    { about: [], beyond: true },
  );

/** Whether the registry runs on the host: there, the daemon does not insist on TLS either. */
const isHere = (reference: string): boolean => /^(?:localhost|127\.[0-9.]+|\[::1\])(?::\d+)?\//.test(reference);

/** Whether a registry offers the image that the host has; if that cannot be told, why. */
export function readOffer(
  { code, stdout, stderr }: ShellAnswer,
  image: NonNullable<Inspected>,
): 'same' | 'other' | { readonly why: string } {
  if (code !== 0) return { why: `the registry does not tell which image it has: ${engineComplaint(stderr, code)}` };
  const digests = listInside(image, 'RepoDigests').map((one) => String(one).replace(/^.*@/, ''));
  const [, checksum] = /^digest (?<sum>[0-9a-f]{64})\b/.exec(stdout) ?? [];
  if (checksum !== undefined) return digests.includes(`sha256:${checksum}`) ? 'same' : 'other';
  const [first = '', given = '', ...rest] = stdout.split('\n');
  const manifests = [JSON.parse(rest.join('\n')) as unknown].flat();
  const [system, architecture] = (given || first.replace(/^platform /, '')).split('/');
  const mine = manifests.filter(
    (one) =>
      manifests.length === 1 ||
      (textAt(one, 'Descriptor', 'platform', 'os') === system &&
        textAt(one, 'Descriptor', 'platform', 'architecture') === architecture),
  );
  const isSame = mine.some(
    (one) =>
      digests.includes(textAt(one, 'Descriptor', 'digest')) ||
      entriesAt(one).some(([, manifest]) => textAt(manifest, 'config', 'digest') === textAt(image, 'Id')),
  );
  return isSame ? 'same' : 'other';
}
