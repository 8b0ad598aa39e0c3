/**
 * The starter case file: four short prompts whose parts are labelled, so that order and truncation have something to act on.
 * @module
 */
import type { StarterFile } from './config-text.ts';

export const starterCases: StarterFile = {
  path: 'cases/first.yaml',
  text: `# yaml-language-server: $schema=../node_modules/evenkeel/schema/case-file.json
#
# A prompt is the texts of its parts, joined by newlines, in this order.
# Labels: instruction, schema, rule, constraint, exemplar, record, context, query.
schemaVersion: 2
description: Four short prompts to begin with; put your own here.
cases:
  - id: clinic-visit
    title: One visit as JSON
    tags: [json]
    parts:
      - { label: instruction, text: 'Write one visit of a clinic as JSON.' }
      - { label: rule, text: 'Rule: the ward is A or B.' }
      - { label: rule, text: 'Rule: the stay is 1 to 9 days.' }
      - { label: query, text: 'Visit of today:' }
  - id: parcel-row
    title: One parcel as CSV
    tags: [csv]
    parts:
      - { label: instruction, text: 'Write one parcel as a CSV row.' }
      - { label: schema, text: 'Columns: id, city, grams.' }
      - { label: exemplar, text: '17, Lyon, 250' }
      - { label: query, text: 'Next row:' }
  - id: meter-reading
    title: One meter reading
    parts:
      - { label: instruction, text: 'Write one reading of a water meter.' }
      - { label: rule, text: 'Rule: a reading is never lower than the last one.' }
      - { label: record, text: 'Last reading: 4711.' }
      - { label: query, text: 'Reading of today:' }
  - id: menu-item
    title: One dish of a menu
    parts:
      - { label: instruction, text: 'Write one dish of a menu and its price.' }
      - { label: rule, text: 'Rule: the price ends in 50.' }
      - { label: exemplar, text: 'Soup, 6.50' }
      - { label: query, text: 'Next dish:' }
`,
};
