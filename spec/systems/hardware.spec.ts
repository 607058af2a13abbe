/**
 * The hardware stage on networks that others trained: compiled in both profiles, and the emitted text equal to the
 * emulation in Icarus. Skipped with one line where models or simulator are absent.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TargetError } from '../../src/errors.ts';
import { loadModel } from '../../src/formats/index.ts';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { buildHardware, compileFor, hasMismatch, randomStimuli } from '../../src/systems/index.ts';

const models = '../shared/data/models';
const target = { part: 'xcvu13p-flga2577-2-e', clockMHz: 200 };
const hasIcarus = isInstalled('iverilog', '-V');

function isInstalled(tool: string, flag: string): boolean {
  try {
    execFileSync(tool, [flag], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'distill-rtl-hardware-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = buildNetwork(
  'tiny',
  [{ name: 'in', shape: [4] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 5 } },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
    { kind: 'sigmoid', name: 'out' },
  ],
  stream('hardware spec'),
);

describe('buildHardware', () => {
  it('measures latency and initiation interval, and finds no difference between evaluators', async () => {
    const compile = { profile: 'exact', precision: 'ap_fixed<8,3>' } as const;
    const { graph, schedule } = compileFor(small, target, compile);
    const stimuli = randomStimuli(graph.inputs, 40, stream(1));

    const result = await buildHardware(small, stimuli, join(folder, 'small'), { target, compile, simulators: [] });

    expect(hasMismatch(result.checks)).toBe(false);
    expect(result.checks.interpreterVsEmulation).toEqual({ vectors: 40, mismatches: 0 });
    expect(result.checks.verilatorVsSimulation).toBeNull();
    expect(result.skipped).toHaveLength(2);
    expect(result.latencyCycles).toBe(schedule.latencyCycles);
    expect(result.initiationInterval).toBe(1);
    expect(result.latencyNs).toBe(result.latencyCycles * 5);
    const manifest = JSON.parse(readFileSync(join(folder, 'small', 'manifest.json'), 'utf8')) as { sha256: object };
    expect(Object.keys(manifest.sha256)).toContain('src/tiny.v');
  });

  it('writes the same bytes for the same seed', async () => {
    const { graph } = compileFor(small, target);
    const build = (name: string): Promise<unknown> =>
      buildHardware(small, randomStimuli(graph.inputs, 20, stream(7)), join(folder, name), {
        target,
        simulators: [],
      });
    await build('first');
    await build('second');
    const manifest = (name: string): string => readFileSync(join(folder, name, 'manifest.json'), 'utf8');
    expect(manifest('first')).toBe(manifest('second'));
  });

  it('names the slow operation and the fastest clock when the clock cannot be met', () => {
    expect(() => compileFor(small, { ...target, clockMHz: 760 })).toThrow(TargetError);
    expect(() => compileFor(small, { ...target, clockMHz: 760 })).toThrow(/layer \w+: .* at most \d+\.\d MHz/);
  });

  it('says how much too small a part is', () => {
    const wide = buildNetwork(
      'wide',
      [{ name: 'in', shape: [64] }],
      [{ kind: 'dense', name: 'fc1', attributes: { units: 64 } }],
      stream('wide'),
    );
    expect(() => compileFor(wide, { part: 'xc7z020', clockMHz: 50 })).toThrow(/needs \d+ LUT .* xc7z020 has 53200/);
  });
});

describe.skipIf(!existsSync(models) || !hasIcarus)('trained models of others (needs Icarus and the models)', () => {
  it.each([
    ['KERAS_1layer', 'KERAS_1layer_weights.h5', 'hls4ml'],
    ['KERAS_1layer', 'KERAS_1layer_weights.h5', 'exact'],
    ['KERAS_3layer', 'KERAS_3layer_95pruned_retrained_weights.h5', 'hls4ml'],
    ['KERAS_3layer', 'KERAS_3layer_70pruned_retrained_weights.h5', 'exact'],
    ['KERAS_3layer', 'KERAS_3layer_weights.h5', 'hls4ml'],
    ['KERAS_3layer_batch_norm', 'KERAS_3layer_batch_norm_weights.h5', 'hls4ml'],
    ['KERAS_3layer_batch_norm', 'KERAS_3layer_batch_norm_weights.h5', 'exact'],
    ['KERAS_3layer_ternary_small', 'KERAS_3layer_ternary_small_weights.h5', 'hls4ml'],
  ] as const)(
    '%s with %s in the %s profile: emulation, simulation and Icarus agree',
    async (model, weights, profile) => {
      const network = await loadModel(`${models}/keras/${model}.json`, { weights: `${models}/keras/${weights}` });
      const compile = { profile, precision: 'ap_fixed<16,6>' } as const;
      const { graph } = compileFor(network, target, compile);
      const result = await buildHardware(
        network,
        randomStimuli(graph.inputs, 32, stream(3)),
        join(folder, weights + profile),
        {
          target,
          compile,
          simulators: ['icarus'],
        },
      );
      expect(result.firstMismatch).toBeNull();
      expect(result.checks.icarusVsSimulation).toEqual({ vectors: 32, mismatches: 0 });
    },
    180_000,
  );

  it.each(['two_layer_keras.onnx', 'three_layer_pytorch.onnx'])(
    '%s compiles and simulates',
    async (file) => {
      const network = await loadModel(`${models}/onnx/${file}`);
      const { graph } = compileFor(network, target);
      const result = await buildHardware(network, randomStimuli(graph.inputs, 16, stream(3)), join(folder, file), {
        target,
        simulators: [],
      });
      expect(hasMismatch(result.checks)).toBe(false);
    },
    120_000,
  );
});
