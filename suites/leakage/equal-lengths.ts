/**
 * Were the other requests really equally long? Content-independence is owed at equal lengths alone: with other lengths a difference may
 * be batch variance, and calling it a leak would be wrong.
 *
 * A target in this process sends the tokens that the plan cut. A server cuts its own: what it counted is compared here.
 * @module
 */
import type { RowMember } from '../pairing/index.ts';

/** Why the pairs of a unit cannot be compared, in words; null when the lengths are equal. */
export function lengthProblem({ unit, level, reference, observed }: RowMember): string | null {
  const counted = new Map(reference.requests.map(({ requestId, promptTokens }) => [requestId, promptTokens]));
  let unknown = 0;
  for (const { requestId, promptTokens } of observed.requests) {
    const before = counted.get(requestId);
    // a counterpart that is absent is another gap, told elsewhere
    if (before === undefined) continue;
    if (before === null || promptTokens === null) unknown++;
    else if (before !== promptTokens)
      return (
        `unit ${unit.id}: request ${requestId} has ${before} prompt tokens at level ${level.reference} and ${promptTokens} ` +
        `at level ${level.id}; content and length changed together, so nothing is concluded from a difference`
      );
  }
  return unknown === 0
    ? null
    : `unit ${unit.id}: the target does not count the prompt tokens of ${unknown} requests, so that equal lengths are not shown`;
}
