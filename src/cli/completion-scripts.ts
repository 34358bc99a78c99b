import { type OptionSpec, type OptionSpecs, takesValue } from '../core/command-line.ts';

/** The parts of a command that completion needs. The command without a name runs playbooks. */
interface Completable {
  readonly name: string;
  readonly options: OptionSpecs;
  readonly first?: readonly string[] | 'hosts' | 'task types';
}

/** Scripts that make shells complete commands, options and option values. */
export const COMPLETION_SCRIPTS = {
  bash: (commands: readonly Completable[]): string => `_run_complete() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} options
  COMPREPLY=()
${knownCommand(commands)}
  case $command:$before in
${lines(commands, valuesOf, (pattern, words) => `    ${pattern}) COMPREPLY=($(compgen -W '${words}' -- "$word")); return ;;`)}
    *:-l|*:--limit) COMPREPLY=($(compgen -W "$(${hosts})" -- "$word")); return ;;
    :-t|:--tags|:--skip-tags) COMPREPLY=($(compgen -W "$(${tags('${COMP_WORDS[@]:1}')})" -- "$word")); return ;;
  esac
  case $COMP_CWORD:$command in
${lines(commands, firstWords, (name, words) => `    2:${name}) COMPREPLY=($(compgen -W "${words}" -- "$word")); return ;;`)}
  esac
  case $command in
${lines(commands, optionNames, (pattern, names) => `    ${pattern}) options='${names}' ;;`)}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;;
  esac
  [ "$COMP_CWORD" = 1 ] && COMPREPLY=($(compgen -W '${namesOf(commands).join(' ')}' -- "$word"))
  COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _run_complete run ./run
`,
  zsh: (commands: readonly Completable[]): string => `_run() {
  local before=\${words[CURRENT-1]} word=\${words[CURRENT]} command=\${words[2]}
${knownCommand(commands)}
  case $command:$before in
${lines(commands, valuesOf, (pattern, words) => `    ${pattern}) compadd -- ${words}; return ;;`)}
    *:-l|*:--limit) compadd -- \${(f)"$(${hosts})"}; return ;;
    :-t|:--tags|:--skip-tags) compadd -- \${(f)"$(${tags('${words[@]:1}')})"}; return ;;
  esac
  case $CURRENT:$command in
${lines(commands, firstWords, (name, words) => `    3:${name}) compadd -- \${=:-"${words}"}; return ;;`)}
  esac
  if [[ $word == -* ]]; then
    case $command in
${lines(commands, optionNames, (pattern, names) => `      ${pattern}) compadd -- ${names} ;;`)}
    esac
  else
    (( CURRENT == 2 )) && compadd -- ${namesOf(commands).join(' ')}
    _files
  fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _run run ./run
`,
  fish: (
    commands: readonly Completable[],
  ): string => `complete -c run -n __fish_use_subcommand -a '${namesOf(commands).join(' ')}'
${commands.flatMap((command) => fishOptions(command, commands)).join('\n')}
${lines(commands, firstWords, (name, words) => `complete -c run -n '__fish_seen_subcommand_from ${name}' -a '${words.replace(/^\$/, '').replaceAll("'", "\\'")}'`)}
`,
} as const;

// These words come from the program itself. Completion must fail silently.
const hosts = `run inventory --list 2>/dev/null | grep -o '"[^"]*": {$' | cut -d'"' -f2 | grep -v '^_meta$\\|^hostvars$'`;
const types = `run doc 2>/dev/null | sed 's/ .*//; s/^.*\\.//'`;
const tags = (words: string): string =>
  `for p in ${words}; do [ -f "$p" ] && run "$p" --list-tags 2>/dev/null; done | sed -n 's/.*TASK TAGS: \\[\\(.*\\)\\].*/\\1/p' | tr -d ' ' | tr , '\\n' | sort -u`;

/** A shell pattern and the words it completes to. */
type Words = readonly [pattern: string, words: string];

const lines = (
  commands: readonly Completable[],
  wordsOf: (command: Completable) => readonly Words[],
  line: (pattern: string, words: string) => string,
): string =>
  commands
    .flatMap(wordsOf)
    .map(([pattern, words]) => line(pattern, words))
    .join('\n');

const namesOf = (commands: readonly Completable[]): readonly string[] =>
  commands.map(({ name }) => name).filter((name) => name !== '');

/** Anything that is not a command is a playbook, which the command without a name runs. */
const knownCommand = (commands: readonly Completable[]): string =>
  `  case $command in ${namesOf(commands).join('|')}) ;; *) command= ;; esac`;

const spellingsOf = (name: string, { short }: OptionSpec): readonly string[] => [
  `--${name}`,
  ...(short === undefined ? [] : [`-${short}`]),
];

/** Completions for the values of options that have choices. */
const valuesOf = ({ name, options }: Completable): readonly Words[] =>
  Object.entries(options).flatMap(([option, spec]) =>
    spec.type === 'choice'
      ? [
          [
            spellingsOf(option, spec)
              .map((spelling) => `${name}:${spelling}`)
              .join('|'),
            spec.choices.join(' '),
          ] as const,
        ]
      : [],
  );

/** Completions for the first word after a command's name. */
function firstWords({ name, first }: Completable): readonly Words[] {
  if (first === undefined) return [];
  if (first === 'hosts') return [[name, `$(${hosts})`]];
  return [[name, first === 'task types' ? `$(${types})` : first.join(' ')]];
}

const optionNames = ({ name, options }: Completable): readonly Words[] => [
  [
    name === '' ? "''" : name,
    Object.entries(options)
      .flatMap(([option, spec]) => spellingsOf(option, spec))
      .join(' '),
  ],
];

function fishOptions({ name, options }: Completable, commands: readonly Completable[]): readonly string[] {
  const when =
    name === ''
      ? `not __fish_seen_subcommand_from ${namesOf(commands).join(' ')}`
      : `__fish_seen_subcommand_from ${name}`;
  return Object.entries(options).map(([option, spec]) => {
    const short = spec.short === undefined ? '' : ` -s ${spec.short}`;
    return `complete -c run -n '${when}' -l ${option}${short}${fishValue(spec)} -d '${withoutQuotes(spec.help)}'`;
  });
}

function fishValue(spec: OptionSpec): string {
  if (spec.type === 'choice') return ` -x -a '${spec.choices.join(' ')}'`;
  return takesValue(spec) ? ' -r' : '';
}

const withoutQuotes = (text: string): string => text.replaceAll(/['[\]`]/g, '');
