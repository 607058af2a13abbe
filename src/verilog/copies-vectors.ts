/** Vectors of several copies as words of whole ports, cycle by cycle. */
import type { Netlist } from '../netlist/index.ts';
import { UnsupportedError } from '../errors.ts';
import { portNames } from './prepare.ts';
import { describeAll } from './print.ts';
import { type BenchOutput, type MeasuredBatch, measuredVectors, type TestVectors } from './test-bench.ts';

/** A port of the top module, and the bits of it that one copy has. */
export interface SharedPort {
  readonly name: string;
  readonly width: number;
  readonly own: number;
}

/** Deal a simulated batch out to copies, vector k to copy k modulo their number, as `simulateBatch` does. */
export function measuredCopies(
  stimuli: TestVectors['stimuli'],
  { outputs, presentedAt, validAt }: MeasuredBatch,
  copies: number,
): readonly TestVectors[] {
  return Array.from({ length: copies }, (_, copy) => {
    const own = <T>(all: readonly T[]): T[] => all.filter((_one, k) => k % copies === copy);
    const batch = { outputs: own(outputs), presentedAt: own(presentedAt), validAt: own(validAt) };
    return measuredVectors(own(stimuli), batch);
  });
}

/**
 * List the outputs that a run of the bench must write: of every cycle with a result the data outputs, the first port
 * lowest, and above them the valid bits.
 */
export function expectedCopyOutputs(netlist: Netlist, vectors: readonly TestVectors[]): readonly BenchOutput[] {
  const { dataOut } = copyPorts(netlist, vectors.length);
  const words = goldenWords(vectors, dataOut);
  return words.valid.flatMap((valid, cycle) => {
    if (valid === 0n) return [];
    const word = dataOut.reduceRight(
      (packed, { width }, p) => (packed << BigInt(width)) | words.data[p]![cycle]!,
      valid,
    );
    return [{ cycle, word }];
  });
}

export interface CopyPorts {
  readonly inputs: readonly SharedPort[];
  readonly outputs: readonly SharedPort[];
  /** Without `valid_in` and `valid_out`. */
  readonly dataIn: readonly SharedPort[];
  readonly dataOut: readonly SharedPort[];
}

/**
 * The ports of a top module of copies.
 *
 * @throws UnsupportedError if a valid bit is missing, or a width is no multiple of the number of copies
 */
export function copyPorts(netlist: Netlist, copies: number): CopyPorts {
  const top = describeAll(netlist.modules).get(netlist.top)!;
  const names = portNames(top);
  const shared = (list: readonly string[], ports: readonly { readonly width: number }[]): SharedPort[] =>
    ports.map(({ width }, k) => ({ name: list[k]!, width, own: width / copies }));
  const inputs = shared(names.inputs, top.module.inputs);
  const outputs = shared(names.outputs, top.module.outputs);
  const dataIn = inputs.filter(({ name }) => name !== 'valid_in');
  const dataOut = outputs.filter(({ name }) => name !== 'valid_out');
  const hasValid = dataIn.length === inputs.length - 1 && dataOut.length === outputs.length - 1;
  if (!hasValid || [...inputs, ...outputs].some(({ own }) => !Number.isInteger(own))) {
    const all = [...inputs, ...outputs].map(({ name, width }) => `${name} (${width} bits)`).join(', ');
    throw new UnsupportedError(
      `test bench: module ${netlist.top} has the ports ${all}, must have valid_in and valid_out and parts of ${copies} copies in all`,
    );
  }
  return { inputs, outputs, dataIn, dataOut };
}

/** Cycles of a run: the longest pattern, and the last result. */
export function cyclesOf(vectors: readonly TestVectors[]): number {
  return Math.max(
    ...vectors.map(({ pattern, goldenCycles }) => Math.max(pattern.length, (goldenCycles.at(-1) ?? 0) + 1)),
  );
}

/** Words of whole ports, cycle by cycle; data[p] are those of data port p. */
export interface PortWords {
  readonly valid: readonly bigint[];
  readonly data: readonly (readonly bigint[])[];
}

/** Put words of copies at cycles together: `part` gives the valid bit and the data of a copy in a cycle. */
function wordsOf(
  vectors: readonly TestVectors[],
  ports: readonly SharedPort[],
  part: (copy: number, cycle: number) => { readonly isValid: boolean; readonly words: readonly bigint[] },
): PortWords {
  const valid: bigint[] = [];
  const data = ports.map((): bigint[] => []);
  for (let cycle = 0; cycle < cyclesOf(vectors); cycle++) {
    const parts = vectors.map((_, copy) => part(copy, cycle));
    valid.push(parts.reduceRight((word, { isValid }) => (word << 1n) | BigInt(isValid), 0n));
    ports.forEach(({ own }, p) =>
      data[p]!.push(parts.reduceRight((word, { words }) => (word << BigInt(own)) | words[p]!, 0n)),
    );
  }
  return { valid, data };
}

/** What the inputs are given; a copy without a vector gets the complement of its next. */
export function stimulusWords(vectors: readonly TestVectors[], ports: readonly SharedPort[]): PortWords {
  const sent = vectors.map(() => 0);
  return wordsOf(vectors, ports, (copy, cycle) => {
    const { pattern, stimuli } = vectors[copy]!;
    const isValid = pattern[cycle] === true;
    const next = stimuli[Math.min(sent[copy]!, stimuli.length - 1)] ?? ports.map(() => 0n);
    if (isValid) sent[copy]! += 1;
    return { isValid, words: isValid ? next : next.map((word, p) => word ^ ((1n << BigInt(ports[p]!.own)) - 1n)) };
  });
}

/** What the outputs must show, zero where a copy has no result. */
export function goldenWords(vectors: readonly TestVectors[], ports: readonly SharedPort[]): PortWords {
  const results = vectors.map(
    ({ golden, goldenCycles }) => new Map(goldenCycles.map((cycle, k) => [cycle, golden[k]!])),
  );
  const none = ports.map(() => 0n);
  return wordsOf(vectors, ports, (copy, cycle) => {
    const words = results[copy]!.get(cycle);
    return { isValid: words !== undefined, words: words ?? none };
  });
}
