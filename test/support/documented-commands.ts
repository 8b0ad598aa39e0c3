/**
 * The command lines of `evenkeel` that a text shows: in code blocks, in `inline code`, in help texts and in scripts.
 * @module
 */

/** The words behind `evenkeel`, one entry per command; what is a placeholder or not ours is left out. */
export function documentedCommands(text: string): string[][] {
  const lines = [
    ...[...text.matchAll(/^ *(?:[-#] )*(?:- run: |- )?(?:\$ )?(?:npx )?evenkeel( [^\n]*)?$/gm)].map(
      ([, rest]) => rest ?? '',
    ),
    ...[...text.matchAll(/`(?:npx )?evenkeel( [^`\n]*)?`/g)].map(([, rest]) => rest ?? ''),
    ...[...text.matchAll(/<\((?:npx )?evenkeel( [^)\n]*)\)/g)].map(([, rest]) => rest),
  ];
  return lines.map(shellWords).filter((words) => words.length > 0 && !words.some(isPlaceholder));
}

/** Up to a comment, a pipe, a redirection, or the description that stands two spaces behind an example. */
function shellWords(line: string): string[] {
  const [command] = line.trim().split(/ {2,}| #| \| | > | && |; /);
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain,
  );
}

function isPlaceholder(word: string): boolean {
  // `${{ ... }}`: filled in by the CI system
  return /[<>[\]|…]|\{\{|\.\.\.$/.test(word) || /^\(|,$/.test(word);
}
