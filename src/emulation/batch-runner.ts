/**
 * The loop that moves batches through a compiled module: rows in, blocks of samples computed, rows out.
 *
 * The function is self-contained, imports nothing and closes over nothing, because its text also runs in workers.
 */

/** Raw codes of a batch, row-major [batch][elements]. */
export type Samples = Int32Array | BigInt64Array;

/** Where a port lies in the module's memory. */
export interface RunnerPort {
  readonly elements: number;
  readonly bits: 32 | 64;
  readonly address: number;
  /** Where rows are handed over to the module's own transposition, if it has one for this port. */
  readonly rows: number | null;
  /** Raw codes that an input may have, by element. */
  readonly lo: Samples;
  readonly hi: Samples;
}

export interface RunnerPlan {
  /** Samples per call into the module, a multiple of `group`. */
  readonly block: number;
  /** Samples side by side in a vector. */
  readonly group: number;
  readonly inputs: readonly RunnerPort[];
  readonly outputs: readonly RunnerPort[];
}

/** An input code outside its format. */
export interface RangeFault {
  readonly port: number;
  readonly sample: number;
  readonly element: number;
}

/** Runs a batch; returns one array per output port, or the first code that is out of range. */
export type BatchRunner = (batch: number, inputs: readonly (Samples | readonly bigint[])[]) => Samples[] | RangeFault;

/** Exports of a compiled module: `run(groups)`, and `read<k>` and `write<k>` of ports with rows. */
export interface ModuleExports {
  readonly memory: WebAssembly.Memory;
  readonly run: (groups: number) => void;
}

/** Make the runner of an instantiated module. */
export function batchRunner(exports: ModuleExports, plan: RunnerPlan): BatchRunner {
  const { memory, run } = exports;
  const { block, group, inputs: inputPorts, outputs: outputPorts } = plan;
  const transpose = exports as unknown as Readonly<Record<string, (groups: number) => number>>;

  /** Copy samples into a region by group, element and lane; return the first fault. */
  const copyIn = (k: number, source: Samples | readonly bigint[], from: number, count: number): RangeFault | null => {
    const { elements, bits, address, lo, hi } = inputPorts[k]!;
    const narrow = bits === 32 ? new Int32Array(memory.buffer, address) : null;
    const wide = bits === 64 ? new BigInt64Array(memory.buffer, address) : null;
    for (let sample = 0; sample < count; sample++) {
      const base = Math.floor(sample / group) * elements * group + (sample % group);
      const row = (from + sample) * elements;
      for (let element = 0; element < elements; element++) {
        const code = source[row + element]!;
        const at = base + element * group;
        if (narrow !== null) {
          // A bigint outside the safe integers stays outside any 32-bit range as a number.
          const value = Number(code);
          if (value < Number(lo[element]) || value > Number(hi[element]))
            return { port: k, sample: from + sample, element };
          narrow[at] = value;
        } else {
          const value = BigInt(code);
          if (value < lo[element]! || value > hi[element]!) return { port: k, sample: from + sample, element };
          wide![at] = value;
        }
      }
    }
    return null;
  };

  /** Bring samples into the module's memory, by its own transposition where it has one. */
  const enter = (k: number, source: Samples | readonly bigint[], from: number, count: number): RangeFault | null => {
    const { elements, rows } = inputPorts[k]!;
    if (rows === null || !(source instanceof Int32Array)) return copyIn(k, source, from, count);
    const target = new Int32Array(memory.buffer, rows, block * elements);
    target.set(source.subarray(from * elements, (from + count) * elements));
    if (transpose[`read${k}`]!(Math.ceil(count / group)) === 0) return null;
    // The transposition says that some code is out of range; the copy says which one.
    target.fill(0);
    return copyIn(k, source, from, count);
  };

  /** Copy samples out of a region into rows of the result. */
  const leave = (k: number, result: Samples, from: number, count: number): void => {
    const { elements, bits, address, rows } = outputPorts[k]!;
    if (rows !== null && result instanceof Int32Array) {
      transpose[`write${k}`]!(Math.ceil(count / group));
      result.set(new Int32Array(memory.buffer, rows, count * elements), from * elements);
      return;
    }
    const source = bits === 32 ? new Int32Array(memory.buffer, address) : new BigInt64Array(memory.buffer, address);
    for (let sample = 0; sample < count; sample++) {
      const base = Math.floor(sample / group) * elements * group + (sample % group);
      const row = (from + sample) * elements;
      for (let element = 0; element < elements; element++) result[row + element] = source[base + element * group]!;
    }
  };

  return (batch, inputs) => {
    const results = outputPorts.map(({ elements, bits }): Samples =>
      bits === 32 ? new Int32Array(batch * elements) : new BigInt64Array(batch * elements),
    );
    for (let from = 0; from < batch; from += block) {
      const count = Math.min(block, batch - from);
      for (let k = 0; k < inputPorts.length; k++) {
        const fault = enter(k, inputs[k]!, from, count);
        if (fault !== null) return fault;
      }
      // Lanes beyond the batch compute on what an earlier run left there, which was in range, and are not read.
      run(Math.ceil(count / group));
      for (let k = 0; k < outputPorts.length; k++) leave(k, results[k]!, from, count);
    }
    return results;
  };
}
