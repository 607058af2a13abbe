/**
 * What the ground truth feeds a design, clock cycle by clock cycle: every input code or random ones, with gaps between
 * them, other data while `valid_in` is 0, and resets while the pipeline is full.
 */
import type { LayerGraph } from '../../src/circuit/index.ts';
import { packVector } from '../../src/netlist/index.ts';
import { type RandomStream, stream } from '../../src/random/index.ts';
import { randomStimuli, type Stimulus } from '../../src/systems/index.ts';

/** The inputs in one clock cycle. */
export interface Cycle {
  readonly reset: boolean;
  readonly valid: boolean;
  /** One word per data input. */
  readonly words: readonly bigint[];
}

export interface Stimuli {
  readonly cycles: readonly Cycle[];
  /** Vectors presented with `valid_in` 1 and no reset behind them: all codes, or those that were drawn. */
  readonly vectors: number;
  /** Whether all codes are among them. */
  readonly exhaustive: boolean;
}

/** Most input bits whose codes are all tried. */
const exhaustiveBits = 16;

/** Vectors drawn for every design, presented with gaps and resets. */
const randomVectors = 2048;

/** Vectors that follow in designs with too many input bits; each differs from the one before in one element. */
const steps = 4096;

/** Resets among the random vectors. */
const resets = 4;

/**
 * Plan the stimuli of a design, the same for the same seed.
 *
 * Random vectors come first, with gaps and resets, and meet what depends on neighbours in time. Then come all codes, or
 * more random ones, in an order in which little changes from one to the next: an event-driven simulator has little to do.
 *
 * @param latency cycles from an input to its output
 */
export function planStimuli(inputs: LayerGraph['inputs'], latency: number, seed: string): Stimuli {
  const random = stream(seed, 'stimuli');
  const widths = inputs.map(({ formats }) => formats.reduce((sum, { width }) => sum + width, 0));
  const bits = widths.reduce((a, b) => a + b, 0);
  const exhaustive = bits <= exhaustiveBits;
  const noise = (): readonly bigint[] => widths.map((width) => randomWord(width, random));
  const present = (words: readonly bigint[]): Cycle => ({ reset: false, valid: true, words });
  const pack = (stimulus: Stimulus): readonly bigint[] =>
    stimulus.map((raws, k) => packVector(inputs[k]!.formats, raws));

  const drawn = randomStimuli(inputs, randomVectors, random);
  const cycles: Cycle[] = [{ reset: true, valid: true, words: noise() }];
  const resetsBefore = new Set(Array.from({ length: resets }, () => random.integer(0, drawn.length)));
  for (const [k, stimulus] of drawn.entries()) {
    if (resetsBefore.has(k)) cycles.push(...resetInMidRun(latency, random, noise));
    if (random.integer(0, 8) === 0) cycles.push(...idle(random.integer(1, 4), noise));
    cycles.push(present(pack(stimulus)));
  }
  if (exhaustive) {
    // Gray's order: one bit changes.
    for (let code = 0; code < 2 ** bits; code++) cycles.push(present(split(BigInt(code ^ (code >> 1)), widths)));
  } else {
    let stimulus = drawn.at(-1)!;
    for (let k = 0; k < steps; k++) {
      const other = random.choice(drawn);
      const port = random.integer(0, inputs.length);
      const element = random.integer(0, stimulus[port]!.length);
      stimulus = stimulus.with(port, stimulus[port]!.with(element, other[port]![element]!));
      cycles.push(present(pack(stimulus)));
    }
  }
  cycles.push(...idle(latency + 2, noise));
  return { cycles, vectors: exhaustive ? 2 ** bits : randomVectors + steps, exhaustive };
}

/**
 * Plan a second look at one vector: between other vectors, after each of many others, held, and alone.
 *
 * @param words one per data input
 */
export function planReplay(words: readonly bigint[], widths: readonly number[], latency: number): Stimuli {
  const random = stream('replay', words.join());
  const noise = (): readonly bigint[] => widths.map((width) => randomWord(width, random));
  const wanted = { reset: false, valid: true, words };
  const cycles: Cycle[] = [{ reset: true, valid: true, words: noise() }];
  for (let round = 0; round < 200; round++) {
    cycles.push(wanted, { reset: false, valid: true, words: noise() });
    if (round % 10 === 0) cycles.push(...idle(latency + 2, noise), wanted, ...idle(latency + 2, noise));
    if (round % 50 === 0) cycles.push(...Array.from({ length: latency + 2 }, () => wanted));
  }
  cycles.push(...idle(latency + 2, noise));
  return { cycles, vectors: 1, exhaustive: false };
}

/** Fill the pipeline, reset it for one or two cycles, and watch it stay empty. */
function resetInMidRun(latency: number, random: RandomStream, noise: () => readonly bigint[]): readonly Cycle[] {
  const cycle = (reset: boolean) => (): Cycle => ({ reset, valid: true, words: noise() });
  return [
    ...Array.from({ length: latency + 2 }, cycle(false)),
    ...Array.from({ length: random.integer(1, 3) }, cycle(true)),
    ...idle(latency + 2, noise),
  ];
}

function idle(count: number, noise: () => readonly bigint[]): readonly Cycle[] {
  return Array.from({ length: count }, () => ({ reset: false, valid: false, words: noise() }));
}

function split(code: bigint, widths: readonly number[]): readonly bigint[] {
  let rest = code;
  return widths.map((width) => {
    const word = BigInt.asUintN(width, rest);
    rest >>= BigInt(width);
    return word;
  });
}

function randomWord(width: number, random: RandomStream): bigint {
  let word = 0n;
  for (let filled = 0; filled < width; filled += 30) word = (word << 30n) | BigInt(random.integer(0, 2 ** 30));
  return BigInt.asUintN(width, word);
}
