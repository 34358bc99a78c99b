import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A call of the program. */
interface Call {
  readonly args: readonly string[];
  readonly namespace: string;
  readonly token: string;
  readonly kubeconfig: string;
  readonly stdin: string;
}

interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  readonly updated: string;
  readonly status: string;
  readonly chart: string;
  readonly app_version: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What the program prints when it fails. */
class Failure extends Error {}

// It asks the server below, because that starts faster than a program of its own.
const CLIENT = `#!/bin/sh
for one in "$@"; do
  case $one in *=- | --password-stdin) from=1 ;; esac
  set -- "$@" --data-urlencode "arg=$one"
  shift
done
[ -z "$from" ] || set -- "$@" --data-urlencode stdin@-
[ -z "$KUBECONFIG" ] || set -- "$@" --data-urlencode "kubeconfig@$KUBECONFIG"
answer=$(curl -sS --unix-socket "\${0%/*}/../socket" "$@" --data-urlencode "token=$HELM_KUBETOKEN" \\
  --data-urlencode "namespace=$HELM_NAMESPACE" http://localhost/; echo .) || exit 3
code=\${answer%%
*}
text=\${answer#*
}
text=\${text%.}
[ "$code" -eq 0 ] || { printf '%s' "$text" >&2; exit "$code"; }
printf '%s' "$text"
`;

/**
 * Stands in for helm, which the machines that run the tests do not have: it keeps repositories and releases, and prints what helm
 * 3.14 prints for the calls that the task types make. Charts are directories with a Chart.yaml below \`charts\`.
 */
export class HelmStandIn {
  readonly place = mkdtempSync(join(tmpdir(), 'retrace-helm-'));
  repositories: { name: string; url: string; user?: string | undefined; password?: string | undefined }[] = [];
  releases: Release[] = [];
  plugins: string[] = [];
  readonly calls: Call[] = [];
  readonly #server: Server;

  constructor() {
    mkdirSync(join(this.place, 'bin'));
    writeFileSync(join(this.place, 'bin', 'helm'), CLIENT, { mode: 0o755 });
    this.#server = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(Buffer.from(piece as Uint8Array));
      response.end(this.#answer(new URLSearchParams(Buffer.concat(pieces).toString())));
    });
  }

  start(): Promise<void> {
    return new Promise((done) => this.#server.listen(join(this.place, 'socket'), done));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.place, { recursive: true });
  }

  /** The directory with the program. */
  get bin(): string {
    return join(this.place, 'bin');
  }

  /** Puts a chart in place; returns its directory. */
  chart(name: string, version: string, more = ''): string {
    const path = join(this.place, 'charts', name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'Chart.yaml'), `name: ${name}\nversion: ${version}\nappVersion: 9.${version}\n${more}`);
    return path;
  }

  #answer(form: URLSearchParams): string {
    const field = (name: string) => form.get(name) ?? '';
    const call = {
      args: form.getAll('arg'),
      namespace: field('namespace') || 'default',
      token: field('token'),
      kubeconfig: field('kubeconfig'),
      stdin: field('stdin'),
    };
    this.calls.push(call);
    try {
      return `0\n${this.#told(call)}`;
    } catch (error) {
      if (error instanceof Failure) return `1\nError: ${error.message}\n`;
      throw error;
    }
  }

  #told(call: Call): string {
    const { args } = call;
    const takesNext = /^--(?:set.*|output|filter|template)$/;
    const words = args.filter((one, index) => !one.startsWith('--') && !takesNext.test(args[index - 1] ?? ''));
    const [command = '', second = '', third = '', fourth = ''] = words;
    const found = (name: string) => this.releases.find((one) => one.name === name && one.namespace === call.namespace);
    if (command === 'version') return 'v3.14.0';
    if (command === 'plugin')
      return `NAME\tVERSION\tDESCRIPTION\n${this.plugins.map((one) => `${one}\t3.9.0\tA plugin\n`).join('')}`;
    if (command === 'repo') return this.#repo(call, [second, third, fourth]);
    if (command === 'list') return JSON.stringify(this.#listed(call).map(({ values: _, ...one }) => one));
    if (command === 'show') return this.#chartText(third);
    if (command === 'get') {
      const release = found(third);
      if (release === undefined) throw new Failure('release: not found');
      const isEmpty = Object.keys(release.values).length === 0;
      if (second === 'values') return JSON.stringify(isEmpty ? null : release.values);
      return second === 'notes' ? 'NOTES:\nhave fun\n' : `---\nkind: ${second === 'hooks' ? 'Job' : 'Service'}\n`;
    }
    if (command === 'diff') {
      const text = this.#chartText(fourth);
      const release = found(third);
      const isSame =
        release?.chart === chartIn(text) && JSON.stringify(release.values) === JSON.stringify(valuesOf(call));
      return isSame && fieldIn(text, 'random') === '' ? '' : 'default, web, Deployment (apps) has changed:\n';
    }
    if (command === 'upgrade') return this.#deployed(call, second, this.#chartText(third));
    if (command !== 'uninstall') throw new Failure(`unknown command "${args.join(' ')}" for "helm"`);
    this.releases = this.releases.filter((one) => one !== found(second));
    return `release "${second}" uninstalled\n`;
  }

  #repo({ args, stdin }: Call, [verb, name = '', url = '']: readonly string[]): string {
    const others = this.repositories.filter((one) => one.name !== name);
    if (verb === 'update') return 'Update Complete. Happy Helming!\n';
    if (verb === 'list') {
      if (this.repositories.length === 0) throw new Failure('no repositories to show');
      return JSON.stringify(this.repositories.map((one) => ({ name: one.name, url: one.url })));
    }
    const user = args.find((one) => one.startsWith('--username='))?.slice('--username='.length);
    const password = args.includes('--password-stdin') ? stdin : undefined;
    this.repositories = verb === 'add' ? [...others, { name, url, user, password }] : others;
    return `"${name}" has been ${verb === 'add' ? 'added to' : 'removed from'} your repositories\n`;
  }

  #listed({ args, namespace }: Call): readonly Release[] {
    const pattern = new RegExp(args[args.indexOf('--filter') + 1] ?? '');
    const wanted = args.includes('--failed') ? ['failed'] : ['deployed', 'failed'];
    const all = this.releases.filter((one) => one.namespace === namespace && pattern.test(one.name));
    return all.filter(({ status }) => args.includes('--all') || wanted.includes(status));
  }

  #chartText(reference: string): string {
    const [repository, name = ''] = reference.split('/');
    const isPath = reference.startsWith('/');
    if (!isPath && !this.repositories.some((one) => one.name === repository))
      throw new Failure(`repo ${repository} not found`);
    const path = join(isPath ? reference : join(this.place, 'charts', name), 'Chart.yaml');
    if (existsSync(path)) return readFileSync(path, 'utf8');
    throw new Failure(
      `chart "${name}" matching  not found in ${repository} index. (try 'helm repo update'): no chart name found`,
    );
  }

  #deployed(call: Call, name: string, text: string): string {
    const old = this.releases.find((one) => one.name === name && one.namespace === call.namespace);
    const reuses = call.args.includes('--reuse-values=true') && !call.args.includes('--reset-values');
    const release = {
      name,
      namespace: call.namespace,
      revision: String(Number(old?.revision ?? 0) + 1),
      updated: new Date().toISOString(),
      status: 'deployed',
      chart: chartIn(text),
      app_version: fieldIn(text, 'appVersion'),
      values: { ...(reuses ? old?.values : {}), ...valuesOf(call) },
    };
    this.releases = [...this.releases.filter((one) => one !== old), release];
    return `Release "${name}" has been upgraded. Happy Helming!\n`;
  }
}

const fieldIn = (text: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';

const chartIn = (text: string): string => `${fieldIn(text, 'name')}-${fieldIn(text, 'version')}`;

function valuesOf({ args, stdin }: Call): Readonly<Record<string, unknown>> {
  const files = args.filter((one) => one.startsWith('--values=')).map((one) => one.slice('--values='.length));
  const read = files.map((path): object => JSON.parse(path === '-' ? stdin : readFileSync(path, 'utf8')));
  const sets = args.flatMap((one, index) => {
    const [key = '', value = ''] = (args[index + 1] ?? '').split('=');
    if (!/^--set(?:-string)?$/.test(one)) return [];
    return [{ [key]: one === '--set' && /^\d+$/.test(value) ? Number(value) : value }];
  });
  return Object.assign({}, ...read, ...sets);
}
