/**
 * The checks that did not pass as GitHub workflow commands, which a job shows as annotations at the config.
 *
 * Texts are hostile: every character that begins, ends or divides a command is escaped, so that no text is a command of its own. GitHub shows
 * 10 errors and 10 warnings of a step; the last line says what is left out.
 * Source: docs.github.com, "Workflow commands for GitHub Actions".
 * @module
 */
import { configFile, isError, openChecks, type OpenCheck } from '../open-checks.ts';
import type { View } from '../view.ts';

const SHOWN_MAX = 10;

export function githubAnnotations(view: View): string[] {
  const file = property(configFile(view));
  const open = openChecks(view);
  const errors = open.filter(isError);
  const warnings = open.filter((check) => !isError(check));
  const shownErrors = errors.slice(0, SHOWN_MAX);
  const all = errors.length <= SHOWN_MAX && warnings.length <= SHOWN_MAX;
  // one warning less where something is left out, for the line that says so
  const shownWarnings = warnings.slice(0, all ? SHOWN_MAX : SHOWN_MAX - 1);
  const left = open.length - shownErrors.length - shownWarnings.length;
  return [
    ...shownErrors.map((check) => command('error', file, check)),
    ...shownWarnings.map((check) => command('warning', file, check)),
    ...(left === 0 ? [] : [`::warning title=evenkeel::and ${left} more checks did not pass, in the report of the run`]),
  ];
}

function command(kind: string, file: string, { report, place, observed, reason }: OpenCheck): string {
  const title = property(`evenkeel: ${report}, ${place}`);
  return `::${kind} file=${file},line=1,title=${title}::${data(`${observed}. ${reason}`)}`;
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
