/**
 * From a trained network, its precisions and a schedule per layer to stages joined by streams.
 *
 * Every schedule gives the same values. Formats are those that are asked for; an exact result that nobody asked a format
 * for can have a wider one than in `compileNetwork`'s graph, whose circuits prove every element by itself.
 */
import type { StreamGraph } from '../../circuit/index.ts';
import { UnsupportedError } from '../../errors.ts';
import type { Network } from '../../network/index.ts';
import type { HardwareLayer } from '../hardware-layer.ts';
import { hardwareNetwork } from '../hardware-network.ts';
import type { CompileOptions } from '../options.ts';
import { compilePlan } from './compile-plan.ts';
import { openMemo } from './memo.ts';
import { liveLayers, type NetworkPlan, planNetwork } from './plan.ts';
import { choicesOf, type ScheduleChoices } from './schedule-choices.ts';
import { checkSchedules, type Schedules } from './schedules.ts';

/** Compiles one network in any schedules; what two schedules have in common is compiled once, and is the same object. */
export interface StreamCompiler {
  /** Layers with gates of their own that lead to an output, in topological order. */
  readonly layers: readonly HardwareLayer[];
  /** Names of the layers whose results are the network's outputs. */
  readonly outputs: readonly string[];
  /**
   * Compile the network, or the part of it that leads to some of its layers; stages of a part that nothing outside reads
   * are those of the network.
   *
   * @throws ShapeError, ValueError, FormatError or UnsupportedError with the layer's name
   */
  compile(schedules: Schedules, outputs?: readonly string[]): StreamGraph;
  /**
   * List what the schedule of each layer can be, given those of the others: a vector's beats are those in which it arrives.
   *
   * @throws the errors of `compile` that do not depend on formats
   */
  choices(schedules: Schedules, outputs?: readonly string[]): readonly ScheduleChoices[];
}

/**
 * Compile a network to streams.
 *
 * @throws ShapeError, ValueError, FormatError or UnsupportedError with the layer's name
 */
export function compileStreams(trained: Network, options: CompileOptions = {}, schedules: Schedules = {}): StreamGraph {
  return streamCompiler(trained, options).compile(schedules);
}

/**
 * Open a compiler for a network.
 *
 * @throws ValueError or ShapeError for a broken network, UnsupportedError for an output without any gate
 */
export function streamCompiler(trained: Network, options: CompileOptions = {}): StreamCompiler {
  const hardware = hardwareNetwork(trained, options);
  const { network } = hardware.settings;
  const layers = liveLayers(hardware.layers, hardware.outputs);
  const memo = openMemo();
  const planOf = (schedules: Schedules, outputs: readonly string[]): NetworkPlan => {
    checkSchedules(network, schedules);
    return planNetwork({ ...hardware, outputs }, schedules, memo);
  };
  return {
    layers,
    outputs: hardware.outputs,
    compile: (schedules, outputs = hardware.outputs) => {
      const plan = planOf(schedules, outputs);
      if (outputs === hardware.outputs) checkInputs(network, plan);
      return compilePlan({ ...hardware, outputs }, options, plan, stillRead(layers, plan), memo);
    },
    choices: (schedules, outputs = hardware.outputs) => choicesOf(planOf(schedules, outputs)),
  };
}

/** What layers outside a plan read. */
function stillRead(layers: readonly HardwareLayer[], { layers: planned }: NetworkPlan): ReadonlySet<string> {
  const inside = new Set(planned.map(({ layer }) => layer.name));
  return new Set(layers.filter(({ name }) => !inside.has(name)).flatMap(({ inputs }) => inputs));
}

function checkInputs(network: Network, { inputs }: NetworkPlan): void {
  const unread = network.inputs.find(({ name }) => !inputs.has(name));
  if (unread === undefined) return;
  throw new UnsupportedError(
    `No output of network "${network.name}" depends on its input "${unread.name}"; in a stream design every input must be read.`,
  );
}
