/** Expressions for given values of their variables: exactly, and in doubles where nothing exceeds them. */
import { evaluateOperation } from './forms/index.ts';
import type { Expression, Part } from './expression.ts';

/** Evaluate expressions for one assignment of their variables. */
export function evaluateExpressions(
  expressions: readonly Expression[],
  variables: readonly bigint[],
): readonly bigint[] {
  const known = new Map<Part, bigint>();
  const value = ({ constant, terms }: Expression): bigint => {
    let sum = constant;
    for (const { factor, part } of terms) sum += factor * partValue(part);
    return sum;
  };
  const partValue = (part: Part): bigint => {
    if (part.kind === 'variable') return variables[part.index]!;
    let result = known.get(part);
    if (result === undefined) known.set(part, (result = evaluateOperation(part.operation, part.operands.map(value))));
    return result;
  };
  return expressions.map(value);
}
