/**
 * One network from weights to Verilog, step by step, with what each step takes.
 *
 * The steps are those of `compileNetwork` and `buildPipeline`, called one by one so that each can be timed.
 */
import { adderGraphCost, optimizeAdders, withNarrowPorts, withoutUnreadElements } from '../src/circuit/index.ts';
import { compileNetwork } from '../src/compile/index.ts';
import { device, estimateResources, ultrascalePlusDelay } from '../src/estimation/index.ts';
import { fixed } from '../src/fixed/index.ts';
import { pipelineGraph, scheduleGraph } from '../src/netlist/index.ts';
import { printNetlist } from '../src/verilog/index.ts';
import { denseNetwork } from './designs/dense-design.ts';

export interface ScaleCase {
  readonly name: string;
  /** Inputs, then units of each layer. */
  readonly sizes: readonly number[];
  readonly sparsity: number;
}

export const STEPS = ['optimise', 'lower', 'narrow', 'schedule', 'netlist', 'estimate', 'print'] as const;
export type Step = (typeof STEPS)[number];

export interface ScaleResult extends ScaleCase {
  /** Entries of all kernels, zeros included. */
  readonly weights: number;
  /** Entries that are not zero. */
  readonly nonZero: number;
  /** User and system seconds of all threads of the process. */
  readonly cpuSeconds: Readonly<Record<Step, number>>;
  readonly totalCpuSeconds: number;
  /** From the start of the first step to the end of the last. */
  readonly wallSeconds: number;
  /** Largest resident memory of the process from its start, in MiB. */
  readonly peakMiB: number;
  readonly adders: number;
  readonly adderBits: number;
  readonly lut: number;
  readonly ff: number;
  readonly latencyCycles: number;
  /** Whether the registers are proven to be the fewest. */
  readonly isMinimum: boolean;
  readonly verilogBytes: number;
}

const PART = 'xcvu13p';
const CLOCK_MHZ = 200;

/** Compile one network. */
export function runScaleCase(one: ScaleCase): ScaleResult {
  const network = denseNetwork(
    {
      name: one.name,
      sizes: one.sizes,
      input: fixed(8, 1),
      weight: fixed(8, 1),
      activationBits: 8,
      output: fixed(16, 6),
      sparsity: one.sparsity,
      weights: 'uniform',
    },
    'scale',
  );
  const spent: Record<Step, number> = {
    optimise: 0,
    lower: 0,
    narrow: 0,
    schedule: 0,
    netlist: 0,
    estimate: 0,
    print: 0,
  };
  const timed = <Result>(step: Step, work: () => Result): Result => {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    spent[step] += (user + system) / 1e6;
    return result;
  };
  let adders = 0;
  let adderBits = 0;
  let weights = 0;
  let nonZero = 0;
  let counting = 0;
  const start = performance.now();
  const graph = timed('lower', () =>
    compileNetwork(network, {
      adderOptimizer: (kernel, inputs) => {
        const found = timed('optimise', () => optimizeAdders(kernel, inputs));
        const before = process.cpuUsage();
        const cost = adderGraphCost(found);
        adders += cost.adders;
        adderBits += cost.adderBits;
        weights += kernel.length * kernel[0]!.length;
        nonZero += kernel.flat().filter((weight) => weight !== 0).length;
        const { user, system } = process.cpuUsage(before);
        counting += (user + system) / 1e6;
        return found;
      },
    }),
  );
  spent.lower -= spent.optimise + counting;
  const built = timed('narrow', () => withoutUnreadElements(withNarrowPorts(graph)));
  const target = device(PART);
  const schedule = timed('schedule', () =>
    scheduleGraph(built, { periodNs: 1000 / CLOCK_MHZ, delay: ultrascalePlusDelay(target) }),
  );
  const netlist = timed('netlist', () => pipelineGraph(built, schedule));
  const { lut, ff } = timed('estimate', () => estimateResources(netlist, target));
  const files = timed('print', () => printNetlist(netlist));
  return {
    ...one,
    weights,
    nonZero,
    cpuSeconds: spent,
    totalCpuSeconds: STEPS.reduce((sum, step) => sum + spent[step], 0),
    wallSeconds: (performance.now() - start) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    adders,
    adderBits,
    lut,
    ff,
    latencyCycles: schedule.latencyCycles,
    isMinimum: schedule.isMinimum,
    verilogBytes: files.reduce((sum, { text }) => sum + text.length, 0),
  };
}
