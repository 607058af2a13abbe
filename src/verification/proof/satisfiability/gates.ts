/**
 * What a node of an and-inverter graph computes, told to a solver: clauses that hold exactly if the node has the value
 * of its operands.
 *
 * Exclusive ors, multiplexers and majorities (the carries of adders) are recognised from their ANDs, as `AndGraph`
 * builds them, and told as a whole, with clauses that follow from the others. The solver then sees more implications,
 * and ANDs inside that nothing else reads never reach it (N. Eén, A. Mishchenko and N. Sörensson, "Applying logic
 * synthesis for speeding up SAT", SAT 2007).
 */
import type { AndGraph, Literal } from './and-graph.ts';

export interface Gate {
  readonly kind: 'and' | 'exclusive-or' | 'multiplexer' | 'majority';
  /** Literals that the node is a function of. */
  readonly operands: readonly Literal[];
  /** Each demands that one of its literals is true; the node's own literal is among them. */
  readonly clauses: readonly (readonly Literal[])[];
}

/** Recognise what an AND node, by itself or with ANDs below it, computes. */
export function gateOf(graph: AndGraph, node: number): Gate {
  const output = 2 * node;
  const p = graph.left(node);
  const q = graph.right(node);
  if (isInvertedAnd(graph, p) && isInvertedAnd(graph, q)) {
    const found = multiplexer(graph, output, p, q) ?? majority(graph, output, p, q) ?? majority(graph, output, q, p);
    if (found !== undefined) return found;
  }
  return {
    kind: 'and',
    operands: [p, q],
    clauses: [
      [p, output ^ 1],
      [q, output ^ 1],
      [p ^ 1, q ^ 1, output],
    ],
  };
}

const isInvertedAnd = (graph: AndGraph, literal: Literal): boolean => (literal & 1) === 1 && graph.isAnd(literal >> 1);

/** Operands of the AND that a literal leads to. */
const operandsOf = (graph: AndGraph, literal: Literal): [Literal, Literal] => [
  graph.left(literal >> 1),
  graph.right(literal >> 1),
];

/** output = ¬(s a) ¬(¬s b): if s then ¬a, else ¬b. */
function multiplexer(graph: AndGraph, output: Literal, p: Literal, q: Literal): Gate | undefined {
  const [p0, p1] = operandsOf(graph, p);
  const [q0, q1] = operandsOf(graph, q);
  const chosen =
    p0 === (q0 ^ 1)
      ? [p0, p1, q1]
      : p0 === (q1 ^ 1)
        ? [p0, p1, q0]
        : p1 === (q0 ^ 1)
          ? [p1, p0, q1]
          : p1 === (q1 ^ 1)
            ? [p1, p0, q0]
            : undefined;
  if (chosen === undefined) return undefined;
  const [s, a, b] = chosen as [Literal, Literal, Literal];
  const clauses = [
    [s ^ 1, a, output],
    [s ^ 1, a ^ 1, output ^ 1],
    [s, b, output],
    [s, b ^ 1, output ^ 1],
  ];
  if (a === (b ^ 1)) return { kind: 'exclusive-or', operands: [s, a], clauses };
  return {
    kind: 'multiplexer',
    operands: [s, a, b],
    clauses: [...clauses, [a, b, output], [a ^ 1, b ^ 1, output ^ 1]],
  };
}

/** output = ¬(a b) ¬(c ¬(¬a ¬b)): fewer than two of a, b and c. */
function majority(graph: AndGraph, output: Literal, both: Literal, carried: Literal): Gate | undefined {
  const [a, b] = operandsOf(graph, both);
  for (const [c, either] of [operandsOf(graph, carried), operandsOf(graph, carried).toReversed()] as const) {
    if (!isInvertedAnd(graph, either!)) continue;
    const [r, s] = operandsOf(graph, either!);
    if (!((r === (a ^ 1) && s === (b ^ 1)) || (r === (b ^ 1) && s === (a ^ 1)))) continue;
    const pairs = [
      [a, b],
      [a, c!],
      [b, c!],
    ] as const;
    return {
      kind: 'majority',
      operands: [a, b, c!],
      clauses: pairs.flatMap(([x, y]) => [
        [x ^ 1, y ^ 1, output ^ 1],
        [x, y, output],
      ]),
    };
  }
  return undefined;
}
