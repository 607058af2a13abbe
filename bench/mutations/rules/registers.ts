/** Registers that keep, lose or mistime their values: resets, clock edges, enables, and stages left out. */
import { insertAt, replaceSpan, type Rule } from '../edit.ts';
import { expressionsOf, type SourceModule, type SourceToken, spanText } from '../source.ts';
import { parseLiteral, sizedLiteral } from '../tokens.ts';

export const registerEdits: Rule = (source) => [
  ...source.tokens
    .filter(({ role }) => role === 'edge')
    .map((token) => replaceSpan('clock edge', [token], token.text === 'posedge' ? 'negedge' : 'posedge')),
  ...source.conditions.flatMap((condition) => [
    insertAt('reset negated', condition[0]!.offset, '!'),
    replaceSpan('reset never', condition, "1'b0"),
    replaceSpan('reset always', condition, "1'b1"),
  ]),
  ...source.updates.flatMap(({ target, next }) => {
    const only = next.length === 1 ? next[0]! : undefined;
    if (only?.kind === 'literal') {
      const { width, value } = parseLiteral(only.text);
      return [replaceSpan('reset value', [only], sizedLiteral(width, value ^ 1n))];
    }
    return [
      replaceSpan('never updated', next, target.text),
      insertAt('enable added', target.offset, `if (${enableOf(source, target)}) `),
    ];
  }),
  ...bypasses(source),
];

/** A bit that could be taken for an enable: the last input of one bit, else another name as wide, else a bit of the register. */
function enableOf(source: SourceModule, register: SourceToken): string {
  const bits = [...source.declarations.values()].filter(
    ({ name, width, offset }) => width === 1 && offset < register.offset && name !== 'clk' && name !== register.text,
  );
  const bit = bits.findLast(({ kind }) => kind === 'input') ?? bits.find(({ kind }) => kind !== 'output');
  if (bit !== undefined) return bit.name;
  return source.declarations.get(register.text)!.width === 1 ? register.text : `${register.text}[0]`;
}

/** Reads of a register replaced by what it is to become: a stage left out on one path. */
function bypasses(source: SourceModule): ReturnType<Rule> {
  const sources = new Map(source.updates.map(({ target, next }) => [target.text, next]));
  return expressionsOf(source).flatMap((span) =>
    span.flatMap((token, k) => {
      const next = token.kind === 'word' ? sources.get(token.text) : undefined;
      // Bits of an expression that is more than a name cannot be spelled in place of bits of the register.
      const isSelected = span[k + 1]?.text === '[';
      if (next === undefined || (isSelected && next.length > 1)) return [];
      return [replaceSpan('stage left out', [token], spanText(source, next))];
    }),
  );
}
