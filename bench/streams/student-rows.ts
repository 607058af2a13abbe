/** The muon student in every layout: trained, built, verified, written and synthesised. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BeatLayout, CompileOptions } from '../../src/compile/index.ts';
import { type Network, withParameters } from '../../src/network/index.ts';
import { type RandomStream, stream } from '../../src/random/index.ts';
import { buildStreamHardware, hasMismatch, type Stimulus } from '../../src/systems/index.ts';
import { tensor, toFloats } from '../../src/tensor/index.ts';
import { synthesizeWithYosys } from '../../src/verification/index.ts';
import { MUON_LAYERS, muonImages } from '../designs/muon-images.ts';
import { STUDENT_COLUMNS, studentQuality, trainStudent } from '../designs/muon-student.ts';
import { controlTiming, PART, type Published, type StreamRow } from './stream-row.ts';

export const STUDENT_CLOCK = 500;

/** What the paper reports. */
export const PUBLISHED_STUDENTS: Readonly<Record<3 | 4, Published>> = {
  4: { name: 'published, 4 bits', cycles: 183, latencyNs: 366, lut: 29_500, ff: 14_300, dsp: 6, bram: 11 },
  3: { name: 'published, 3 bits', cycles: 182, latencyNs: 364, lut: 23_300, ff: 11_600, dsp: 0, bram: 11 },
};

/** Fewer stages for a few more tables. */
const LEAST_DEPTH: CompileOptions = { adderDepth: 0 };
const SAMPLES = 48;
const TEST_EVENTS = 10_000;

/** Build a student in all layouts. */
export async function* studentRows(bits: 3 | 4, seed: string, withYosys: boolean): AsyncGenerator<StreamRow | string> {
  const random = stream(seed, 'muon student', `${bits} bits`);
  const network = await trainStudent(bits, random);
  const { error, constantError, plateau, leakage, fakes } = studentQuality(network, random, TEST_EVENTS);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  yield `${bits} bits, trained: error ${error.toFixed(4)} (a constant has ${constantError.toFixed(4)}), plateau ${percent(plateau)}, below 8 GeV ${percent(leakage)}, noise ${percent(fakes)}; ${percent(zeroShare(network))} of the weights are 0`;
  const samples = muonStimuli(SAMPLES, random.split('stimuli'));
  for (const layout of ['columns', 'pixels', 'whole'] as const) {
    yield await studentRow(`student, ${bits} bits, ${layout}`, network, layout, samples, withYosys);
  }
  // How many adders stand one behind another depends on the weights; the goal in time is to be kept by any of them.
  yield await studentRow(
    `student, ${bits} bits, columns, least depth`,
    network,
    'columns',
    samples,
    withYosys,
    LEAST_DEPTH,
  );
  const dense = withDrawnWeights(network, random.split('weights'));
  yield await studentRow(
    `student, ${bits} bits, columns, least depth, drawn weights`,
    dense,
    'columns',
    samples,
    withYosys,
    LEAST_DEPTH,
  );
}

async function studentRow(
  name: string,
  network: Network,
  layout: BeatLayout,
  samples: readonly Stimulus[],
  withYosys: boolean,
  compile: CompileOptions = {},
): Promise<StreamRow> {
  const folder = await mkdtemp(join(tmpdir(), 'streams-'));
  try {
    const directory = join(folder, 'rtl');
    const start = performance.now();
    const built = await buildStreamHardware(network, samples, directory, {
      target: { part: PART, clockMHz: STUDENT_CLOCK },
      compile,
      schedules: { default: { layout } },
      simulators: [],
    });
    const seconds = (performance.now() - start) / 1000;
    if (hasMismatch(built.checks)) throw new Error(`${name}: ${built.firstMismatch}`);
    const yosys = withYosys ? (await synthesizeWithYosys(directory, { timeoutSeconds: 1800 })).result : null;
    return {
      name,
      clockMHz: STUDENT_CLOCK,
      cycles: built.latencyCycles,
      initiationInterval: built.initiationInterval,
      counts: built.resources,
      yosys,
      timing: controlTiming(built.design),
      mismatches: built.checks.simulationVsEmulation.mismatches,
      samples: built.checks.simulationVsEmulation.vectors,
      seconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Images of single bits as raw codes. */
function muonStimuli(count: number, random: RandomStream): Stimulus[] {
  const size = MUON_LAYERS * STUDENT_COLUMNS;
  const pixels = toFloats(muonImages(count, STUDENT_COLUMNS, random).images);
  return Array.from({ length: count }, (_, k) => [Array.from(pixels.subarray(k * size, (k + 1) * size), BigInt)]);
}

/** Give every weight but those of the output any code of its format: training leaves small ones, which are cheap. */
function withDrawnWeights(network: Network, random: RandomStream): Network {
  const updates = network.layers.flatMap(({ name, parameters }) => {
    const { kernel } = parameters;
    if (kernel === undefined || network.outputs.includes(name)) return [];
    const text = network.precision![name]!['weight'] as string;
    const [width, integer] = text.match(/-?\d+/g)!.map(Number) as [number, number];
    const own = random.split(name);
    const codes = Float32Array.from(
      toFloats(kernel),
      () => own.integer(-(2 ** (width - 1)), 2 ** (width - 1)) * 2 ** (integer - width),
    );
    return [[name, { kernel: tensor(codes, kernel.shape) }] as const];
  });
  return withParameters(network, Object.fromEntries(updates));
}

function zeroShare({ layers }: Network): number {
  const weights = layers.flatMap(({ parameters: { kernel } }) => (kernel === undefined ? [] : [...toFloats(kernel)]));
  return weights.filter((weight) => weight === 0).length / weights.length;
}
