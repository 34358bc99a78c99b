import { createHash, randomBytes } from 'node:crypto';
import { isDict, type Value } from '../../core/value.ts';
import { hashPassword } from '../crypt/password-hash.ts';
import { fail } from '../errors.ts';
import { DateTime } from '../python/datetime.ts';
import { bigOf, indexOf, int, isInt, isNumber, numberOf, parseFloat10 } from '../python/number.ts';
import { Envelope } from '../python/object.ts';
import { SeededRandom } from '../python/random.ts';
import { str, typeName } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { strptime } from '../python/strftime.ts';
import { elements, truth } from '../python/values.ts';
import { commentText } from './comment.ts';
import { present } from './common.ts';

/** Ansible's filters for randomness, time, secrets and decoration. */
export const miscFilters: Callees = {
  random: fn('end, start=None, step=None, seed=None', ([end, start, step, seed]) =>
    random(end, start, step, below(seed)),
  ),
  shuffle: fn('value, seed=None', ([value, seed]) => shuffle(value, truth(seed) ? below(seed) : below(null))),
  strftime: fn('format, second=None, utc=False', ([format, second, utc], { session }) => {
    if (typeof present(format) !== 'string')
      return fail(`strftime() argument 1 must be str, not ${typeName(format)}`, 'template-type');
    const at = second === null ? session.env.now() : new Date(Math.floor(seconds(second)) * 1000);
    const zone = truth(utc) ? 0 : -at.getTimezoneOffset();
    return (truth(utc) ? DateTime.utc(at) : new DateTime(at.getTime() + zone * 60_000, 0, zone)).strftime(str(format));
  }),
  to_datetime: fn("value, format='%Y-%m-%d %H:%M:%S'", ([value, format]) => {
    const { ms, microsecond, offsetMinutes } = strptime(str(value), str(format));
    return new DateTime(ms, microsecond, offsetMinutes);
  }),
  password_hash: fn(
    "password, hashtype='sha512', salt=None, salt_size=None, rounds=None, ident=None",
    ([password, type, salt, size, rounds, ident]) =>
      hashPassword(str(password), str(type), {
        salt: optional(salt),
        saltSize: size === null ? undefined : indexOf(size),
        rounds: rounds === null ? undefined : indexOf(rounds),
        ident: optional(ident),
      }),
  ),
  to_uuid: fn("value, namespace='361E6D51-FAEC-444A-9079-341386DA8E2E'", ([value, namespace]) =>
    uuid5(str(value), str(namespace)),
  ),
  comment: fn("text, style='plain', **options", ([text, style, options]) =>
    commentText(str(text), str(style), options as Map<string, Value>),
  ),
  vault: fn(
    "data, secret, salt=None, vault_id='filter_default', wrap_object=False, vaultid=None",
    ([data, secret, salt, id, wrap, old], { session }) => {
      const options = { ...(salt !== null && { salt: str(salt) }), id: str(old ?? id) };
      const envelope = session.env.encrypt(str(data), str(secret), options);
      return truth(wrap) ? new Envelope(envelope) : envelope;
    },
  ),
  unvault: fn("envelope, secret, vault_id='filter_default', vaultid=None", ([envelope, secret], { session }) => {
    const text = str(present(envelope));
    return text.startsWith('$ANSIBLE_VAULT') ? session.env.decryptWith(text, str(secret)) : text;
  }),
};

const optional = (value: Value): string | undefined => (value === null ? undefined : str(value));

function seconds(value: Value): number {
  const number = isNumber(value) ? numberOf(value) : parseFloat10(str(value));
  return number ?? fail(`Invalid value for epoch value (${str(value)})`);
}

type Below = (limit: bigint) => bigint;

function below(seed: Value): Below {
  const generator = new SeededRandom(seed ?? BigInt(`0x${randomBytes(32).toString('hex')}`));
  return (limit) => generator.bigBelow(limit);
}

/** A random index of a list. */
const indexIn = (length: number, pick: Below): number => Number(pick(BigInt(length)));

function random(end: Value, start: Value, step: Value, pick: Below): Value {
  if (isInt(present(end))) {
    const [from, by] = [truth(start) ? bigOf(indexOf(start)) : 0n, truth(step) ? bigOf(indexOf(step)) : 1n];
    const width = bigOf(end as number | bigint) - from;
    const count = (width + by + (by > 0n ? -1n : 1n)) / by;
    if (count <= 0n) return fail(`empty range for randrange() (${from}, ${from + width}, ${width})`);
    return int(from + by * pick(count));
  }
  const items = isDict(end) ? undefined : elements(end);
  if (items === undefined) return fail('random can only be used on sequences and integers');
  if (truth(start) || truth(step)) return fail('start and step can only be used with integer values');
  return items.length === 0 ? fail('Cannot choose from an empty sequence') : items[indexIn(items.length, pick)]!;
}

/** Python's shuffle: from the end, swaps each item with itself or an earlier one. Leaves anything but a list unchanged. */
function shuffle(value: Value, pick: Below): Value {
  const items = elements(value);
  if (!items) return value;
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = indexIn(i + 1, pick);
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}

function uuid5(name: string, namespace: string): string {
  const hex = namespace.replace(/^urn:uuid:|[{}-]/g, '');
  if (!/^[\da-f]{32}$/i.test(hex))
    return fail(`Invalid value '${namespace}' for 'namespace': badly formed hexadecimal UUID string`);
  const digest = createHash('sha1').update(Buffer.from(hex, 'hex')).update(name).digest().subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
