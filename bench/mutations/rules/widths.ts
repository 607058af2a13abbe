/** Declarations, literals, replications and memories that are one bit, or one word, wider or narrower. */
import { insertAt, type PlacedEdit, replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf, type SourceToken } from '../source.ts';
import { parseLiteral } from '../tokens.ts';

export const widthEdits: Rule = (source) => {
  const oneMoreOrLess = (kind: string, token: SourceToken, least: number): readonly PlacedEdit[] =>
    [1, -1]
      .map((step) => Number(token.text) + step)
      .filter((value) => value >= least)
      .map((value) => replaceSpan(kind, [token], String(value)));
  const declared = source.tokens.flatMap((token): readonly PlacedEdit[] => {
    if (token.role === 'range') return oneMoreOrLess('declared range', token, 0);
    if (token.role === 'depth') return oneMoreOrLess('memory depth', token, 0);
    // A clock of two bits is nothing that synthesis reads.
    const isBit = token.role === 'declared' && source.text[token.offset - 2] !== ']' && token.text !== 'clk';
    return isBit ? [insertAt('bit declared as two', token.offset, '[1:0] ')] : [];
  });
  const read = expressionsOf(source).flatMap((span) =>
    span.flatMap((token): readonly PlacedEdit[] => {
      // A replication of no copies is no Verilog-2001.
      if (token.role === 'count') return oneMoreOrLess('replication count', token, 1);
      if (token.kind !== 'literal') return [];
      const { width } = parseLiteral(token.text);
      const rest = token.text.slice(token.text.indexOf("'"));
      return [width + 1, width - 1]
        .filter((other) => other > 0)
        .map((other) => replaceSpan('literal width', [token], `${other}${rest}`));
    }),
  );
  return [...declared, ...read];
};
