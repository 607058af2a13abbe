/**
 * From a quantized network to a verified Verilog project: the hardware half of every system and of `compile`.
 *
 * Compile, schedule, build the netlist, run the same stimuli through every evaluator, write the project, and let
 * Icarus and Verilator run the emitted text. Nothing is reported that was not measured in this run (Node only).
 */
import type { LayerGraph } from '../circuit/index.ts';
import { serializeGraph } from '../circuit/index.ts';
import { compileNetwork, type CompileOptions, serializeCompileOptions } from '../compile/index.ts';
import { emulate, interpretGraph } from '../emulation/index.ts';
import {
  type Device,
  device,
  estimateResources,
  type ResourceEstimate,
  ultrascalePlusDelay,
} from '../estimation/index.ts';
import { TargetError, ValueError } from '../errors.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { type ModulePort, packVector, VALID_IN, VALID_OUT } from '../netlist/index.ts';
import { type Network, serializeNetwork } from '../network/index.ts';
import { type BatchResult, simulateBatch } from '../simulation/index.ts';
import {
  benchGap,
  type BenchOutput,
  copiesProject,
  expectedCopyOutputs,
  expectedOutputs,
  measuredCopies,
  measuredVectors,
  pipelineProject,
  type ProjectDesign,
  type ProjectFacts,
  projectFiles,
  projectManifest,
  writeProject,
} from '../verilog/index.ts';
import type { Checks, Comparison } from './checks.ts';
import { excessText } from './part-fit.ts';
import { contentsText } from './port-contents.ts';
import { type BuiltPipeline, buildPipeline, type HardwareTarget } from './pipeline.ts';
import { runSimulators, type SimulatorChoice, type SimulatorName } from './simulators.ts';
import { stepRunner, type StepWatch } from './steps.ts';
import type { Stimulus } from './stimuli.ts';

export interface HardwareOptions extends StepWatch<HardwareStep>, SimulatorChoice {
  readonly target: HardwareTarget;
  readonly compile?: CompileOptions;
}

export type HardwareStep = 'compile' | 'emulate' | 'simulate' | 'verilog' | SimulatorName;

export interface HardwareResult extends BuiltPipeline {
  /** The model's graph, the reference. */
  readonly graph: LayerGraph;
  readonly part: string;
  readonly clockMHz: number;
  /** As measured in simulation. */
  readonly latencyCycles: number;
  readonly latencyNs: number;
  readonly initiationInterval: number;
  readonly resources: ResourceEstimate;
  readonly checks: Checks;
  /** The first difference found, in one sentence; null when everything agrees. */
  readonly firstMismatch: string | null;
  /** Why a tool was not run; empty when all were. */
  readonly skipped: readonly string[];
  /** Versions of the tools that ran. */
  readonly tools: Readonly<Record<string, string>>;
  readonly seconds: Readonly<Partial<Record<HardwareStep, number>>>;
  /** The simulated batch: cycles and bus words of every vector, for timing diagrams. */
  readonly batch: BatchResult;
}

/**
 * Build and verify the hardware of a network in `directory`, which must not exist yet.
 *
 * @param given - stimuli, or what makes them for the model's graph: raw input codes; at least two per copy, so that the initiation interval can be measured; copy k of n
 *   gets those with the numbers k, k + n, k + 2n, …
 * @throws TargetError if the clock cannot be met or the design does not fit the part; ValueError for too few stimuli
 */
export async function buildHardware(
  network: Network,
  given: readonly Stimulus[] | ((graph: LayerGraph) => readonly Stimulus[]),
  directory: string,
  options: HardwareOptions,
): Promise<HardwareResult> {
  const { target } = options;
  const { copies = 1 } = target;
  if (typeof given !== 'function') checkNumber(given, copies);
  const { run: step, seconds } = stepRunner<HardwareStep>(options);

  const { graph, resources, ...pipeline } = await step(
    'compile',
    () => compileFor(network, target, options.compile),
    (made) =>
      `${made.graph.layers.length} layers${copies === 1 ? '' : `, ${copies} copies`}, ${made.resources.lut} LUT estimated, ${made.schedule.latencyCycles} stages`,
  );
  const { netlist } = pipeline;
  const stimuli = typeof given === 'function' ? given(graph) : given;
  checkNumber(stimuli, copies);

  const emulated = await step(
    'emulate',
    () => compareEmulators(graph, stimuli),
    ({ comparison }) =>
      `${comparison.vectors} vectors, ${comparison.mismatches} mismatches between interpreter and emulation`,
  );

  const simulated = await step(
    'simulate',
    () => compareSimulation(pipeline, graph, stimuli, emulated.outputs),
    ({ batch, comparison }) =>
      `${comparison.vectors} vectors, ${comparison.mismatches} mismatches, latency ${batch.latencyCycles} cycles, initiation interval ${batch.initiationInterval}`,
  );
  const { batch } = simulated;
  const initiationInterval = batch.initiationInterval ?? 1;

  const facts = {
    netlist,
    model: network.name,
    part: target.part,
    clockMHz: target.clockMHz,
    latencyCycles: batch.latencyCycles,
    initiationInterval,
    strategy: options.compile?.strategy ?? 'adder-graph',
    portContents: portContents(pipeline, graph),
  };
  const { design, expected } = tested(facts, simulated.words, batch, copies);
  await step(
    'verilog',
    () => {
      const model = [
        { path: 'model/network.json', text: serializeNetwork(network) },
        { path: 'model/compile.json', text: serializeCompileOptions(options.compile ?? {}) },
        { path: 'model/circuit.json', text: serializeGraph(graph) },
      ];
      return writeProject(directory, [...projectFiles(design), ...model], projectManifest(design));
    },
    (manifest) => `${Object.keys(manifest.sha256).length} files written`,
  );

  const { tools, skipped, ...others } = await runSimulators(
    step,
    directory,
    expected,
    'vectors',
    options,
    stimuli.length,
  );

  return {
    graph,
    ...pipeline,
    part: target.part,
    clockMHz: target.clockMHz,
    latencyCycles: batch.latencyCycles,
    latencyNs: (batch.latencyCycles * 1000) / target.clockMHz,
    initiationInterval,
    resources,
    checks: {
      interpreterVsEmulation: emulated.comparison,
      simulationVsEmulation: simulated.comparison,
      verilatorVsSimulation: others.verilator,
      icarusVsSimulation: others.icarus,
    },
    firstMismatch: emulated.firstMismatch ?? simulated.firstMismatch ?? others.firstMismatch,
    skipped,
    tools,
    seconds,
    batch,
  };
}

/** Refuse too few stimuli. */
function checkNumber({ length }: readonly Stimulus[], copies: number): void {
  if (length >= 2 * copies) return;
  throw new ValueError(
    `There are ${length} vectors for ${copies} ${copies === 1 ? 'pipeline' : 'copies of the pipeline'}; each needs at least 2, so that the initiation interval can be measured.`,
  );
}

/**
 * Refuse what no design can meet, before time goes into making one.
 *
 * @throws TargetError for an unknown part, a number of copies that is none, or a clock that is no number above 0 or that
 *   the part's clock network does not carry
 */
export function checkTarget({ part: name, clockMHz, copies = 1 }: HardwareTarget): Device {
  if (!(Number.isSafeInteger(copies) && copies >= 1)) {
    throw new TargetError(`The number of copies is ${copies}; it must be a whole number of at least 1.`);
  }
  if (!(Number.isFinite(clockMHz) && clockMHz > 0)) {
    throw new TargetError(`Clock is ${clockMHz} MHz; it must be a number above 0.`);
  }
  const part = device(name);
  const { minimumPeriodNs = 0, name: model } = ultrascalePlusDelay(part);
  if (1000 / clockMHz < minimumPeriodNs) {
    throw new TargetError(
      `Clock is ${clockMHz} MHz; the clock network of ${part.part} carries at most ${(1000 / minimumPeriodNs).toFixed(1)} MHz by the ${model} model.`,
    );
  }
  return part;
}

/** Compile, schedule and estimate for a part and a clock, without running or writing anything. */
export function compileFor(
  network: Network,
  target: HardwareTarget,
  options: CompileOptions = {},
): BuiltPipeline & { readonly graph: LayerGraph; readonly resources: ResourceEstimate } {
  const part = checkTarget(target);
  const graph = compileNetwork(network, options);
  const pipeline = buildPipeline(graph, target);
  const resources = estimateResources(pipeline.netlist, part);
  const excess = excessText(resources, part, 'by our estimate');
  if (excess !== undefined) throw new TargetError(excess);
  return { graph, ...pipeline, resources };
}

interface EmulatedStimuli {
  /** outputs[sample][output]: raw codes. */
  readonly outputs: readonly (readonly (readonly bigint[])[])[];
  readonly comparison: Comparison;
  readonly firstMismatch: string | null;
}

function compareEmulators(graph: LayerGraph, stimuli: readonly Stimulus[]): EmulatedStimuli {
  const flat = graph.inputs.map((_, port) => BigInt64Array.from(stimuli.flatMap((stimulus) => stimulus[port]!)));
  const emulated = emulate(graph, stimuli.length, flat, { observe: 'all' });
  let mismatches = 0;
  let firstMismatch: string | null = null;
  const outputs = stimuli.map((stimulus, sample) => {
    const reference = interpretGraph(graph, stimulus);
    const wrong = graph.layers.find((layer) => {
      const fast = emulated.layers.get(layer.name)!;
      const codes = reference.get(layer.name)!;
      return codes.some((code, element) => code !== BigInt(fast[sample * codes.length + element]!));
    });
    if (wrong !== undefined) {
      mismatches++;
      firstMismatch ??= `Emulation differs from the interpreter at layer "${wrong.name}" of vector ${sample}.`;
    }
    return graph.outputs.map((name) => {
      const width = outputFormats(graph, name).length;
      const codes = emulated.layers.get(name)!;
      return Array.from(codes.slice(sample * width, (sample + 1) * width), BigInt);
    });
  });
  return { outputs, comparison: { vectors: stimuli.length, mismatches }, firstMismatch };
}

interface SimulatedStimuli {
  /** Stimuli as bus words, one per graph input. */
  readonly words: readonly (readonly bigint[])[];
  readonly batch: BatchResult;
  readonly comparison: Comparison;
  readonly firstMismatch: string | null;
}

function compareSimulation(
  { netlist, copies }: BuiltPipeline,
  graph: LayerGraph,
  stimuli: readonly Stimulus[],
  expected: EmulatedStimuli['outputs'],
): SimulatedStimuli {
  const words = stimuli.map((stimulus) => graph.inputs.map((input, k) => packVector(input.formats, stimulus[k]!)));
  const batch = simulateBatch(netlist, words, { idleBefore: benchGap, copies });
  const formats = graph.outputs.map((name) => outputFormats(graph, name));
  const wrong = batch.outputs.flatMap((row, sample) =>
    row.some((word, k) => word !== packVector(formats[k]!, expected[sample]![k]!)) ? [sample] : [],
  );
  return {
    words,
    batch,
    comparison: { vectors: stimuli.length, mismatches: wrong.length },
    firstMismatch: wrong.length === 0 ? null : `The simulated netlist differs from emulation at vector ${wrong[0]}.`,
  };
}

function outputFormats(graph: LayerGraph, name: string): readonly FixedFormat[] {
  return graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats;
}

/** The project with its bench, and what the bench must write. */
function tested(
  facts: ProjectFacts,
  words: SimulatedStimuli['words'],
  batch: BatchResult,
  copies: number,
): { readonly design: ProjectDesign; readonly expected: readonly BenchOutput[] } {
  if (copies === 1) {
    const vectors = measuredVectors(words, batch);
    return { design: pipelineProject(facts, vectors), expected: expectedOutputs(facts.netlist, vectors) };
  }
  const vectors = measuredCopies(words, batch, copies);
  return { design: copiesProject(facts, vectors), expected: expectedCopyOutputs(facts.netlist, vectors) };
}

/** What each data port of the top module carries, by the port's name in the Verilog. */
function portContents({ netlist, copies }: BuiltPipeline, graph: LayerGraph): Record<string, string> {
  const contents = (formats: readonly FixedFormat[]): string =>
    `${copies === 1 ? '' : `${copies} copies of `}${contentsText(formats)}`;
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const data = (ports: readonly ModulePort[]): string[] =>
    ports.filter(({ name }) => name !== VALID_IN && name !== VALID_OUT).map(({ name }) => name);
  const inputs = data(top.inputs).map((name, k) => [name, contents(graph.inputs[k]!.formats)]);
  const outputs = data(top.outputs).map((name, k) => [name, contents(outputFormats(graph, graph.outputs[k]!))]);
  return Object.fromEntries([...inputs, ...outputs]);
}
