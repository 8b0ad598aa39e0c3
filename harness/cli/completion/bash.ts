/**
 * The completion script of bash: one `case` per place, made from the command tree. Works in bash 3.2 and newer, without
 * bash-completion.
 * @module
 */
import type { VerbWords } from './command-tree.ts';

export function bashScript(tree: readonly VerbWords[]): string {
  const place = ({ path }: VerbWords): string => `/${path.join('/')}`;
  const verbs = tree.flatMap((verb) =>
    verb.verbs.map((name) => `${verb.path.length === 0 ? '' : place(verb)}/${name}`),
  );
  const values = tree.flatMap((verb) =>
    verb.flags
      .filter(({ takes }) => takes !== 'nothing')
      .map(({ names, takes, choices }) => {
        const patterns = names.map((name) => `'${place(verb)} ${name}'`).join(' | ');
        const words = choices.length > 0 ? `-W ${quoted(choices.join(' '))}` : takes === 'file' ? '-f' : "-W ''";
        return `    ${patterns}) COMPREPLY=($(compgen ${words} -- "$cur")); return ;;`;
      }),
  );
  const words = tree.map((verb) => {
    const flags = verb.flags.flatMap(({ names }) => names).join(' ');
    const files = verb.takesFiles ? 'files=yes' : 'files=';
    return `    '${place(verb)}') flags=${quoted(flags)}; words=${quoted([...verb.verbs, ...verb.choices].join(' '))}; ${files} ;;`;
  });
  return `# bash completion of evenkeel; load it with: source <(evenkeel completion bash)
_evenkeel() {
  local cur prev place flags words files i
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD - 1]}"
  # --flag=value stands in three words
  if [ "$cur" = '=' ]; then cur=''; elif [ "$prev" = '=' ]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  place=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place/\${COMP_WORDS[i]}" in
    ${verbs.join(' | ')}) place="$place/\${COMP_WORDS[i]}" ;;
    esac
  done
  place="\${place:-/}"
  case "$place $prev" in
${values.join('\n')}
  esac
  case "$place" in
${words.join('\n')}
  esac
  case "$cur" in
  -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
  *)
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    if [ -n "$files" ]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
    ;;
  esac
}
complete -o filenames -F _evenkeel evenkeel
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
