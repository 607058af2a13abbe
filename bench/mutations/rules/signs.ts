/** Sign bits that are another bit or zero, zeros that are sign bits, `$signed` dropped and added. */
import { type PlacedEdit, replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf, type SourceModule, type SourceToken, type Span } from '../source.ts';
import { parseLiteral } from '../tokens.ts';

export const signEdits: Rule = (source) =>
  expressionsOf(source).flatMap((span) =>
    span.flatMap((token, k) => [
      ...extensions(source, span, k),
      ...(token.text === '$signed' ? [replaceSpan('signed read as unsigned', [token], '$unsigned')] : []),
      ...(isComparedName(source, span, k)
        ? [replaceSpan('unsigned read as signed', [token], `$signed(${token.text})`)]
        : []),
    ]),
  );

/** Edits of the part that a brace opens, where that part extends the rest: `{x[7], …}`, `{2{x[7]}}`, `{2'd0, x}`. */
function extensions(source: SourceModule, span: Span, k: number): readonly PlacedEdit[] {
  if (span[k]!.text !== '{') return [];
  const first = span[k + 1];
  const bit = span.slice(k + 1, k + 5);
  const isBit = first?.kind === 'word' && bit[1]?.text === '[' && bit[2]?.role === 'index' && bit[3]?.text === ']';
  if (isBit) {
    const index = Number(bit[2]!.text);
    return [
      replaceSpan('sign bit zeroed', bit, "1'b0"),
      ...(index > 0 ? [replaceSpan('sign bit moved', [bit[2]!], String(index - 1))] : []),
    ];
  }
  const low = span[k + 3];
  const isZero = first?.kind === 'literal' && parseLiteral(first.text).value === 0n && span[k + 2]?.text === ',';
  const top = isZero && low !== undefined ? topBit(source, span, k + 3, low) : undefined;
  if (top === undefined) return [];
  const { width } = parseLiteral(first!.text);
  const sign = width === 1 ? top : `{${width}{${top}}}`;
  return [replaceSpan('zero extension made sign extension', [first!], sign)];
}

/** Spell the top bit of the name, or of its part select, at `k`. */
function topBit(source: SourceModule, span: Span, k: number, name: SourceToken): string | undefined {
  const declaration = source.declarations.get(name.text);
  if (declaration === undefined || declaration.kind === 'memory') return undefined;
  if (span[k + 1]?.text === '[') return `${name.text}[${span[k + 2]!.text}]`;
  return declaration.width === 1 ? name.text : `${name.text}[${declaration.width - 1}]`;
}

/** Whether the token is an operand, nothing but a name, of a comparison or product. */
function isComparedName(source: SourceModule, span: Span, k: number): boolean {
  const token = span[k]!;
  const isName = token.kind === 'word' && source.declarations.get(token.text)?.kind !== 'memory';
  const isOperand = (side: SourceToken | undefined): boolean =>
    side !== undefined && ['<', '*', '=='].includes(side.text);
  return isName && (isOperand(span[k - 1]) || isOperand(span[k + 1]));
}
