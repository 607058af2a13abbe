/**
 * Retiming as integer difference constraints: a stage for every variable, as few register bits as possible.
 *
 * A variable is something that stands in one pipeline stage: an operation, or the handing on of a value from one module
 * to the next. Variable 0 is the ground: it stands in stage 0 and is where the inputs come from. A value stands at its
 * variable and must be carried to the last of its users; its registers are shared by all of them:
 *
 *   register bits = Σ over values of bits · (stage of the last user − stage of the source)
 *
 * Constraints: no variable stands before one of its operands, and no chain of variables within one stage takes longer
 * than the budget. Delays are whole numbers, so that sums do not depend on their order.
 */

/** As a user of a value: the last stage of the pipeline. */
export const LAST_STAGE = -1;

/** Rows of numbers of different lengths: row r is `items[starts[r]]` … `items[starts[r + 1] − 1]`. */
export interface Rows {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

export interface RetimingProblem {
  /** Number of variables, the ground included. */
  readonly count: number;
  /** Delay of each variable, a whole number of at least 0; 0 for the ground. */
  readonly delays: Float64Array;
  /** Variables that each variable reads, each once and all of smaller number. */
  readonly operands: Rows;
  /** The variable at which each value stands. */
  readonly sources: Int32Array;
  /** Bits of each value. */
  readonly bits: Int32Array;
  /** Variables, or `LAST_STAGE`, that use each value, each once and none before its source. */
  readonly users: Rows;
  /** Variables that must not stand after the last stage. */
  readonly ends: Int32Array;
}

/** Pack rows of numbers. */
export function packRows(rows: readonly (readonly number[])[]): Rows {
  const starts = new Int32Array(rows.length + 1);
  for (let r = 0; r < rows.length; r += 1) starts[r + 1] = starts[r]! + rows[r]!.length;
  const items = new Int32Array(starts[rows.length]!);
  rows.forEach((row, r) => items.set(row, starts[r]));
  return { starts, items };
}

/** The register bits of an assignment of stages. */
export function registerBits({ sources, bits, users }: RetimingProblem, stages: Int32Array, last: number): number {
  let sum = 0;
  for (let value = 0; value < sources.length; value += 1) {
    const source = stages[sources[value]!]!;
    let end = source;
    for (let k = users.starts[value]!; k < users.starts[value + 1]!; k += 1) {
      const user = users.items[k]!;
      end = Math.max(end, user === LAST_STAGE ? last : stages[user]!);
    }
    sum += bits[value]! * (end - source);
  }
  return sum;
}
