import { type Effect, hash, predicts, type Question } from '../../../src/sdk.ts';
import { isObject, type JsonObject, listInside, textInside } from '../json.ts';
import { askRabbit, type Rabbit } from './rabbitmqctl.ts';

/** What is defined in a broker, as RabbitMQ exports it: users with their limits, policies and so on. */
export type Definitions = Readonly<Record<Kind, readonly JsonObject[]>>;

type Kind = 'global_parameters' | 'parameters' | 'permissions' | 'policies' | 'topic_permissions' | 'users' | 'vhosts';

/** Asks for everything that is defined, which takes one call; hashes of passwords are part of it. */
export const askDefinitions = (rabbit: Rabbit): Question<unknown> =>
  askRabbit(rabbit, ['export_definitions', '-'], ['definitions'], { secret: true });

/** The definitions in an answer. */
export const readDefinitions = (told: unknown): Definitions => {
  const rows = (kind: Kind): readonly JsonObject[] => listInside(told, kind).filter(isObject);
  return {
    users: rows('users'),
    vhosts: rows('vhosts'),
    permissions: rows('permissions'),
    topic_permissions: rows('topic_permissions'),
    policies: rows('policies'),
    parameters: rows('parameters'),
    global_parameters: rows('global_parameters'),
  };
};

/** What the question will answer once some kinds of definitions are others. */
export const defines = (rabbit: Rabbit, now: Definitions, others: Partial<Definitions>): Effect =>
  predicts(askDefinitions(rabbit), { ...now, ...others });

/** The definition of this name. */
export const named = (all: readonly JsonObject[], name: string): JsonObject | undefined =>
  all.find((one) => one['name'] === name);

/** Whether there is such a virtual host. */
export const hasVhost = ({ vhosts }: Definitions, name: string): boolean => named(vhosts, name) !== undefined;

/** The failure of a task that names a virtual host that does not exist. */
export const noVhost = (name: string): string => `Virtual host '${name}' does not exist`;

const isElsewhere =
  (key: string, name: string) =>
  (one: JsonObject): boolean =>
    one[key] !== name;

/** All definitions without a virtual host and what is in it. */
export const withoutVhost = (now: Definitions, name: string): Partial<Definitions> => {
  const others = isElsewhere('vhost', name);
  return {
    vhosts: now.vhosts.filter(isElsewhere('name', name)),
    permissions: now.permissions.filter(others),
    topic_permissions: now.topic_permissions.filter(others),
    policies: now.policies.filter(others),
    parameters: now.parameters.filter(others),
  };
};

/** All definitions without a user and what it may do. */
export const withoutUser = (now: Definitions, name: string): Definitions => {
  const others = isElsewhere('user', name);
  return {
    ...now,
    users: now.users.filter(isElsewhere('name', name)),
    permissions: now.permissions.filter(others),
    topic_permissions: now.topic_permissions.filter(others),
  };
};

/** The limits in a definition, without those that limit nothing. */
export const limitsIn = (limits: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (isObject(limits) ? Object.entries(limits) : [])
      .map(([name, value]) => [name, Number(value)] as const)
      .filter(([, value]) => value >= 0),
  );

/** The tags of a user: a list, or in older versions a text. */
export const tagsIn = (user: JsonObject): readonly string[] =>
  (typeof user['tags'] === 'string' ? user['tags'].split(',') : listInside(user, 'tags').map(String)).filter(
    (tag) => tag !== '',
  );

const ALGORITHMS = { md5: 'md5', sha256: 'sha256', sha512: 'sha512' } as const;

/** Whether a user has this password; undefined if it is hashed in a way that is not known. */
export function hasPassword(user: JsonObject, password: string): boolean | undefined {
  const [, name] =
    /^rabbit_password_hashing_(md5|sha256|sha512)$/.exec(textInside(user, 'hashing_algorithm') ?? '') ?? [];
  const stored = Buffer.from(textInside(user, 'password_hash') ?? '', 'base64');
  if (stored.length === 0) return false;
  return name === undefined ? undefined : hashed(password, stored.subarray(0, 4), name).equals(stored);
}

function hashed(password: string, salt: Uint8Array, algorithm: string): Buffer {
  const [, known = 'sha256'] = Object.entries(ALGORITHMS).find(([name]) => name === algorithm) ?? [];
  return Buffer.concat([salt, Buffer.from(hash(known, Buffer.concat([salt, Buffer.from(password)])), 'hex')]);
}

/** The definition's part about a password that is set; the salt will be another one. */
export const passwordFields = (password: string | undefined): JsonObject => ({
  hashing_algorithm: 'rabbit_password_hashing_sha256',
  password_hash: password === undefined ? '' : hashed(password, Buffer.alloc(4), 'sha256').toString('base64'),
});
