/**
 * Speed of bit-exact emulation on the networks whose hls4ml rates are published: one table and JSON.
 *
 *     npx tsx bench/emulation.ts [--smoke] [--json]
 *
 * One thread. A round is many short runs of one batch, and the rounds of all networks are interleaved; reported are
 * the median round with the least and greatest, and the fastest single run, which on a busy machine comes nearest to
 * what one free core does. Times are wall-clock and include checking and transposing the inputs. The interpreter is
 * timed on single samples, and every compiled result of the first samples is compared with it.
 *
 * hls4ml's rates were measured on another machine (one core of an AMD EPYC Zen 5), called once per sample in C++ with
 * floats, so the ratio to them orients and does not compare like with like.
 */
import { cpus } from 'node:os';
import { compileEmulator, emulatedCircuit, interpret } from '../src/emulation/index.ts';
import type { Emulator } from '../src/emulation/index.ts';
import type { Circuit } from '../src/circuit/index.ts';
import { stream } from '../src/random/index.ts';
import { harnessOptions, measureSpeeds, textTable } from './harness.ts';
import { benchGraph, benchNetworks } from './networks.ts';

const GOALS = { hls4ml: 100, exact: 250 } as const;

interface Case {
  readonly network: string;
  readonly profile: 'hls4ml' | 'exact';
  readonly hls4mlRate: number;
  readonly circuit: Circuit;
  readonly emulator: Emulator;
  readonly inputs: Int32Array;
  readonly compileMs: number;
  readonly interpreterRate: number;
}

const options = harnessOptions();
const batch = options.smoke ? 256 : 2048;
const roundMs = options.smoke ? 10 : 300;
const roundCount = options.smoke ? 3 : 9;

/** Random codes of the whole 16-bit format, as hls4ml's networks would see from scaled inputs and from outliers. */
function randomInputs(name: string, length: number): Int32Array {
  const random = stream('bench inputs', name);
  return Int32Array.from({ length }, () => random.integer(-32768, 32768) >> random.integer(0, 8));
}

/** Compare the first samples with the interpreter; returns its inferences per second. */
function interpreted(circuit: Circuit, emulator: Emulator, inputs: Int32Array): number {
  const width = circuit.inputs[0]!.wires.length;
  const outputs = emulator.run(batch, [inputs])[0]!;
  const samples = options.smoke ? 2 : 8;
  const started = performance.now();
  for (let sample = 0; sample < samples; sample++) {
    const row = Array.from(inputs.subarray(sample * width, (sample + 1) * width), BigInt);
    const expected = interpret(circuit, [row])[0]!;
    for (const [k, raw] of expected.entries()) {
      const found = BigInt(outputs[sample * expected.length + k]!);
      if (found === raw) continue;
      throw new Error(
        `Circuit "${circuit.name}", sample ${sample}, output ${k}: compiled ${found}, interpreted ${raw}.`,
      );
    }
  }
  return (samples * 1000) / (performance.now() - started);
}

const cases = benchNetworks().flatMap((item) =>
  (['hls4ml', 'exact'] as const).map((profile): Case => {
    const circuit = emulatedCircuit(benchGraph(item, profile));
    const started = performance.now();
    const emulator = compileEmulator(circuit);
    const compileMs = performance.now() - started;
    const inputs = randomInputs(item.name, batch * circuit.inputs[0]!.wires.length);
    const interpreterRate = interpreted(circuit, emulator, inputs);
    const { name: network, hls4mlRate } = item;
    return { network, profile, hls4mlRate, circuit, emulator, inputs, compileMs, interpreterRate };
  }),
);

const speeds = measureSpeeds(
  cases.map(({ emulator, inputs }) => ({ work: batch, run: () => emulator.run(batch, [inputs]) })),
  roundCount,
  roundMs,
);

const rows = cases.map((item, k) => {
  const speed = speeds[k]!;
  return {
    network: item.network,
    profile: item.profile,
    inferencesPerSecond: speed,
    interpreterPerSecond: item.interpreterRate,
    ratioToInterpreter: speed.median / item.interpreterRate,
    hls4mlPerSecond: item.hls4mlRate,
    ratioToHls4ml: speed.median / item.hls4mlRate,
    fastestRatioToHls4ml: speed.fastestRun / item.hls4mlRate,
    goal: GOALS[item.profile],
    compileMs: item.compileMs,
    statistics: item.emulator.statistics,
  };
});

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, threads: 1 };
const print = options.json ? console.error : console.log;
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const columns = [
  [
    'network',
    'profile',
    'inferences/s (median)',
    'least to greatest',
    'fastest',
    '× interpreter',
    '× hls4ml',
    'at best',
    'goal',
  ],
  ...rows.map((row) => [
    row.network,
    row.profile,
    count(row.inferencesPerSecond.median),
    `${count(row.inferencesPerSecond.least)} to ${count(row.inferencesPerSecond.greatest)}`,
    count(row.inferencesPerSecond.fastestRun),
    count(row.ratioToInterpreter),
    count(row.ratioToHls4ml),
    count(row.fastestRatioToHls4ml),
    String(row.goal),
  ]),
];
print(textTable(columns));
print(
  `\n${machine.cpu}, Node ${machine.node}, one thread, batches of ${batch}, ${roundCount} rounds of ${roundMs} ms.`,
);
print('× hls4ml: against its published C++ emulation on one core of an AMD EPYC Zen 5, another machine.');
if (options.json) console.log(JSON.stringify({ smoke: options.smoke, batch, machine, networks: rows }));
