/**
 * Elements from data. Text goes in as text, always: model output is hostile input.
 * @module
 */

interface ElementParts {
  readonly class?: string;
  readonly text?: string;
  readonly id?: string;
  readonly title?: string;
  /** Attributes that have no property of their own here. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  parts: ElementParts = {},
  children: readonly (Node | null)[] = [],
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (parts.class !== undefined) node.className = parts.class;
  if (parts.text !== undefined) node.textContent = parts.text;
  if (parts.id !== undefined) node.id = parts.id;
  if (parts.title !== undefined && parts.title !== '') node.title = parts.title;
  for (const [name, value] of Object.entries(parts.attributes ?? {})) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** An outcome is never shown by colour alone. */
export function statusChip(status: { outcome: string; glyph: string; word: string }): HTMLElement {
  return element('span', { class: `chip is-${status.outcome}` }, [
    element('span', { class: 'glyph', text: status.glyph, attributes: { 'aria-hidden': 'true' } }),
    element('span', { text: status.word }),
  ]);
}

/** A button that copies a text and says so. */
export function copyButton(text: string): HTMLButtonElement {
  const button = element('button', { class: 'copy', text: 'Copy', attributes: { type: 'button' } });
  button.addEventListener('click', () => {
    const said = (word: string): void => {
      button.textContent = word;
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    };
    // From file:// the clipboard may be refused; the text can still be selected by hand.
    navigator.clipboard.writeText(text).then(
      () => said('Copied'),
      () => said('Select it'),
    );
  });
  return button;
}
