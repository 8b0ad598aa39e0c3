/**
 * The explorer's help: the filter language and the keys, from the tables that the filter itself uses.
 * @module
 */
import { element } from './dom.ts';
import { FILTER_KEYS, STATUS_WORDS } from './filter.ts';

const KEYS = [
  ['j, k', 'next and previous unit'],
  ['Enter', 'open the unit'],
  ['/', 'go to the filter'],
  ['Escape', 'close the unit, leave the filter'],
  ['?', 'this help'],
] as const;

const RULES = [
  'Terms are separated by spaces and must all hold. Of one key, one of the values must hold.',
  '!status:pass excludes. case:"two words" and "free text" take quotes. * stands for any text.',
  'A word without a key is looked for in axis, level, case, perturbation, unit id and error; outputs are not searched.',
] as const;

export function filterHelpNode(): HTMLDialogElement {
  const close = element('button', { text: 'Close', attributes: { type: 'button' } });
  const dialog = element('dialog', { class: 'help-dialog', attributes: { 'aria-label': 'Help for the units' } }, [
    element('div', { class: 'section-head' }, [element('h3', { text: 'Filter and keys' }), close]),
    termList('Keyboard', KEYS),
    element('h4', { text: 'Filter' }),
    element(
      'ul',
      {},
      RULES.map((text) => element('li', { text })),
    ),
    termList(
      'Keys of the filter',
      FILTER_KEYS.map(({ example, what }) => [example, what]),
    ),
    termList(
      'Words of status:',
      STATUS_WORDS.map(({ word, what }) => [word, what]),
    ),
  ]);
  close.addEventListener('click', () => dialog.close());
  // a click beside the dialog is on the dialog itself, since its content fills it
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

function termList(title: string, entries: readonly (readonly [string, string])[]): HTMLElement {
  return element('div', { class: 'help-part' }, [
    element('h4', { text: title }),
    element(
      'dl',
      { class: 'names' },
      entries.flatMap(([term, meaning]) => [
        element('dt', {}, [element('code', { text: term })]),
        element('dd', { text: meaning }),
      ]),
    ),
  ]);
}
