/** What the proof says of an emitted text: the same claims that `distill-rtl audit` makes, without a folder around them. */
import { DistillError } from '../../src/errors.ts';
import {
  checkTopPorts,
  dataInputs,
  expectedPipeline,
  portsOf,
  proveCircuit,
  proveVerilog,
  stimulusAt,
} from '../../src/systems/audit/index.ts';
import { findDifference, readVerilog } from '../../src/verification/index.ts';
import type { TextFile } from '../../src/verilog/index.ts';
import type { EmittedDesign } from './designs.ts';

/** The model that a text is held against, with the pipeline that was built of it. */
export type ProofReference = Pick<EmittedDesign, 'graph' | 'target' | 'pipeline'>;

export interface EmittedVerdict {
  /**
   * - `proved`: the text computes what the model computes, for all inputs.
   * - `different`: it does not.
   * - `open`: neither was shown within the bounds.
   * - `refused`: the reader rejects the text.
   */
  readonly verdict: 'proved' | 'different' | 'open' | 'refused';
  /** Raw codes by input, element 0 first, as decimal texts, for which text and model differ, where they are known. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  /** The verdict in a sentence. */
  readonly reason?: string;
}

/** Prove, or refute, that the files compute what the model computes. */
export async function proveEmitted(
  { graph, pipeline }: ProofReference,
  files: readonly TextFile[],
): Promise<EmittedVerdict> {
  const { netlist, schedule } = pipeline;
  try {
    const { design } = await readVerilog(files, netlist.top);
    checkTopPorts('the edited text', netlist, portsOf(design, netlist.top));
    const circuit = proveCircuit(graph, graph);
    const expected = expectedPipeline(circuit, pipeline, schedule.latencyCycles);
    const { top } = proveVerilog(circuit, design, netlist.top, dataInputs(netlist), expected);
    if (top.unproven.length === 0) return { verdict: 'proved' };
    const found = findDifference(top.unproven);
    if (found === undefined) {
      const [first] = top.unproven;
      return { verdict: 'open', reason: `${first!.port}[${first!.element}] is neither proved nor refuted` };
    }
    const codes = stimulusAt(graph, found, found.vector);
    return {
      verdict: 'different',
      inputs: Object.fromEntries(graph.inputs.map(({ name }, k) => [name, codes[k]!.map(String)])),
      reason: `${found.unproven.port}[${found.unproven.element}] is ${found.found} instead of ${found.expected}`,
    };
  } catch (error) {
    if (error instanceof DistillError && error.exitCode === 2) return { verdict: 'refused', reason: error.message };
    throw error;
  }
}
