/**
 * Secrets and paths out of what a server shows, before anything is stored: server arguments may hold an API key, and environments
 * hold tokens and home folders.
 *
 * A name that sounds like a secret hides its value; a value that looks like one is hidden under any name. Of a path only the last part
 * stays. Numbers and booleans are never secrets (`max_tokens`).
 * @module
 */

export const REDACTED = '[redacted]';

const SECRET_NAME =
  /(api[_-]?keys?|access[_-]?key|private[_-]?key|secret|passw(or)?d|credential|authori[sz]ation|bearer|cookie|(^|[_.-])(auth|key|pwd|pat|token)$|[_-](key|token)([_-]|$))/i;

const SECRET_VALUES: readonly RegExp[] = [
  /\b(sk|pk|rk|hf|ghp|gho|ghs|ghu|glpat|xox[abposr]|npm|pypi|dop)[-_][A-Za-z0-9_-]{8,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{8,}/g,
  /\b(AKIA|ASIA)[0-9A-Z]{12,}/g,
  /\bAIza[0-9A-Za-z_-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g,
  /\b(Bearer|Basic)\s+[A-Za-z0-9+/_.=-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // a key given on a command line
  /(?<=^|\s)(--?[a-z-]*(key|token|password|secret)[= ])\S+/gi,
];
const URL_CREDENTIALS = /:\/\/[^/\s:@]+:[^/\s@]+@/g;
const POSIX_PATH = /(^|[\s"'=,:([])(~|\.{0,2})\/(?:[^\s"'<>|,;:)\]/]+\/)+([^\s"'<>|,;:)\]/]*)/g;
const WINDOWS_PATH = /\b[A-Za-z]:\\(?:[^\s"'<>|\\]+\\)+([^\s"'<>|\\]*)/g;

/** @param known - secrets that the caller has itself, hidden wherever they appear */
export function redactValue(name: string, value: string, known: readonly string[] = []): string {
  if (value !== '' && SECRET_NAME.test(name)) return REDACTED;
  return redactText(value, known);
}

export function redactText(text: string, known: readonly string[] = []): string {
  let safe = text;
  for (const secret of known) if (secret.length >= 4) safe = safe.replaceAll(secret, REDACTED);
  for (const pattern of SECRET_VALUES)
    safe = safe.replace(pattern, (...groups: unknown[]) => {
      const lead = typeof groups[1] === 'string' && groups[1].startsWith('-') ? groups[1] : '';
      return `${lead}${REDACTED}`;
    });
  return safe
    .replace(URL_CREDENTIALS, `://${REDACTED}@`)
    .replace(WINDOWS_PATH, (_all, last: string) => `[path]/${last}`)
    .replace(POSIX_PATH, (all, lead: string, _root: string, last: string) =>
      // `://host/a/b` is no path of the machine
      all.startsWith(':') ? all : `${lead}[path]/${last}`,
    );
}
