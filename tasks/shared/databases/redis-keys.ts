import { type Question, type ShellAnswer, shellAnswer } from '../../../src/sdk.ts';
import { type RedisLogin, redisAsk, redisFailure, redisQuoted, redisTexts } from './redis-client.ts';

/** Ask for the value of a key. */
export const askKey = (login: RedisLogin, key: string): Question<ShellAnswer> =>
  redisAsk(login, ['GET', key], keySubject(key));

/** Ask how long a key will exist; -1 if it does not expire. */
export const askExpiry = (login: RedisLogin, key: string): Question<ShellAnswer> =>
  redisAsk(login, ['PTTL', key], keySubject(key));

const keySubject = (key: string): string => `database:redis/key/${key}`;

/** The value of a key; undefined if there is none. */
export const keyValue = (answer: ShellAnswer): string | undefined => redisTexts(answer)[0];

/** The answer for a key with this value. */
export const keyAnswer = (value: string | undefined): ShellAnswer =>
  shellAnswer(`${value === undefined ? '(nil)' : redisQuoted(value)}\n`);

/** Whether a key has no end, in the answer to `askExpiry`. */
export const neverExpires = ({ stdout }: ShellAnswer): boolean => stdout === NEVER;

const NEVER = '(integer) -1\n';

/** The answer for a key that has no end. */
export const noExpiry = shellAnswer(NEVER);

/** Why a key could not be read; undefined if it could. */
export function keyFailure(answer: ShellAnswer, key: string): string | undefined {
  const why = redisFailure(answer);
  return why?.startsWith('WRONGTYPE') ? `the value of key ${key} is not a text: ${why}` : why;
}
