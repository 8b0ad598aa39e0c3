/**
 * The seeded faults by name, and the module that holds each one's parts.
 * @module
 */

export interface FaultEntry {
  readonly name: string;
  readonly title: string;
  /** URL of a module that exports `name` and `parts`. */
  readonly moduleUrl: string;
}

export const faultRegistry: readonly FaultEntry[] = [];
