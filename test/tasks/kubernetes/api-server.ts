import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApi } from './open-api.ts';
import { isObject, type Json, jsonPatched, merged } from './patches.ts';

/** An object of the cluster. */
export type Thing = { readonly [key: string]: Json };

interface Resource {
  readonly gv: string;
  readonly kind: string;
  readonly name: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

const builtIn: readonly Resource[] = [
  'v1 Namespace namespaces ns',
  'v1 Node nodes no',
  'v1 ConfigMap configmaps cm *',
  'v1 Secret secrets secret *',
  'v1 Pod pods po *',
  'v1 Service services svc *',
  'v1 ServiceAccount serviceaccounts sa *',
  'apps/v1 Deployment deployments deploy *',
  'apps/v1 ReplicaSet replicasets rs *',
  'apps/v1 DaemonSet daemonsets ds *',
  'batch/v1 Job jobs job *',
  'apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions crd',
].map((line) => {
  const [gv = '', kind = '', name = '', short = '', scope] = line.split(' ');
  return { gv, kind, name, shortNames: [short], namespaced: scope === '*' };
});

/** What the server was asked to do. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly user: string | undefined;
  readonly body: string;
}

/** A refusal, as the server reports it. */
class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  /** What is wrong with which field. */
  readonly details: Json;
  constructor(code: number, reason: string, message: string, details: Json = {}) {
    super(message);
    this.details = details;
    this.code = code;
    this.reason = reason;
  }
}

/**
 * A small Kubernetes API server that keeps objects in memory: discovery, get, list, create, patch, replace and delete, each
 * also as a dry run. It has no controllers, so the status of objects is what a test says.
 */
export class ApiServer {
  readonly asked: Asked[] = [];
  readonly #objects = new Map<string, Thing>();
  readonly #server: Server;
  readonly #place = mkdtempSync(join(tmpdir(), 'retrace-kubernetes-'));
  readonly #token: string;
  #count = 100;
  /** Whether deployments are ready as soon as they are there. */
  ready = true;

  constructor(token: string) {
    this.#token = token;
    const at = (name: string) => join(this.#place, name);
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', at('key'), '-out', at('ca.crt')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' });
    const options = { key: readFileSync(at('key')), cert: readFileSync(at('ca.crt')) };
    this.#server = createServer(options, (request, response) => {
      void this.#reply(request).then(({ code, type, body }) =>
        response.writeHead(code, { 'content-type': type }).end(body),
      );
    });
  }

  start(): Promise<void> {
    this.put('v1', { kind: 'Namespace', metadata: { name: 'default' } });
    return new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#place, { recursive: true, force: true });
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `https://127.0.0.1:${port}`;
  }

  /** The file with the authority that certifies the server. */
  get authority(): string {
    return join(this.#place, 'ca.crt');
  }

  /** Puts an object into the cluster, whatever the rules for it are. */
  put(gv: string, thing: Thing): void {
    const resource = this.#resources().find((one) => one.gv === gv && one.kind === thing['kind']);
    if (resource === undefined) throw new Error(`the cluster has no ${gv} ${String(thing['kind'])}`);
    const { name, namespace } = metadataOf(thing);
    const path = pathOf(resource, String(namespace ?? ''), String(name));
    this.#objects.set(path, this.#completed(resource, thing, this.#objects.get(path)));
  }

  /** An object, by its path; undefined if there is none. */
  get(path: string): Thing | undefined {
    return this.#objects.get(path);
  }

  remove(path: string): void {
    this.#objects.delete(path);
  }

  /** The requests that were to change something. */
  get changes(): readonly string[] {
    return this.asked
      .filter(({ method, path }) => method !== 'GET' && !path.includes('dryRun'))
      .map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
  }

  #resources(): readonly Resource[] {
    const custom = [...this.#objects.values()].filter((one) => one['kind'] === 'CustomResourceDefinition');
    return [
      ...builtIn,
      ...custom.flatMap(({ spec }) => {
        if (!isObject(spec) || !isObject(spec['names'] ?? null)) return [];
        const names = spec['names'] as Thing;
        return [
          {
            gv: `${String(spec['group'])}/v1`,
            kind: String(names['kind']),
            name: String(names['plural']),
            shortNames: [],
            namespaced: spec['scope'] === 'Namespaced',
          },
        ];
      }),
    ];
  }

  async #reply(request: IncomingMessage): Promise<{ code: number; type: string; body: string | Buffer }> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(Buffer.from(piece as Uint8Array));
    const { method = 'GET', url: path = '', headers } = request;
    const body = Buffer.concat(pieces).toString();
    const user = headers['impersonate-user'];
    this.asked.push({ method, path, authorization: headers.authorization, user: user?.toString(), body });
    try {
      if (headers.authorization !== `Bearer ${this.#token}`) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
      const url = new URL(path, 'https://localhost');
      if (url.pathname === '/openapi/v2')
        return { code: 200, type: 'application/octet-stream', body: openApi(this.#resources()) };
      if (url.pathname.endsWith('/log')) return { code: 200, type: 'text/plain', body: 'started\nready\n' };
      const told = this.#discovered(url.pathname) ?? this.#performed(method, url, body, headers['content-type'] ?? '');
      return { code: method === 'POST' ? 201 : 200, type: 'application/json', body: JSON.stringify(told) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, reason, message, details } = error;
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, details, code };
      return { code, type: 'application/json', body: JSON.stringify(status) };
    }
  }

  #discovered(path: string): Json | undefined {
    const all = this.#resources();
    if (path === '/version') return { major: '1', minor: '27', gitVersion: 'v1.27.3', platform: 'linux/amd64' };
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    const groups = [...new Set(all.map(({ gv }) => gv))].filter((gv) => gv !== 'v1');
    if (path === '/apis')
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: groups.map((groupVersion) => {
          const [name = '', version = ''] = groupVersion.split('/');
          return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
        }),
      };
    const groupVersion = path === '/api/v1' ? 'v1' : /^\/apis\/([^/]+\/[^/]+)$/.exec(path)?.[1];
    if (groupVersion === undefined) return undefined;
    const found = all.filter(({ gv }) => gv === groupVersion);
    if (found.length === 0) throw notFound();
    return {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion,
      resources: found.flatMap(({ name, kind, namespaced, shortNames }) => {
        const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
        const entry = { name, kind, namespaced, shortNames, singularName: kind.toLowerCase(), verbs };
        const scales = kind === 'Deployment' || kind === 'ReplicaSet';
        return scales
          ? [
              entry,
              { ...entry, name: `${name}/scale`, group: 'autoscaling', version: 'v1', kind: 'Scale', shortNames: [] },
            ]
          : [entry];
      }),
    };
  }

  #performed(method: string, url: URL, text: string, type: string): Json {
    const at =
      /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/[^/]))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
        url.pathname,
      );
    const [, gv, namespace = '', plural, name, below] = at ?? [];
    const resource = this.#resources().find((one) => one.gv === gv && one.name === plural);
    if (resource === undefined) throw notFound();
    if (name === undefined && method === 'GET') return this.#listed(resource, namespace, url.searchParams);
    const given = text === '' ? undefined : (JSON.parse(text) as Json);
    const isTried = url.searchParams.has('dryRun');
    if (method === 'POST' && below === 'eviction') {
      this.#objects.delete(pathOf(resource, namespace, name ?? ''));
      return { kind: 'Status', apiVersion: 'v1', status: 'Success' };
    }
    if (method === 'POST') return this.#created(resource, namespace, given, isTried);
    const path = pathOf(resource, namespace, name ?? '');
    const old = this.#objects.get(path);
    if (old === undefined) throw notFound(`${nameIn(resource)} "${name}" not found`);
    if (method === 'GET') return below === 'scale' ? scaleOf(old) : old;
    if (method === 'DELETE') return this.#deleted(path, old, isObject(given) ? given : {});
    if (below === 'scale') {
      const count = isObject(given) && isObject(given['spec']) ? (given['spec']['replicas'] ?? 0) : 0;
      const scaled = this.#completed(resource, merged(old, { spec: { replicas: count } }, false) as Thing, old);
      if (!isTried) this.#objects.set(path, scaled);
      return scaleOf(scaled);
    }
    const patched = method === 'PUT' ? given : patchOf(type, old, given ?? null, resource);
    if (!isObject(patched)) throw new Refusal(400, 'BadRequest', 'not an object');
    const next = this.#completed(resource, patched, old);
    if (!isTried) this.#objects.set(path, next);
    return next;
  }

  #listed(resource: Resource, namespace: string, query: URLSearchParams): Json {
    const labels = (query.get('labelSelector') ?? '').split(',').filter((one) => one !== '');
    const fields = (query.get('fieldSelector') ?? '').split(',').filter((one) => one !== '');
    const fits = (thing: Thing): boolean =>
      labels.every((one) => {
        const [key = '', value] = one.split(/\s*==?\s*/);
        const found = metadataOf(thing)['labels'];
        const label = isObject(found) ? found[key] : undefined;
        return value === undefined ? label !== undefined : label === value;
      }) &&
      fields.every((one) => {
        const [path = '', value] = one.split(/==?/);
        const found = path
          .split('.')
          .reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), thing);
        return String(found ?? '') === value;
      });
    const prefix = pathOf(resource, namespace, '');
    const anywhere = pathOf(resource, '*', '').split('*');
    const items = [...this.#objects].flatMap(([path, thing]) => {
      const isHere =
        resource.namespaced && namespace === ''
          ? path.startsWith(anywhere[0] ?? '') && path.includes(`/${resource.name}/`)
          : path.startsWith(prefix);
      return isHere && fits(thing) ? [thing] : [];
    });
    return { kind: `${resource.kind}List`, apiVersion: resource.gv, metadata: { resourceVersion: '1' }, items };
  }

  #created(resource: Resource, namespace: string, given: Json | undefined, isTried: boolean): Json {
    if (!isObject(given)) throw new Refusal(400, 'BadRequest', 'the object is missing');
    if (resource.namespaced && !this.#objects.has(`/api/v1/namespaces/${namespace}`))
      throw notFound(`namespaces "${namespace}" not found`);
    const metadata = metadataOf(given);
    const name = String(metadata['name'] ?? `${String(metadata['generateName'])}x${this.#count++}`);
    const path = pathOf(resource, namespace, name);
    if (this.#objects.has(path))
      throw new Refusal(409, 'AlreadyExists', `${nameIn(resource)} "${name}" already exists`);
    const thing = { ...given, metadata: { ...metadata, name, ...(resource.namespaced && { namespace }) } };
    const created = this.#completed(resource, thing, undefined);
    if (!isTried) this.#objects.set(path, created);
    return created;
  }

  #deleted(path: string, old: Thing, { preconditions }: Thing): Json {
    const { uid, finalizers } = metadataOf(old);
    if (isObject(preconditions) && preconditions['uid'] !== undefined && preconditions['uid'] !== uid)
      throw new Refusal(409, 'Conflict', 'the UID in the precondition is another one');
    if (finalizers === undefined) {
      for (const below of [...this.#objects.keys()])
        if (below === path || below.includes(`${path.replace('/api/v1', '')}/`)) this.#objects.delete(below);
    } else
      this.#objects.set(path, { ...old, metadata: { ...metadataOf(old), deletionTimestamp: '2024-06-01T12:00:00Z' } });
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  }

  /** An object as the server keeps it: with defaults, its status, and a new version if it differs. */
  #completed(resource: Resource, given: Thing, old: Thing | undefined): Thing {
    const { kind } = resource;
    const whole = merged(defaultsOf(kind), given, false) as Thing;
    const { stringData, ...rest } = whole;
    const data = isObject(stringData)
      ? Object.fromEntries(Object.entries(stringData).map(([key, one]) => [key, base64(String(one))]))
      : {};
    const thing = Object.keys(data).length === 0 ? rest : { ...rest, data: merged(rest['data'], data, false) };
    if (kind === 'Deployment' && !isObject((thing['spec'] as Thing)['selector'] ?? null))
      throw new Refusal(422, 'Invalid', 'Deployment.apps is invalid: spec.selector: Required value', {
        kind,
        group: 'apps',
        name: metadataOf(thing)['name'] ?? '',
        causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.selector' }],
      });
    const before = old === undefined ? {} : metadataOf(old);
    const generation = Number(before['generation'] ?? 0);
    const isSame = JSON.stringify(old?.['spec']) === JSON.stringify(thing['spec']);
    const next = {
      ...thing,
      apiVersion: resource.gv,
      kind,
      ...(kind === 'Deployment' && { status: this.#statusOf(thing, isSame ? generation : generation + 1) }),
      metadata: {
        ...metadataOf(thing),
        uid: before['uid'] ?? `uid-${this.#count++}`,
        creationTimestamp: '2024-06-01T12:00:00Z',
        ...(thing['spec'] !== undefined && { generation: isSame ? Math.max(generation, 1) : generation + 1 }),
        resourceVersion: before['resourceVersion'] ?? '0',
      },
    };
    if (old !== undefined && JSON.stringify(sorted(next)) === JSON.stringify(sorted(old))) return old;
    return { ...next, metadata: { ...next.metadata, resourceVersion: String(this.#count++) } };
  }

  #statusOf({ spec, status }: Thing, observedGeneration: number): Json {
    if (!this.ready) return status ?? {};
    const replicas = isObject(spec) ? (spec['replicas'] ?? 1) : 1;
    const conditions = [{ type: 'Available', status: 'True' }];
    return { observedGeneration, replicas, readyReplicas: replicas, availableReplicas: replicas, conditions };
  }
}

const metadataOf = (thing: Thing): Thing => (isObject(thing['metadata']) ? thing['metadata'] : {});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const notFound = (message = 'the server could not find the requested resource') =>
  new Refusal(404, 'NotFound', message);

/** `deployments.apps`, as in the server's messages. */
const nameIn = ({ gv, name }: Resource): string => (gv === 'v1' ? name : `${name}.${gv.replace(/\/.*/, '')}`);

const pathOf = ({ gv, name, namespaced }: Resource, namespace: string, object: string): string =>
  `${gv === 'v1' ? '/api' : '/apis'}/${gv}/${namespaced ? `namespaces/${namespace}/` : ''}${name}/${object}`;

const scaleOf = (thing: Thing): Json => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: metadataOf(thing),
  spec: { replicas: isObject(thing['spec']) ? (thing['spec']['replicas'] ?? 0) : 0 },
});

function patchOf(type: string, old: Thing, patch: Json, { gv }: Resource): Json {
  if (type.startsWith('application/json-patch')) {
    try {
      return jsonPatched(old, Array.isArray(patch) ? patch : []);
    } catch (error) {
      throw new Refusal(422, 'Invalid', (error as Error).message);
    }
  }
  const isCustom = !builtIn.some((one) => one.gv === gv);
  if (type.startsWith('application/strategic') && isCustom)
    throw new Refusal(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
  return merged(old, patch, !type.startsWith('application/merge'));
}

function defaultsOf(kind: string): Thing {
  if (kind === 'Deployment') return { spec: { replicas: 1, revisionHistoryLimit: 10 } };
  if (kind === 'Service') return { spec: { type: 'ClusterIP', clusterIP: '10.0.0.7' } };
  if (kind === 'Secret') return { type: 'Opaque' };
  if (kind === 'Namespace') return { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  return {};
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
