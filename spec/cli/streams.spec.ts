/** `compile` to streams: what it writes, what it says, and the mistakes a person can make with schedules. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStreams } from '../../src/circuit/index.ts';
import { buildNetwork, serializeNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

/** A residual block on an image of 5 × 6 pixels, then a dense layer. */
const image = buildNetwork(
  'residual',
  [{ name: 'x', shape: [5, 6, 2] }],
  [
    { kind: 'conv2d', name: 'conv', attributes: { filters: 2, size: [3, 3], padding: 'same' } },
    { kind: 'relu', name: 'relu' },
    { kind: 'merge', name: 'add', inputs: ['x', 'relu'], attributes: { operation: 'add' } },
    { kind: 'flatten', name: 'flat' },
    { kind: 'dense', name: 'out', attributes: { units: 3 } },
  ],
  stream('stream spec'),
);

beforeAll(() => {
  writeFileSync(at('image.json'), serializeNetwork(image));
  writeFileSync(at('small.json'), smallModel);
  writeFileSync(at('reuse.yml'), 'IOType: io_stream\nHLSConfig: {LayerName: {conv: {ReuseFactor: 9}}}\n');
});
afterAll(folder.remove);

const common = ['--precision', 'ap_fixed<10,4>', '--profile', 'hls4ml', '--no-tools', '--vectors', '4'];
const compile = (out: string, ...words: string[]) =>
  distillRtl('compile', at('image.json'), ...common, ...words, '--out', at(out));

describe('compile to streams', () => {
  it('writes a verified folder and says what every stage and FIFO is', async () => {
    const { code, stdout } = await compile('pixels', '--io-type', 'io_stream');

    expect(code).toBe(0);
    expect(stdout).toMatch(/conv +conv +30→30 +1 +37 /);
    expect(stdout).toMatch(/fifo_\d+_add +x_copy +add +20 +\d+ +\d+\n/);
    expect(stdout).toMatch(/unrolledVsEmulation +4 +0\n/);
    expect(stdout).toMatch(/Latency \d+ cycles = .* from the first beat of a sample to its last beat out/);
    const streams = parseStreams(readFileSync(at('pixels/model/streams.json'), 'utf8'));
    expect(streams.stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['conv', 'add', 'out']));
    expect(readFileSync(at('pixels/README.txt'), 'utf8')).toMatch(/x_ready +out +1 +the beat of x is taken/);
    expect(existsSync(at('pixels/tb/vectors/handshakes.mem'))).toBe(true);
  });

  it('takes reuse factors of a configuration, and schedules by layer', async () => {
    const reused = await compile('reuse', '--config', at('reuse.yml'), '--json');
    const columns = await compile('columns', '--schedule', 'conv=columns', '--schedule', 'out=whole:20', '--json');

    const summary = JSON.parse(reused.stdout) as { stages: { layers: string[]; reuse: number; dsp: number }[] };
    expect(summary.stages.find(({ layers }) => layers.includes('conv'))).toMatchObject({ reuse: 9 });
    const other = JSON.parse(columns.stdout) as { stages: { layers: string[]; reuse: number; beatsIn: number }[] };
    expect(other.stages.find(({ layers }) => layers.includes('conv'))).toMatchObject({ reuse: 1, beatsIn: 6 });
    expect(other.stages.find(({ layers }) => layers.includes('out'))).toMatchObject({ reuse: 20, beatsIn: 1 });
  });

  it('takes the nearest of a common reuse factor, and says so', async () => {
    const { code, stderr } = await compile('common', '--io-type', 'io_stream', '--reuse-factor', '4');

    expect(code).toBe(0);
    expect(stderr).toContain('Layer out takes a reuse factor of 3: 4 does not divide its work.');
  });

  it('searches schedules for a target, and says why it chose them', async () => {
    const words = ['--precision', 'ap_fixed<8,3>', '--no-tools', '--vectors', '4', '--fit', '--target-ii', '4'];
    const { code, stdout, stderr } = await distillRtl('compile', at('small.json'), ...words, '--out', at('fitted'));

    expect(code).toBe(0);
    expect(stderr).toMatch(/search +[\d.]+ s +\d+ designs that no other beats/);
    expect(stdout).toMatch(/\n\* +\d+ +\d+ .*fc1 whole/);
    expect(stdout).toMatch(/\nfc1 takes .*: with .*/);
    expect(Number(/initiation interval (\d+) \(measured/.exec(stdout)![1])).toBeLessThanOrEqual(4);
  });

  it('names the nearest that can be reached where a target cannot', async () => {
    const words = ['--precision', 'ap_fixed<8,3>', '--no-tools', '--fit', '--target-latency', '1'];
    const { code, stderr } = await distillRtl('compile', at('small.json'), ...words, '--out', at('missed'));

    expect(code).toBe(2);
    expect(stderr).toMatch(/reaches a latency of 1 cycle .*; the shortest of those that fit is \d+ cycles/);
    expect(readdirSync(folder.path)).not.toContain('missed');
  });

  it('names the FIFO that locks a design up, and writes nothing', async () => {
    const { code, stdout, stderr } = await compile('stuck', '--io-type', 'io_stream', '--fifo-depth', '2');

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /deadlocked from cycle \d+ on: add needs a beat of each, while FIFO fifo_\d+_add from x_copy/,
    );
    expect(stderr).toMatch(
      /is full \(depth 2\) and FIFO fifo_\d+_add from conv to add is empty; make fifo_\d+_add deeper/,
    );
    expect(readdirSync(folder.path)).not.toContain('stuck');
  });

  it.each([
    [['--schedule', 'conv=pixels:5'], 2, /Layer "conv" has reuse 5, but .*; the nearest that divide are 4 and 6\./],
    [['--schedule', 'cnov=pixels'], 2, /A schedule is given for "cnov", which is no layer of network "residual"/],
    [['--schedule', 'conv=rows'], 2, /--schedule is "conv=rows"; it must be .*whole, columns, pixels/],
    [['--schedule', 'conv=pixels', '--schedule', 'conv=whole'], 2, /layer conv has a schedule already/],
    [['--io-type', 'io_serial'], 2, /--io-type is "io_serial"; it must be one of io_parallel, io_stream/],
    [['--reuse-factor', '0'], 2, /--reuse-factor is "0"; it must be a whole number of at least 1/],
    [['--fifo-depth', '4'], 2, /--fifo-depth is for streams/],
    [['--io-type', 'io_stream', '--latency', '9'], 2, /--latency is for pipelines/],
    [['--target-ii', '9'], 2, /--target-ii and --target-latency are for --fit/],
    [['--fit', '--target-latency', '0'], 2, /--target-latency is "0"; it must be a whole number of cycles/],
    [['--fit', '--reuse-factor', '2'], 2, /--fit searches schedules; leave out/],
  ])('refuses %j in one sentence', async (words, exitCode, sentence) => {
    const { code, stdout, stderr } = await compile('refused', ...words);

    expect(stderr).toMatch(sentence);
    expect([code, stdout]).toEqual([exitCode, '']);
    expect(readdirSync(folder.path)).not.toContain('refused');
  });
});
