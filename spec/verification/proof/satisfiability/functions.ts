/** Random functions in an and-inverter graph, with the truth of each literal worked out beside the graph. */
import * as fc from 'fast-check';
import { andGraph, FALSE, TRUE } from '../../../../src/verification/proof/satisfiability/index.ts';
import type { AndGraph, Literal } from '../../../../src/verification/proof/satisfiability/index.ts';

export interface Step {
  readonly operation: 'and' | 'or' | 'xor' | 'mux' | 'majority' | 'not';
  readonly operands: readonly [number, number, number];
}

/** Steps whose operands are picked among all literals before; late ones are likely, so that functions grow deep. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    operation: fc.constantFrom('and', 'or', 'xor', 'mux', 'majority', 'not'),
    operands: fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
);

/** Built functions; bit k of a truth says what the literal is if the inputs are the bits of k. */
export interface Functions {
  readonly graph: AndGraph;
  readonly inputs: readonly Literal[];
  readonly literals: readonly Literal[];
  readonly truths: readonly bigint[];
}

export function build(program: readonly Step[], inputCount: number): Functions {
  const graph = andGraph();
  const rows = 2 ** inputCount;
  const all = (1n << BigInt(rows)) - 1n;
  const inputs = Array.from({ length: inputCount }, () => graph.input());
  const literals: Literal[] = [FALSE, TRUE, ...inputs];
  const truths = [0n, all];
  for (let k = 0; k < inputCount; k += 1) {
    let truth = 0n;
    for (let row = 0; row < rows; row += 1) if (((row >> k) & 1) === 1) truth |= 1n << BigInt(row);
    truths.push(truth);
  }
  for (const { operation, operands } of program) {
    const [i, j, k] = operands.map((pick) => literals.length - 1 - (pick % Math.min(literals.length, 12))) as [
      number,
      number,
      number,
    ];
    const [a, b, c] = [literals[i]!, literals[j]!, literals[k]!];
    const [x, y, z] = [truths[i]!, truths[j]!, truths[k]!];
    if (operation === 'mux' || operation === 'majority') {
      literals.push(graph[operation](a, b, c));
      truths.push(operation === 'mux' ? (x & y) | (~x & all & z) : (x & y) | (x & z) | (y & z));
    } else if (operation === 'not') {
      literals.push(graph.not(a));
      truths.push(~x & all);
    } else {
      literals.push(graph[operation](a, b));
      truths.push(operation === 'and' ? x & y : operation === 'or' ? x | y : x ^ y);
    }
  }
  return { graph, inputs, literals, truths };
}

/** Values of the inputs in one row of a truth. */
export const rowOf = (inputs: readonly Literal[], row: number): Map<Literal, boolean> =>
  new Map(inputs.map((input, k) => [input, ((row >> k) & 1) === 1]));
