/**
 * One line of `evenkeel doctor`: what was looked at, what was found, and what to do about it.
 * @module
 */

export interface DoctorCheck {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'not-checked';
  readonly found: string;
  /** What to do; empty when there is nothing to do. */
  readonly todo: string;
  /** The exit code when it fails: 2 for the configuration, 3 for everything that a run needs from outside. */
  readonly exitCode: 2 | 3;
}

export function ok(name: string, found: string): DoctorCheck {
  return { name, status: 'ok', found, todo: '', exitCode: 3 };
}

export function warn(name: string, found: string, todo: string): DoctorCheck {
  return { name, status: 'warn', found, todo, exitCode: 3 };
}

export function fail(name: string, found: string, todo: string, exitCode: 2 | 3 = 3): DoctorCheck {
  return { name, status: 'fail', found, todo, exitCode };
}

export function notChecked(name: string, found: string): DoctorCheck {
  return { name, status: 'not-checked', found, todo: '', exitCode: 3 };
}
