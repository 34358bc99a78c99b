import { exporting, type Question, type ShellAnswer, script, sh, shell, shellAnswer } from '../../../src/sdk.ts';
import { missingTool } from '../commands/unanswered.ts';
import { isObject } from '../json.ts';

/** An application that pipx has installed. */
export interface Application {
  readonly name: string;
  readonly version: string;
  readonly python: string;
  /** The packages that were added to its environment, with their versions. */
  readonly injected: Readonly<Record<string, string>>;
  /** What it depends on that provides programs. */
  readonly dependencies: readonly string[];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Sets `$h` to the directory of pipx. */
export const pipxHome = script`if [ "$PIPX_HOME" ]; then h=$PIPX_HOME; elif [ -d ~/.local/pipx ]; then h=~/.local/pipx; else h=~/.local/share/pipx; fi`;

/** Why the applications are not known; undefined if they are. */
export function unlisted({ code, stderr }: ShellAnswer, executable: string): string | undefined {
  if (code === 127) return missingTool({ name: executable, package: 'pipx' });
  return code === 0 ? undefined : stderr.trim() || 'the applications cannot be listed';
}

/**
 * Asks what pipx has installed for the user: the description of each environment. pipx itself writes a log whenever it
 * is called.
 */
export const askApplications = (
  executable: string,
  environment: Readonly<Record<string, string>>,
): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}command -v ${executable} >/dev/null || exit 127
${pipxHome}
for f in "$h"/venvs/*/pipx_metadata.json; do
  [ -e "$f" ] || continue
  d=\${f%/pipx_metadata.json}
  printf 'at %s\n' "\${d##*/}"
  cat -- "$f"
  echo
done`,
    about: ['pipx:', 'by:package:pipx', 'by:package:python3*'],
  });

/** Reads what pipx has installed. */
export function readApplications({ stdout }: ShellAnswer): readonly Application[] {
  return stdout
    .split(/^at /m)
    .slice(1)
    .flatMap((part) => {
      const [name = ''] = part.split('\n', 1);
      const told = parsed(part.slice(name.length));
      if (!isObject(told) || !isObject(told['main_package'])) return [];
      const { package_version: version, app_paths_of_dependencies: paths } = told['main_package'];
      const injected = isObject(told['injected_packages']) ? Object.entries(told['injected_packages']) : [];
      return [
        {
          name,
          version: text(version),
          python: text(told['python_version']),
          dependencies: isObject(paths) ? Object.keys(paths) : [],
          injected: Object.fromEntries(
            injected.map(([one, more]) => [one, isObject(more) ? text(more['package_version']) : '']),
          ),
        },
      ];
    });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The answer in which these applications are installed. */
export function writeApplications(all: readonly Application[]): ShellAnswer {
  const described = all.map(({ name, version, python, injected, dependencies }) => {
    const packages = Object.entries(injected).map(([one, more]) => [one, { package_version: more }]);
    const told = {
      main_package: {
        package: name,
        package_version: version,
        app_paths_of_dependencies: Object.fromEntries(dependencies.map((one) => [one, []])),
      },
      injected_packages: Object.fromEntries(packages),
      python_version: python,
    };
    return `at ${name}\n${JSON.stringify(told)}\n`;
  });
  return shellAnswer(described.join(''));
}

/** The name of the environment for a package: in lower case, with its separators replaced by hyphens. */
export const applicationName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');
