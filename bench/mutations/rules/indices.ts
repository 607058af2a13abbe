/** Ends of part selects, and bit selects, one bit away; some then reach past the end of the name. */
import { replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf } from '../source.ts';

export const indexEdits: Rule = (source) =>
  expressionsOf(source).flatMap((span) =>
    span.flatMap((token, k) => {
      if (token.role !== 'index') return [];
      const kind = span[k - 1]!.text === ':' ? 'low end' : span[k + 1]!.text === ':' ? 'high end' : 'bit';
      const value = Number(token.text);
      return [value + 1, value - 1]
        .filter((other) => other >= 0)
        .map((other) => replaceSpan(`${kind} moved`, [token], String(other)));
    }),
  );
