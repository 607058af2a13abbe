/** Operands, arms and connections exchanged, and names replaced by others of the same width. */
import { exchangeSpans, type PlacedEdit, replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf, type SourceModule, type Span } from '../source.ts';

/** Other names tried per read. */
const alternatives = 3;

export const wireEdits: Rule = (source) => [
  ...expressionsOf(source).flatMap((span) => exchanges(source, span)),
  ...connectionExchanges(source),
  ...otherNames(source),
];

const operators = new Set(['+', '-', '*', '&', '|', '^', '<', '==']);

/** Operands of the operator, or arms of the choice, that stands outside all brackets. */
function exchanges(source: SourceModule, span: Span): readonly PlacedEdit[] {
  let depth = 0;
  const outside = span.map(({ text }) => {
    if ('([{'.includes(text)) depth += 1;
    const isOutside = depth === 0;
    if (')]}'.includes(text)) depth -= 1;
    return isOutside;
  });
  const find = (isSought: (text: string) => boolean): number =>
    span.findIndex(({ text }, k) => k > 0 && outside[k]! && isSought(text));
  const [question, colon] = [find((text) => text === '?'), find((text) => text === ':')];
  if (question > 0)
    return [exchangeSpans(source, 'arms exchanged', span.slice(question + 1, colon), span.slice(colon + 1))];
  const operator = find((text) => operators.has(text));
  if (operator < 0) return [];
  return [exchangeSpans(source, 'operands exchanged', span.slice(0, operator), span.slice(operator + 1))];
}

/** Data inputs of one instance, pair by pair. */
function connectionExchanges(source: SourceModule): readonly PlacedEdit[] {
  return source.instances.flatMap(({ connections }) => {
    const inputs = connections.filter(({ port, direction }) => port !== 'clk' && direction === 'input');
    return inputs.flatMap((first, k) =>
      inputs.slice(k + 1).map((second) => exchangeSpans(source, 'connections exchanged', first.value, second.value)),
    );
  });
}

/** Reads of a name replaced by others as wide that are declared before it, nearest first. */
function otherNames(source: SourceModule): readonly PlacedEdit[] {
  const names = [...source.declarations.values()].filter(({ kind }) => kind !== 'memory' && kind !== 'output');
  return expressionsOf(source).flatMap((span) =>
    span.flatMap((token) => {
      const declaration = token.kind === 'word' ? source.declarations.get(token.text) : undefined;
      if (declaration === undefined || declaration.kind === 'memory') return [];
      return names
        .filter(
          ({ name, width, offset }) => name !== token.text && width === declaration.width && offset < token.offset,
        )
        .toSorted((a, b) => Math.abs(a.offset - declaration.offset) - Math.abs(b.offset - declaration.offset))
        .slice(0, alternatives)
        .map(({ name }) => replaceSpan('name replaced', [token], name));
    }),
  );
}
