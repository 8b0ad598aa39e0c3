/**
 * The completion script of zsh: `compadd` per place, made from the command tree.
 * @module
 */
import type { VerbWords } from './command-tree.ts';

export function zshScript(tree: readonly VerbWords[]): string {
  const place = ({ path }: VerbWords): string => `/${path.join('/')}`;
  const verbs = tree.flatMap((verb) =>
    verb.verbs.map((name) => `${verb.path.length === 0 ? '' : place(verb)}/${name}`),
  );
  const values = tree.flatMap((verb) =>
    verb.flags
      .filter(({ takes }) => takes !== 'nothing')
      .map(({ names, takes, choices }) => {
        const patterns = names.map((name) => `'${place(verb)} ${name}'`).join('|');
        const action = choices.length > 0 ? `compadd -- ${choices.join(' ')}` : takes === 'file' ? '_files' : ':';
        return `    ${patterns}) ${action}; return ;;`;
      }),
  );
  const words = tree.map((verb) => {
    const flags = verb.flags.flatMap(({ names }) => names).join(' ');
    const own = [...verb.verbs, ...verb.choices].join(' ');
    return `    '${place(verb)}') flags=(${flags}); choices=(${own}); files='${verb.takesFiles ? 'yes' : ''}' ;;`;
  });
  return `#compdef evenkeel
# zsh completion of evenkeel; load it with: source <(evenkeel completion zsh)
_evenkeel() {
  local place='' prev="\${words[CURRENT-1]}" files='' word
  local -a flags choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place/$word" in
    ${verbs.join('|')}) place="$place/$word" ;;
    esac
  done
  place="\${place:-/}"
  case "$place $prev" in
${values.join('\n')}
  esac
  case "$place" in
${words.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    compadd -- $flags
  else
    (( \${#choices} )) && compadd -- $choices
    [[ -n "$files" ]] && _files
  fi
}
if [ "$funcstack[1]" = '_evenkeel' ]; then _evenkeel; else compdef _evenkeel evenkeel; fi
`;
}
