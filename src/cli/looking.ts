import { resolve } from 'node:path';
import type { NotLookedAt } from '../audit/ask-hosts.ts';
import { nothingGiven } from '../core/command-line.ts';
import type { EventData } from '../core/event.ts';
import { maskEvent, Secrets } from '../core/secrets.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { visible } from '../core/visible.ts';
import { createFiles } from '../language/files.ts';
import { formatDiagnostic } from '../language/format-diagnostic.ts';
import { selectHosts } from '../language/inventory/index.ts';
import type { CallIo } from './command.ts';
import { interruptible } from './interrupt.ts';
import { lazyConnector } from './lazy-connector.ts';
import { type Loaded, loadAll, readConfig } from './load-all.ts';
import { type Parsed, runOptions } from './options.ts';
import { preflight } from './preflight.ts';
import { endPrompts } from './prompt.ts';

/** What a command that looks at hosts has at hand. */
export interface Looking {
  readonly loaded: Loaded;
  /** The hosts that the pattern names. */
  readonly hosts: readonly string[];
  readonly secrets: Secrets;
  /** Aborted when a person wants to end it. */
  readonly signal: AbortSignal;
  readonly tell: (diagnostics: readonly Diagnostic[]) => void;
  /** Loads other playbooks for the same hosts, over the same connections, without asking a person again. */
  readonly load: (playbooks: readonly string[]) => Promise<Result<Loaded>>;
}

interface Given {
  /** What was said on the command line of how to reach the hosts, and whom to become. */
  readonly options: Partial<Parsed['options']>;
  /** Playbooks to check; without any, only the inventory and the vault are loaded. */
  readonly playbooks?: readonly string[];
  readonly pattern: string;
  readonly io: CallIo;
  readonly emit?: (event: EventData) => void;
}

/** Loads what is needed to look at hosts, hands it to `work`, and closes the connections afterwards. Returns the exit code. */
export async function lookingAtHosts(
  { options, playbooks: rest = [], pattern, io, emit = () => {} }: Given,
  work: (looking: Looking) => Promise<number>,
): Promise<number> {
  const parsed = { options: { ...nothingGiven(runOptions), ...options, check: true, limit: [pattern] }, rest };
  const secrets = new Secrets();
  const sources = createFiles();
  const tell = (diagnostics: readonly Diagnostic[]): void => {
    for (const one of diagnostics)
      io.stderr.write(`${secrets.mask(formatDiagnostic(one, (file) => sources.readText(file), { colour: false }))}\n`);
  };
  const interrupt = interruptible((text) => io.stderr.write(text));
  const connector = lazyConnector(process.env);
  try {
    const { config, origins, warnings } = readConfig();
    tell(warnings);
    const masked = (happening: EventData): void => {
      const event = maskEvent(happening, secrets);
      if (event.kind === 'warning') tell([event.diagnostic]);
      if (event.kind === 'sent' && parsed.options.verbose > 2)
        io.stderr.write(`${event.host} (${event.user}):\n${event.script}\n`);
      emit(event);
    };
    const given = { face: io.face, config, origins, secrets, emit: masked, connector, signal: interrupt.signal };
    // Something must be loaded for the inventory, the vault and the settings to be.
    const nothing = resolve('nothing.yaml');
    const hasPlaybooks = rest.length > 0;
    const loaded = await loadAll({
      ...given,
      parsed: hasPlaybooks ? parsed : { ...parsed, rest: [nothing] },
      texts: hasPlaybooks ? {} : { [nothing]: '- hosts: all\n  gather_facts: false\n  tasks: []\n' },
    });
    if (!loaded.ok) {
      tell(loaded.error);
      return 1;
    }
    tell(loaded.warnings ?? []);
    const selected = hostsFor(loaded.value, pattern);
    const mistakes = [...selected.mistakes, ...(hasPlaybooks ? preflight(loaded.value, { only: 'syntax' }) : [])];
    tell(mistakes);
    if (mistakes.some(({ severity }) => severity === 'error')) return 1;
    const load = (playbooks: readonly string[]): Promise<Result<Loaded>> =>
      loadAll({ ...given, parsed: { ...parsed, rest: playbooks }, texts: {}, before: loaded.value });
    return await work({ loaded: loaded.value, hosts: selected.hosts, secrets, signal: interrupt.signal, tell, load });
  } finally {
    await connector.close();
    interrupt.end();
    endPrompts();
  }
}

/** The same for a command that looks at a single host. */
export const lookingAtHost = (
  given: Given,
  work: (looking: Looking, host: string) => Promise<number>,
): Promise<number> =>
  lookingAtHosts(given, async (looking) => {
    const [host, ...others] = looking.hosts;
    if (host !== undefined && others.length === 0) return work(looking, host);
    return given.io.refuse([`expected one host, got ${looking.hosts.length}: ${looking.hosts.join(', ')}`]);
  });

/** Tells why a host could not be looked at. Returns the exit code. */
export function tellNotLookedAt(
  host: string,
  { failed, unreachable }: NotLookedAt,
  io: CallIo,
  { secrets }: Looking,
): number {
  io.stderr.write(`${host}: ${secrets.mask(visible(failed))}\n`);
  return unreachable ? 4 : 1;
}

function hostsFor(
  { context }: Loaded,
  pattern: string,
): { readonly hosts: readonly string[]; readonly mistakes: readonly Diagnostic[] } {
  const selected = selectHosts(context.inventory, pattern, { mismatch: 'error' });
  if (!selected.ok) return { hosts: [], mistakes: selected.error };
  const hosts = selected.value;
  const message = `no host in the inventory matches ${pattern}`;
  return { hosts, mistakes: hosts.length > 0 ? [] : [{ severity: 'error', code: 'no-hosts', message }] };
}
