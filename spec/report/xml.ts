/** A strict little XML reader: enough to say that figures are well-formed and to list their texts. */
import { expect } from 'vitest';

/** Fail unless every tag is closed in order and no reserved character stands alone. */
export const checkXml = (text: string): void => {
  const open: string[] = [];
  let rest = text;
  while (rest !== '') {
    const tag = /^<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (tag !== null) {
      const [whole, close, name, , empty] = tag;
      if (close === '/') expect(open.pop(), `closing ${name}`).toBe(name);
      else if (empty === '') open.push(name);
      rest = rest.slice(whole.length);
      continue;
    }
    const content = /^(?:[^<&]|&(?:lt|gt|amp|quot);)+/.exec(rest);
    expect(content, `near ${rest.slice(0, 60)}`).not.toBeNull();
    rest = rest.slice(content?.[0].length ?? rest.length);
  }
  expect(open).toEqual([]);
};

/** List the texts of all elements, unescaped. */
export const textsOf = (svg: string): readonly string[] =>
  [...svg.matchAll(/>([^<]+)</g)].map(([, text]) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  );
