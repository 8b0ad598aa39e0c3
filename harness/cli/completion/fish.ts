/**
 * The completion script of fish: one `complete` line per verb, flag and choice, made from the command tree.
 * @module
 */
import type { VerbWords } from './command-tree.ts';

export function fishScript(tree: readonly VerbWords[]): string {
  const lines = tree.flatMap((verb) => {
    const here = conditionOf(verb);
    return [
      ...verb.verbs.map((name) => {
        const inner = tree.find(({ path }) => path.join(' ') === [...verb.path, name].join(' '));
        return `complete -c evenkeel -f -n ${here} -a ${name} -d ${quoted(inner?.what ?? '')}`;
      }),
      ...(verb.choices.length === 0 ? [] : [`complete -c evenkeel -f -n ${here} -a ${quoted(verb.choices.join(' '))}`]),
      ...verb.flags.map(({ names, what, takes, choices }) => {
        const words = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
        const value =
          choices.length > 0
            ? ` -x -a ${quoted(choices.join(' '))}`
            : { nothing: '', file: ' -r -F', text: ' -x' }[takes];
        return `complete -c evenkeel -n ${here} ${words.join(' ')}${value} -d ${quoted(what)}`;
      }),
    ];
  });
  return `# fish completion of evenkeel; load it with: evenkeel completion fish | source\n${lines.join('\n')}\n`;
}

/** True at exactly this place: all words of the path are there, and none of a verb below it. */
function conditionOf({ path, verbs }: VerbWords): string {
  if (path.length === 0) return '__fish_use_subcommand';
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = verbs.length === 0 ? [] : [`not __fish_seen_subcommand_from ${verbs.join(' ')}`];
  return quoted([...seen, ...below].join('; and '));
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
