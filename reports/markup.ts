/**
 * Markup as a value: an element escapes what it is given, so that a text from a model or a file is never markup.
 * @module
 */

/** Text that is markup already; only `element` makes it. */
export interface Markup {
  readonly kind: 'markup';
  readonly html: string;
}

type Attributes = Readonly<Record<string, string | number>>;

/** Elements without content or an end tag in HTML. */
const VOID = new Set(['br', 'meta', 'link', 'input']);

export function element(name: string, attributes: Attributes, ...content: readonly (Markup | string)[]): Markup {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  const start = `<${name}${words.join('')}>`;
  if (VOID.has(name)) return { kind: 'markup', html: start };
  return { kind: 'markup', html: `${start}${content.map(htmlOf).join('')}</${name}>` };
}

export const htmlOf = (content: Markup | string): string =>
  typeof content === 'string' ? escape(content) : content.html;

function escape(text: string): string {
  // attributes stand in double quotes
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
