/** Operators replaced by others, complements dropped and added. */
import { insertAt, replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf } from '../source.ts';

const others: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '&': ['|', '^'],
  '|': ['&', '^'],
  '^': ['&', '|'],
  '*': ['+'],
  '<': ['<=', '>'],
  '==': ['!='],
};

export const operatorEdits: Rule = (source) =>
  expressionsOf(source).flatMap((span) =>
    span.flatMap((token, k) => {
      if (token.text === '~') return [replaceSpan('complement dropped', [token], '')];
      if (token.kind === 'symbol')
        return (others[token.text] ?? []).map((text) => replaceSpan('operator replaced', [token], text));
      const named = token.kind === 'word' && source.declarations.get(token.text)?.kind !== 'memory';
      return named && span[k - 1]?.text !== '~' ? [insertAt('complement added', token.offset, '~')] : [];
    }),
  );
