import { expectedOneOf, type OptionSpec, type OptionSpecs, takesValue } from '../core/command-line.ts';
import { runOptions } from './options.ts';
import { readCommandLine, USAGE_ERROR } from './usage.ts';

const usage = `usage: run completion bash|zsh|fish

Prints what makes a shell complete commands, options and their values:
  bash: eval "$(run completion bash)" in ~/.bashrc
  zsh:  eval "$(run completion zsh)" in ~/.zshrc, after compinit
  fish: run completion fish > ~/.config/fish/completions/run.fish`;

/** Print what makes a shell complete our commands and options; it is made from the same table as the parser and the help. */
export async function completionCommand(
  argv: readonly string[],
  commands: Readonly<Record<string, readonly string[]>>,
): Promise<number> {
  const read = readCommandLine('completion', usage, {}, argv);
  if (typeof read === 'number') return read;
  const [shell = ''] = read.rest;
  const script = shells[shell];
  if (script === undefined) {
    process.stderr.write(`run completion: ${expectedOneOf(Object.keys(shells), shell)}\n`);
    return USAGE_ERROR;
  }
  process.stdout.write(script(runOptions, commands));
  return 0;
}

type Commands = Readonly<Record<string, readonly string[]>>;

const shells: Readonly<Record<string, (options: OptionSpecs, commands: Commands) => string>> = {
  bash: (options, commands) => `_run_complete() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  case $before in
${values(options, (names, words) => `    ${names.join('|')}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word")); return ;;`)}
    -l|--limit) COMPREPLY=($(compgen -W "$(${hosts})" -- "$word")); return ;;
    -t|--tags|--skip-tags) COMPREPLY=($(compgen -W "$(${tags('${COMP_WORDS[@]:1}')})" -- "$word")); return ;;
  esac
  case $command in
    doc) [ "$COMP_CWORD" = 2 ] && { COMPREPLY=($(compgen -W "$(${types})" -- "$word")); return; } ;;
    vars) [ "$COMP_CWORD" = 2 ] && { COMPREPLY=($(compgen -W "$(${hosts})" -- "$word")); return; } ;;
${withWords(commands, (name, words) => `    ${name}) [ "$COMP_CWORD" = 2 ] && { COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word")); return; } ;;`)}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W '${allNames(options).join(' ')}' -- "$word")); return ;;
  esac
  [ "$COMP_CWORD" = 1 ] && COMPREPLY=($(compgen -W '${Object.keys(commands).join(' ')}' -- "$word"))
  COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _run_complete run ./run
`,
  zsh: (options, commands) => `_run() {
  local before=\${words[CURRENT-1]} word=\${words[CURRENT]}
  case $before in
${values(options, (names, words) => `    ${names.join('|')}) compadd -- ${words.join(' ')}; return ;;`)}
    -l|--limit) compadd -- \${(f)"$(${hosts})"}; return ;;
    -t|--tags|--skip-tags) compadd -- \${(f)"$(${tags('${words[@]:1}')})"}; return ;;
  esac
  if (( CURRENT == 3 )); then
    case \${words[2]} in
      doc) compadd -- \${(f)"$(${types})"}; return ;;
      vars) compadd -- \${(f)"$(${hosts})"}; return ;;
${withWords(commands, (name, words) => `      ${name}) compadd -- ${words.join(' ')}; return ;;`)}
    esac
  fi
  if [[ $word == -* ]]; then
    compadd -- ${allNames(options).join(' ')}
  else
    (( CURRENT == 2 )) && compadd -- ${Object.keys(commands).join(' ')}
    _files
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _run run ./run
`,
  fish: (options, commands) => `${Object.entries(options)
    .map(
      ([name, spec]) =>
        `complete -c run -l ${name}${spec.short === undefined ? '' : ` -s ${spec.short}`}${taken(spec)} -d '${plain(spec.help)}'`,
    )
    .join('\n')}
complete -c run -n __fish_use_subcommand -a '${Object.keys(commands).join(' ')}'
${withWords(commands, (name, words) => `complete -c run -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`)}
complete -c run -n '__fish_seen_subcommand_from doc' -a '(${types})'
complete -c run -n '__fish_seen_subcommand_from vars' -a '(${hosts})'
`,
};

// What the program itself knows; a completion never fails aloud.
const hosts = `run inventory --list 2>/dev/null | grep -o '"[^"]*": {$' | cut -d'"' -f2 | grep -v '^_meta$\\|^hostvars$'`;
const types = `run doc 2>/dev/null | sed 's/ .*//; s/^.*\\.//'`;
const tags = (words: string): string =>
  `for p in ${words}; do [ -f "$p" ] && run "$p" --list-tags 2>/dev/null; done | sed -n 's/.*TASK TAGS: \\[\\(.*\\)\\].*/\\1/p' | tr -d ' ' | tr , '\\n' | sort -u`;

const namesOf = (name: string, { short }: OptionSpec): readonly string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];

const allNames = (options: OptionSpecs): readonly string[] =>
  Object.entries(options).flatMap(([name, spec]) => namesOf(name, spec));

const values = (options: OptionSpecs, line: (names: readonly string[], words: readonly string[]) => string): string =>
  Object.entries(options)
    .flatMap(([name, spec]) => (spec.type === 'choice' ? [line(namesOf(name, spec), spec.choices)] : []))
    .join('\n');

const withWords = (commands: Commands, line: (name: string, words: readonly string[]) => string): string =>
  Object.entries(commands)
    .flatMap(([name, words]) => (words.length === 0 ? [] : [line(name, words)]))
    .join('\n');

const taken = (spec: OptionSpec): string => {
  if (spec.type === 'choice') return ` -x -a '${spec.choices.join(' ')}'`;
  return takesValue(spec) ? ' -r' : '';
};

const plain = (text: string): string => text.replaceAll(/['[\]`]/g, '');
