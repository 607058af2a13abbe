/**
 * From a quantized network and a schedule per layer to a verified Verilog project of streams: what `hardware.ts` is for
 * pipelines.
 *
 * Compile, build, run the same samples through every evaluator, write the project, and let Icarus and Verilator run the
 * emitted text with the same stalls. Nothing is reported that was not measured in this run (Node only).
 */
import { serializeStreams, type StreamGraph } from '../../circuit/index.ts';
import { type CompileOptions, compileStreams, type Schedules, serializeCompileOptions } from '../../compile/index.ts';
import { estimateResources, type ResourceEstimate } from '../../estimation/index.ts';
import { TargetError, UnsupportedError } from '../../errors.ts';
import { multiplyAccumulates, type Network, serializeNetwork } from '../../network/index.ts';
import {
  expectedStreamOutputs,
  measuredScenario,
  projectFiles,
  projectManifest,
  streamProject,
  writeProject,
} from '../../verilog/index.ts';
import type { Comparison, StreamChecks } from '../checks.ts';
import { checkTarget, type HardwareStep } from '../hardware.ts';
import { excessText } from '../part-fit.ts';
import { contentsText } from '../port-contents.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { runSimulators, type SimulatorChoice } from '../simulators.ts';
import { stepRunner, type StepWatch } from '../steps.ts';
import type { Stimulus } from '../stimuli.ts';
import {
  compareOutputs,
  compareUnrolled,
  type Compared,
  emulatedOutputs,
  type StreamOutputs,
} from './check-streams.ts';
import { measured, runScenarios, type StreamScenarioRun } from './scenarios.ts';
import { type BuiltStreams, buildStreams } from './stream-pipeline.ts';

/** Multiplications that the interpreter is given, some seconds' worth. */
const INTERPRETED_LIMIT = 4_000_000;

export interface StreamHardwareOptions extends StepWatch<HardwareStep>, SimulatorChoice {
  readonly target: HardwareTarget;
  readonly compile?: CompileOptions;
  readonly schedules: Schedules;
  /** Places of every FIFO. @defaultValue the fewest for each with which no sample comes later */
  readonly fifoDepth?: number;
}

export interface StreamHardwareResult extends BuiltStreams {
  readonly graph: StreamGraph;
  readonly part: string;
  readonly clockMHz: number;
  /** From the first beat of a sample to its last beat out, measured with an empty design at full rate. */
  readonly latencyCycles: number;
  readonly latencyNs: number;
  /** Cycles between samples at full rate, measured. */
  readonly initiationInterval: number;
  readonly resources: ResourceEstimate;
  readonly checks: StreamChecks;
  /** The first difference found, in one sentence; null when everything agrees. */
  readonly firstMismatch: string | null;
  /** Why a comparison was not made; empty when all were. */
  readonly skipped: readonly string[];
  readonly tools: Readonly<Record<string, string>>;
  readonly seconds: Readonly<Partial<Record<HardwareStep, number>>>;
  /** Every scenario's run; the first is at full rate. */
  readonly scenarios: readonly StreamScenarioRun[];
}

/** Compile, build and estimate for a part and a clock, without running or writing anything. */
export function compileStreamsFor(
  network: Network,
  target: HardwareTarget,
  schedules: Schedules,
  options: CompileOptions = {},
  fifoDepth?: number,
): BuiltStreams & { readonly graph: StreamGraph; readonly resources: ResourceEstimate } {
  const part = checkTarget(target);
  if (target.copies !== undefined && target.copies > 1) {
    throw new UnsupportedError(
      `${target.copies} copies are asked for; copies are made of pipelines, and a stream design stands once.`,
    );
  }
  const graph = compileStreams(network, options, schedules);
  const built = buildStreams(graph, target, fifoDepth);
  const resources = estimateResources(built.design.netlist, part);
  const excess = excessText(resources, part, 'by our estimate', 'streams');
  if (excess !== undefined) throw new TargetError(excess);
  return { graph, ...built, resources };
}

/**
 * Build and verify the stream hardware of a network in `directory`, which must not exist yet.
 *
 * @param stimuli - raw input codes by place; at least two, so that the initiation interval can be measured
 * @throws TargetError if the clock cannot be met or the design does not fit the part; DeadlockError if it locks up
 */
export async function buildStreamHardware(
  network: Network,
  stimuli: readonly Stimulus[],
  directory: string,
  options: StreamHardwareOptions,
): Promise<StreamHardwareResult> {
  const { target, schedules, fifoDepth } = options;
  const { run: step, seconds } = stepRunner<HardwareStep>(options);
  const skipped: string[] = [];

  const { graph, resources, ...built } = await step(
    'compile',
    () => compileStreamsFor(network, target, schedules, options.compile, fifoDepth),
    (made) =>
      `${made.graph.stages.length} stages, ${made.design.fifos.length} FIFOs, ${made.resources.lut} LUT estimated`,
  );
  const { design } = built;

  const emulated = await step(
    'emulate',
    () => compareEmulators(network, options.compile ?? {}, graph, stimuli, skipped),
    ({ interpreted, unrolled }) =>
      `${interpreted.comparison.vectors} samples interpreted and ${unrolled?.comparison.vectors ?? 0} unrolled, ${interpreted.comparison.mismatches + (unrolled?.comparison.mismatches ?? 0)} mismatches with emulation`,
  );

  const simulated = await step(
    'simulate',
    () => {
      const scenarios = runScenarios(design, stimuli);
      const compared = scenarios.map(({ name, run }) =>
        compareOutputs(`The simulated netlist differs from emulation (${name})`, run.outputs, emulated.outputs),
      );
      return { scenarios, total: together(compared) };
    },
    ({ scenarios, total }) => {
      const { latencyCycles, initiationInterval } = measured(scenarios[0]!.run);
      return `${total.comparison.vectors} samples in ${scenarios.length} patterns of stalls, ${total.comparison.mismatches} mismatches, latency ${latencyCycles} cycles, initiation interval ${initiationInterval}`;
    },
  );
  const { scenarios } = simulated;
  const { latencyCycles, initiationInterval } = measured(scenarios[0]!.run);

  const vectors = {
    inputs: design.inputs,
    outputs: design.outputs,
    fifos: design.fifos,
    scenarios: scenarios.map(({ name, run }) => measuredScenario(name, run)),
  };
  const project = streamProject(
    {
      netlist: design.netlist,
      model: network.name,
      part: target.part,
      clockMHz: target.clockMHz,
      latencyCycles,
      initiationInterval,
      strategy: options.compile?.strategy ?? 'adder-graph',
      portContents: Object.fromEntries(
        [...design.inputs, ...design.outputs].map(({ name, type }) => [name, contentsText(type.formats)]),
      ),
    },
    vectors,
  );
  await step(
    'verilog',
    () => {
      const model = [
        { path: 'model/network.json', text: serializeNetwork(network) },
        { path: 'model/compile.json', text: serializeCompileOptions(options.compile ?? {}) },
        {
          path: 'model/schedules.json',
          text: `${JSON.stringify({ ...schedules, ...(fifoDepth && { fifoDepth }) }, null, 2)}\n`,
        },
        { path: 'model/streams.json', text: serializeStreams(graph) },
      ];
      return writeProject(directory, [...projectFiles(project), ...model], projectManifest(project));
    },
    (manifest) => `${Object.keys(manifest.sha256).length} files written`,
  );

  const { tools, ...others } = await runSimulators(step, directory, expectedStreamOutputs(vectors), 'beats', options);
  skipped.push(...others.skipped);

  return {
    graph,
    ...built,
    part: target.part,
    clockMHz: target.clockMHz,
    latencyCycles,
    latencyNs: (latencyCycles * 1000) / target.clockMHz,
    initiationInterval,
    resources,
    checks: {
      interpreterVsEmulation: emulated.interpreted.comparison,
      unrolledVsEmulation: emulated.unrolled?.comparison ?? null,
      simulationVsEmulation: simulated.total.comparison,
      verilatorVsSimulation: others.verilator,
      icarusVsSimulation: others.icarus,
    },
    firstMismatch:
      emulated.interpreted.firstMismatch ??
      emulated.unrolled?.firstMismatch ??
      simulated.total.firstMismatch ??
      others.firstMismatch,
    skipped,
    tools,
    seconds,
    scenarios,
  };
}

interface EmulatedSamples {
  readonly outputs: StreamOutputs;
  readonly interpreted: Compared;
  readonly unrolled: Compared | undefined;
}

function compareEmulators(
  network: Network,
  options: CompileOptions,
  graph: StreamGraph,
  stimuli: readonly Stimulus[],
  skipped: string[],
): EmulatedSamples {
  const outputs = emulatedOutputs(graph, stimuli);
  const work = Math.max(1, multiplyAccumulates(network));
  const few = stimuli.slice(0, Math.max(1, Math.floor(INTERPRETED_LIMIT / work)));
  const interpreted = compareOutputs(
    'Emulation differs from the interpreter',
    emulatedOutputs(graph, few, { engine: 'interpreter' }),
    outputs,
  );
  const unrolled = compareUnrolled(graph, network, options, stimuli, outputs);
  if (typeof unrolled !== 'string') return { outputs, interpreted, unrolled };
  skipped.push(unrolled);
  return { outputs, interpreted, unrolled: undefined };
}

function together(all: readonly Compared[]): Compared {
  const sum = (of: (comparison: Comparison) => number): number =>
    all.reduce((total, { comparison }) => total + of(comparison), 0);
  return {
    comparison: { vectors: sum(({ vectors }) => vectors), mismatches: sum(({ mismatches }) => mismatches) },
    firstMismatch: all.find(({ firstMismatch }) => firstMismatch !== null)?.firstMismatch ?? null,
  };
}
