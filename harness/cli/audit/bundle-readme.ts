/** The page of an audit bundle that its reader opens first. @module */
import type { AuditRecord, Manifest, Verdict } from '../../schema/index.ts';
import { modelCardSection, plainMarkdown } from '../../../reports/index.ts';

export function bundleReadme(record: AuditRecord, manifest: Manifest, verdict: Verdict): string {
  const { responsible, signedWith, outputs, canaries, createdAt, evenkeelVersion } = record;
  const role = responsible?.role === null || responsible === null ? '' : `, ${plainMarkdown(responsible.role)}`;
  const lines = [
    '# Audit bundle of a run of evenkeel',
    '',
    `- Verdict: **${verdict.outcome.toUpperCase()}** under the policy ${plainMarkdown(verdict.policyName)}. ${plainMarkdown(verdict.reason)}`,
    `- Run ${plainMarkdown(manifest.runId)}, begun ${manifest.createdAt}; bundle made ${createdAt} with evenkeel ${evenkeelVersion}.`,
    `- Responsible: ${responsible === null ? 'nobody was named' : `${plainMarkdown(responsible.name)}${role}`}.`,
    signedWith === null
      ? '- **Not signed.** The digests show damage, not who made the bundle.'
      : `- Signed with Ed25519; SHA-256 of the public key: \`${signedWith}\`. Compare it with what you know of the signer.`,
    outputs === 'kept'
      ? '- Outputs are in it: findings and verdict can be made again.'
      : '- Outputs are left out; digests stand in their place. The verdict can be made again from the findings, the findings cannot.',
    canaries === 'raw'
      ? '- Canaries are in it as they were planted.'
      : '- Canaries are shown as keyed hashes. Token ids, where they are kept, spell what the target said.',
    '',
    'This is evidence of what was measured. It is no statement that anything complies with a law or a standard; `crosswalk.md` says what it is',
    'evidence for, and the limits of that.',
    '',
    '## To check it',
    '',
    '```',
    'evenkeel verify <this folder or its zip>',
    '```',
    '',
    'It compares every file with its digest, checks the signature and the statement, makes findings and verdict again and names the first thing',
    'that differs. Without the program: `sha256sum` of each file against `digests.json`; `attestation.json` is an in-toto statement in a DSSE',
    'envelope and names the digest of `digests.json`.',
    '',
    '## Files',
    '',
    '| file | content |',
    '| --- | --- |',
    '| `run/manifest.json`, `run/plan.json` | what ran: configuration, versions, target; the units |',
    outputs === 'kept'
      ? '| `run/units.jsonl`, `run/blobs/` | what came back, one unit a line; logits |'
      : '| `run/outputs.jsonl` | digests of what came back, one unit a line |',
    '| `run/findings.json`, `run/verdict.json` | what was measured; the answer of the gate, check by check |',
    '| `run/report.html`, `.md`, `.json`, `.junit.xml` | the same for people and programs |',
    '| `data-dictionary.md` | the meaning of every field |',
    '| `audit.json`, `digests.json`, `attestation.json` | this bundle: person and date, digests, statement |',
    '',
    modelCardSection(manifest).trimEnd(),
  ];
  return `${lines.join('\n')}\n`;
}
