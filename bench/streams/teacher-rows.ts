/** The muon teacher with 16 bits as a stream of pixels, by reuse factor: built, simulated, timed. */
import { type StreamGraph, streamType } from '../../src/circuit/index.ts';
import { compileStreams } from '../../src/compile/index.ts';
import { TargetError } from '../../src/errors.ts';
import { device, estimateResources, ultrascalePlusDelay } from '../../src/estimation/index.ts';
import { streamEmulator } from '../../src/emulation/index.ts';
import { scheduleStage } from '../../src/netlist/index.ts';
import { parameterCount } from '../../src/network/index.ts';
import { type RandomStream, stream } from '../../src/random/index.ts';
import { streamSpeed } from '../../src/simulation/index.ts';
import { buildStreams, type Stimulus, withReuse } from '../../src/systems/index.ts';
import { toFloats } from '../../src/tensor/index.ts';
import { MUON_LAYERS, muonImages } from '../designs/muon-images.ts';
import { muonTeacher, TEACHER_FRACTION, type TeacherTraining } from '../designs/muon-teacher.ts';
import { controlTiming, PART, type Published, type StreamRow } from './stream-row.ts';

export const TEACHER_CLOCK = 250;

export const PUBLISHED_TEACHER: Published = {
  name: 'published teacher 9×16',
  cycles: 640,
  latencyNs: 1280,
  lut: 265_600,
  ff: 2_400_000,
  dsp: 31_700,
  bram: 1123,
};

/** Highest clock that is tried, and the distance of two, in MHz. */
const CLOCK_LIMIT = 800;
const CLOCK_STEP = 25;

/** A teacher's design, and how fast it was made and is simulated. */
export interface TeacherRow extends StreamRow {
  readonly highestMHz: number;
  readonly compileSeconds: number;
  readonly buildSeconds: number;
  readonly peakGiB: number;
  readonly cyclesPerSecond: number;
  readonly samplesPerSecond: number;
  readonly parameters: number;
  /** Layers that took another reuse factor. */
  readonly notes: readonly string[];
}

/** Trainings by columns; whole images would take minutes. */
const TRAININGS: Readonly<Record<number, TeacherTraining>> = { 16: { events: 12_000, epochs: 4 } };

/** Build and simulate a teacher. @param columns 16 or 384 */
export async function teacherRow(columns: number, reuse: number, samples: number, seed: string): Promise<TeacherRow> {
  const random = stream(seed, 'muon teacher', `${columns} columns`);
  const network = await muonTeacher(columns, random, TRAININGS[columns]);
  const { schedules, notes } = withReuse(network, {}, { default: 'stream' }, { reuse });
  const start = performance.now();
  const graph = compileStreams(network, {}, schedules);
  const compiled = performance.now();
  const built = buildStreams(graph, { part: PART, clockMHz: TEACHER_CLOCK });
  const counts = estimateResources(built.design.netlist, device(PART));
  const end = performance.now();
  // Before the simulation, which keeps every beat of its run.
  const peakGiB = process.resourceUsage().maxRSS / 2 ** 20;
  const stimuli = teacherStimuli(samples, columns, random.split('stimuli'));
  const { run, runSeconds, cyclesPerSecond } = streamSpeed(built.design, stimuli);
  const first = run.times[0]!;
  return {
    name: `teacher 9×${columns}${TRAININGS[columns] === undefined ? ', untrained' : ''}, reuse ${reuse}`,
    clockMHz: TEACHER_CLOCK,
    cycles: first.lastGiven - first.firstTaken,
    initiationInterval: run.initiationInterval?.maximum ?? NaN,
    counts,
    yosys: null,
    timing: controlTiming(built.design),
    mismatches: mismatches(graph, stimuli, run.outputs),
    samples,
    seconds: (end - start) / 1000,
    highestMHz: highestClock(graph),
    compileSeconds: (compiled - start) / 1000,
    buildSeconds: (end - compiled) / 1000,
    peakGiB,
    cyclesPerSecond,
    samplesPerSecond: samples / runSeconds,
    parameters: parameterCount(network),
    notes,
  };
}

function teacherStimuli(count: number, columns: number, random: RandomStream): Stimulus[] {
  const size = MUON_LAYERS * columns;
  const pixels = toFloats(muonImages(count, columns, random).images);
  return Array.from({ length: count }, (_, k) => [
    Array.from(pixels.subarray(k * size, (k + 1) * size), (pixel: number) => BigInt(pixel) << BigInt(TEACHER_FRACTION)),
  ]);
}

/** Samples of which simulation and emulation differ. */
function mismatches(
  graph: StreamGraph,
  stimuli: readonly Stimulus[],
  outputs: readonly (readonly (readonly bigint[])[])[],
): number {
  const results = streamEmulator(graph).run(
    stimuli.length,
    graph.inputs.map((_, port) => stimuli.flatMap((stimulus) => stimulus[port]!)),
  );
  const isEqual = (name: string, port: number, sample: number): boolean => {
    const { formats, elements } = streamType(graph, name);
    const size = formats.length * elements.length;
    const codes = results.get(name)!;
    return outputs[sample]![port]!.every((code, k) => code === BigInt(codes[sample * size + k]!));
  };
  return stimuli.filter((_, sample) => !graph.outputs.every((name, port) => isEqual(name, port, sample))).length;
}

/** The highest clock at which every stage schedules, in steps of 25 MHz. */
function highestClock(graph: StreamGraph): number {
  const delay = ultrascalePlusDelay(device(PART));
  const schedules = (clockMHz: number): boolean => {
    try {
      for (const stage of graph.stages) scheduleStage(stage, { periodNs: 1000 / clockMHz, delay });
      return true;
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      return false;
    }
  };
  let [low, high] = [0, CLOCK_LIMIT / CLOCK_STEP + 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (schedules(middle * CLOCK_STEP)) low = middle;
    else high = middle;
  }
  return low * CLOCK_STEP;
}
