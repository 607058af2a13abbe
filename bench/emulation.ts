/**
 * Speed of bit-exact emulation on a dense network 16-64-32-32-5 in the style of hls4ml: every product and every partial
 * sum is cast to ap_fixed<16,6>, and relu follows each hidden layer. Weights are synthetic.
 *
 *     npx tsx bench/emulation.ts [--smoke] [--json]
 */
import { circuitBuilder } from '../src/circuit/index.ts';
import type { Circuit } from '../src/circuit/index.ts';
import { compileEmulator, interpret } from '../src/emulation/index.ts';
import { fixed } from '../src/fixed/index.ts';
import { harnessOptions, runGroups } from './harness.ts';

/** A linear congruential sequence of integers in [lo, hi]. */
function integers(seed: number, lo: number, hi: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return lo + ((state >>> 8) % (hi - lo + 1));
  };
}

function denseNetwork(sizes: readonly number[]): Circuit {
  const format = fixed(16, 6);
  const next = integers(7, -700, 700);
  const b = circuitBuilder('dense');
  let row = b.input(
    'x',
    Array.from({ length: sizes[0]! }, () => format),
  );
  for (const [layer, units] of sizes.slice(1).entries()) {
    const zero = b.constant(0n, 0);
    row = Array.from({ length: units }, () => {
      let sum = b.constant(BigInt(next()), 10);
      for (const x of row) {
        const product = b.cast(b.multiply(x, b.constant(BigInt(next()), 10)), format);
        sum = b.cast(b.add(sum, product), format);
      }
      return layer === sizes.length - 2 ? sum : b.select(b.compare('lt', sum, zero), zero, sum);
    });
  }
  b.output(
    'y',
    row,
    row.map(() => format),
  );
  return b.build();
}

const options = harnessOptions();
const started = performance.now();
const circuit = denseNetwork([16, 64, 32, 32, 5]);
const built = performance.now();
const emulator = compileEmulator(circuit);
const compiled = performance.now();

const batch = options.smoke ? 256 : 16384;
const code = integers(11, -32768, 32767);
const inputs = Int32Array.from({ length: 16 * batch }, code);
const outputs = emulator.run(batch, [inputs])[0]!;
const first = performance.now();

const sample = Array.from(inputs.subarray(0, 16), BigInt);
if (interpret(circuit, [sample])[0]!.some((raw, k) => raw !== BigInt(outputs[k]!))) {
  throw new Error('Compiled emulation and interpreter differ.');
}

runGroups(
  [
    {
      name: 'dense 16-64-32-32-5, every product and partial sum cast to 16 bits',
      unit: 'inferences',
      cases: [
        { name: 'interpreter (BigInt)', work: 1, run: () => interpret(circuit, [sample]) },
        { name: `WebAssembly, batch ${batch}`, work: batch, run: () => emulator.run(batch, [inputs]) },
      ],
    },
  ],
  {
    operations: emulator.statistics.operations,
    functions: emulator.statistics.functions,
    'code bytes': emulator.statistics.codeBytes,
    'samples per block': emulator.statistics.block,
    'build ms': built - started,
    'compile ms': compiled - built,
    'first batch ms': first - compiled,
  },
  options,
);
