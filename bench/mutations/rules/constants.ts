/** Constants that are one more, one less, or wrong in one bit. */
import { replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf } from '../source.ts';
import { parseLiteral, sizedLiteral } from '../tokens.ts';

export const constantEdits: Rule = (source) =>
  expressionsOf(source).flatMap((span) =>
    span
      .filter(({ kind }) => kind === 'literal')
      .flatMap((token) => {
        const { width, value } = parseLiteral(token.text);
        const top = 1n << BigInt(width - 1);
        const middle = 1n << BigInt(width >> 1);
        if (width === 1) return [replaceSpan('bit flipped', [token], sizedLiteral(1, value ^ 1n))];
        return [
          replaceSpan('one more', [token], sizedLiteral(width, value + 1n)),
          replaceSpan('one less', [token], sizedLiteral(width, value - 1n)),
          replaceSpan('bit flipped', [token], sizedLiteral(width, value ^ top)),
          ...(middle === top ? [] : [replaceSpan('bit flipped', [token], sizedLiteral(width, value ^ middle))]),
        ];
      }),
  );
