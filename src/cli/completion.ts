import { type OptionSpec, runOptions } from './options.ts';

/** Print what makes a shell complete our commands and options; it is made from the same table as the parser and the help. */
export async function completionCommand([shell]: readonly string[], commands: readonly string[]): Promise<number> {
  const script = shells[shell ?? ''];
  if (script === undefined) {
    process.stderr.write(`run: completion is for ${Object.keys(shells).join(', ')}\n`);
    return 1;
  }
  process.stdout.write(script(runOptions, commands));
  return 0;
}

const shells: Readonly<Record<string, (options: readonly OptionSpec[], commands: readonly string[]) => string>> = {
  bash: (options, commands) => `_run_complete() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  case $word in
    -*) COMPREPLY=($(compgen -W '${words(options)}' -- "$word")) ;;
    *) if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W '${commands.join(' ')}' -- "$word") $(compgen -f -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi ;;
  esac
}
complete -o filenames -F _run_complete run ./run
`,
  zsh: (options, commands) => `_run() {
  _arguments ${options.map((option) => `'--${option.name}[${plain(option.help)}]${option.value === undefined ? '' : `:${option.value}:_files`}'`).join(' ')} '1: :_alternative "commands:command:(${commands.join(' ')})" "files:playbook:_files"' '*:playbook:_files'
}
compdef _run run ./run
`,
  fish: (
    options,
    commands,
  ) => `${options.map((option) => `complete -c run -l ${option.name}${option.short === undefined ? '' : ` -s ${option.short}`}${option.value === undefined ? '' : ' -r'} -d '${plain(option.help)}'`).join('\n')}
complete -c run -n __fish_use_subcommand -a '${commands.join(' ')}'
`,
};

const words = (options: readonly OptionSpec[]): string =>
  options.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]).join(' ');

const plain = (text: string): string => text.replaceAll(/['[\]`]/g, '');
