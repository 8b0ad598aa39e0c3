/**
 * Evidence crosswalk: what texts ask for, and which file of a bundle is evidence for it, with its limits. Never a claim of compliance.
 *
 * Wordings in quotation marks were read in the source that is named; where a mapping was not confirmed against the primary text, it says so.
 * @module
 */

interface CrosswalkRow {
  readonly text: string;
  readonly asks: string;
  readonly evidence: string;
  readonly limits: string;
}

const ROWS: readonly CrosswalkRow[] = [
  {
    text: 'EU AI Act, Annex IV 2(g)',
    asks: '"test logs and all test reports dated and signed by the responsible persons"; testing procedures, data and metrics',
    evidence:
      'audit.json (person, role, date), attestation.json (signature), run/plan.json, run/units.jsonl, run/findings.json',
    limits: 'A signature shows who holds a key. Wording as quoted by aiact.annotated.nl.',
  },
  {
    text: 'EU AI Act, Annex IV 1(c), 1(e)',
    asks: 'versions of software, and hardware',
    evidence: 'run/manifest.json: runtime, target.card, each entry with how it is known',
    limits: 'What a server does not tell is declared or unknown there.',
  },
  {
    text: 'EU AI Act, Art. 12 and 15',
    asks: 'logging; accuracy and robustness',
    evidence: 'run/units.jsonl; determinism and drift in report.html',
    limits: 'The mapping of articles was not confirmed. Accuracy on a task is not measured here.',
  },
  {
    text: 'NIST AI RMF, MEASURE 2.1',
    asks: '"Test sets, metrics, and details about the tools used during TEVV are documented"',
    evidence: 'run/manifest.json, data-dictionary.md',
    limits: 'Case files stay with their owner; their digest is in the manifest.',
  },
  {
    text: 'NIST AI RMF, MEASURE 2.5',
    asks: 'validity and reliability',
    evidence: 'run/findings.json: determinism, drift',
    limits: 'The wording was not confirmed. Reliability under the perturbations that ran, no others.',
  },
  {
    text: 'NIST AI RMF, MEASURE 2.7 and 2.10',
    asks: 'security and resilience; privacy',
    evidence: 'run/findings.json: leakage between requests',
    limits: 'The wording of 2.10 was not confirmed. No penetration test; training data is not looked at.',
  },
  {
    text: 'NIST AI RMF, MEASURE 2.13',
    asks: 'effectiveness of the metrics themselves',
    evidence: 'rates of missed faults and of false alarms: `evenkeel fault-bench` of the same version',
    limits: 'Measured on the reference engine, not on the target of this run.',
  },
  {
    text: 'ISO/IEC 42001, technical documentation and event logs',
    asks: 'documentation of the system and records of events',
    evidence: 'report.html, run/units.jsonl',
    limits: 'Clause numbers differ between secondary sources, and are left out.',
  },
];

export function crosswalkText(): string {
  const lines = [
    '# Evidence crosswalk',
    '',
    'What some texts ask for, and what of this bundle is evidence for it. It is no statement that anything complies with any of them.',
    '',
    '| text | asks for | evidence | limits |',
    '| --- | --- | --- | --- |',
    ...ROWS.map(({ text, asks, evidence, limits }) => `| ${text} | ${asks} | ${evidence} | ${limits} |`),
  ];
  return `${lines.join('\n')}\n`;
}
