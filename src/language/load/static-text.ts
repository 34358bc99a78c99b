import type { Diagnostic, Position } from '../../core/source.ts';
import { type Raw, Template, type Value, Vaulted } from '../../core/value.ts';
import { defaultEnv, evaluate, TemplateError } from '../../template/index.ts';
import type { VarsLayer } from '../model.ts';
import type { Loading, Within } from './loading.ts';

/** Evaluates a name that must be known before anything runs, using the extra vars and the variables written around it. */
export function staticText(loading: Loading, raw: Raw, within: Within, at: Position): string | undefined {
  if (typeof raw === 'string') return raw;
  const evaluated = staticValue(loading, raw, within, at);
  if (evaluated.ok) return String(evaluated.value);
  loading.problems.push(evaluated.error);
  return undefined;
}

/** A value that can be computed without a host, or the reason why it cannot. */
function staticValue(
  loading: Loading,
  raw: Raw,
  within: Within,
  at: Position,
): { ok: true; value: Value } | { ok: false; error: Diagnostic } {
  if (!(raw instanceof Template) && !(raw instanceof Vaulted)) return { ok: true, value: raw as Value }; // only plain scalars get here
  try {
    return {
      ok: true,
      value: evaluate(raw, staticScope(loading, within), defaultEnv({ searchPath: () => within.searchPath })),
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const hint =
      'imports are resolved before any host is known: only the vars of the play and its roles, vars_files and extra vars (-e) are available; include_* can use all variables';
    return { ok: false, error: { ...error.diagnostic, at: error.diagnostic.at ?? at, hint } };
  }
}

function staticScope(loading: Loading, within: Within) {
  const layers = strongestFirst([
    ...within.play.layers,
    ...within.play.staticLayers,
    ...within.play.exported,
    ...within.layers,
  ]);
  const extra = loading.options.extraVars;
  const magic = magicOf(within);
  return {
    get: (name: string): Raw | undefined => {
      if (magic.has(name)) return magic.get(name);
      const entry = extra?.get(name) ?? layers.find(({ vars }) => vars.has(name))?.vars.get(name);
      return entry?.value;
    },
    names: () =>
      new Set([...magic.keys(), ...(extra?.keys() ?? []), ...layers.flatMap(({ vars }) => [...vars.keys()])]),
  };
}

const strongestFirst = (layers: readonly VarsLayer[]): readonly VarsLayer[] =>
  layers.toReversed().sort((a, b) => b.level - a.level);

function magicOf({ play, role }: Within): ReadonlyMap<string, Raw> {
  const of =
    role === undefined
      ? []
      : ([
          ['role_path', role.path],
          ['role_name', role.name],
          ['ansible_role_name', role.name],
        ] as const);
  return new Map<string, Raw>([['playbook_dir', play.directory], ...of]);
}
