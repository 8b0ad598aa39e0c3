/** Errors of the cold stores. @module */

export type ColdErrorCode =
  'COLD_CAPACITY' | 'COLD_DISK' | 'COLD_IN_USE' | 'COLD_NO_KEY' | 'COLD_CLOSED' | 'COLD_OPTION';

export class ColdStoreError extends Error {
  readonly code: ColdErrorCode;

  constructor(
    code: ColdErrorCode,
    problem: { readonly at: string; readonly expected: string; readonly got: string; readonly hint: string },
    cause?: unknown,
  ) {
    super(`${problem.at}: expected ${problem.expected}, got ${problem.got}. ${problem.hint}`, { cause });
    this.name = 'ColdStoreError';
    this.code = code;
  }
}
