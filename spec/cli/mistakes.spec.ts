/** Every mistake of a person: one sentence on stderr, the right exit code, nothing on stdout, nothing written. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/formats/index.ts';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

/** A Keras model as its JSON has it: an architecture without weights. */
const kerasModel = {
  class_name: 'Sequential',
  config: {
    layers: [
      { class_name: 'Dense', config: { name: 'fc1', units: 2, activation: 'linear', batch_input_shape: [null, 4] } },
    ],
  },
};

beforeAll(() => {
  writeFileSync(at('small.json'), smallModel);
  writeFileSync(at('cut.json'), smallModel.slice(0, smallModel.length / 2));
  writeFileSync(at('empty.onnx'), '');
  writeFileSync(at('text.onnx'), 'hello\n');
  writeFileSync(at('note.txt'), 'hello\n');
  writeFileSync(at('lonely.json'), JSON.stringify(kerasModel));
  writeFileSync(at('nan.json'), withWeight(Number.NaN));
  writeFileSync(at('nan.csv'), '0,0,0,0\n0,nan,0,0\n');
  writeFileSync(at('one.csv'), '0,0,0,0\n');
  writeFileSync(at('bad.yml'), 'HLSConfig: {Model: {Precison: "ap_fixed<16,6>"}}\n');
  writeFileSync(at('other.yml'), 'HLSConfig: {LayerName: {fc9: {Precision: {weight: "ap_fixed<8,2>"}}}}\n');
  writeFileSync(at('wide.npy'), writeNpy({ type: 'f8', shape: [2, 3], data: new Float64Array(6) }));
  writeFileSync(at('inf.npy'), writeNpy({ type: 'f8', shape: [1, 4], data: Float64Array.of(0, 0, 0, -Infinity) }));
  mkdirSync(at('foreign'));
  writeFileSync(at('foreign/thesis.tex'), 'years of work');
});
afterAll(folder.remove);

/** The small model with one weight replaced. */
function withWeight(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return smallModel.replace(/("data": ?")([A-Za-z0-9+/=]+)"/, (_, key: string, text: string) => {
    const data = Buffer.from(text, 'base64');
    bytes.copy(data);
    return `${key}${data.toString('base64')}"`;
  });
}

/** Words (with `@` for the temporary folder), and what the sentence must contain. */
const mistakes: readonly (readonly [string, RegExp])[] = [
  ['compile @/nowhere.json --out @/out', /"[^"]*nowhere\.json" does not exist/],
  ['compile @/cut.json --out @/out', /cut\.json is not valid JSON/],
  ['compile @/empty.onnx --out @/out', /empty\.onnx is empty/],
  ['compile @/text.onnx --out @/out', /text\.onnx is truncated or damaged/],
  ['compile @/note.txt --out @/out', /note\.txt is of no known kind.*\.onnx/],
  ['compile @/lonely.json --out @/out', /holds no weights/],
  ['compile @/nan.json --out @/out', /NaN/],
  ['compile @/small.json --out @/out --precision ap_fixed<0,6>', /character 10: the width of ap_fixed is 0/],
  ['compile @/small.json --out @/out --precision ap_fixed<16,6', /character 14: found the end/],
  ['compile @/small.json --out @/out --precision ap_fixed<16,6,AP_FOO>', /"AP_FOO".*AP_RND_CONV/],
  ['compile @/small.json --out @/out --part xc1', /"xc1" is not known.*xcvu13p/],
  ['compile @/small.json --out @/out --clock 5000', /5000 MHz.*at most/],
  [
    'compile @/small.json --out @/out --clock 600 --precision ap_fixed<300,6>',
    /layer fc\d.*more than the clock period.*at most/,
  ],
  [
    'compile @/small.json --out @/out --clock 400 --latency 1',
    /latency is 1 cycle, must be at least \d for a clock period of 2\.500 ns/,
  ],
  ['compile @/small.json --out @/out --inputs @/nan.csv', /line 2, column 2 is "nan"/],
  ['compile @/small.json --out @/out --inputs @/one.csv', /holds 1 sample; at least 2/],
  ['compile @/small.json --out @/out --copies 3 --vectors 5', /5 vectors for 3 copies.*; each needs at least 2/],
  ['compile @/small.json --out @/out --copies 3 --io-type io_stream', /--copies is for pipelines/],
  ['compile @/small.json --out @/out --config @/bad.yml', /bad\.yml, HLSConfig\.Model: key "Precison" is unknown/],
  ['compile @/small.json --out @/out --config @/other.yml', /"fc9".*fc1/],
  ['compile @/small.json --out @/out --config @/nowhere.yml', /nowhere\.yml" cannot be read: it does not exist/],
  ['compile @/small.json --out @/foreign', /"[^"]*foreign" holds other files \(thesis\.tex\)/],
  ['compile @/small.json --out @/note.txt', /"[^"]*note\.txt" cannot be written: a part of the path is a file/],
  ['compile @/small.json --out @/note.txt/out', /cannot be written: a part of the path is a file/],
  ['emulate @/small.json --inputs @/wide.npy --out @/y.npy', /samples of 3 numbers.*"in".*takes 4/],
  ['emulate @/small.json --inputs @/inf.npy --out @/y.npy', /inf\.npy has -Infinity in sample 0, element 3/],
  ['emulate @/small.json --inputs @/one.csv --out @/y.txt', /must end in \.npy or \.csv/],
  ['emulate @/small.json --inputs @/one.csv --out @/new/y.npy', /new\/y\.npy" cannot be written/],
  ['simulate @/foreign', /no emitted project: it has no model\/circuit\.json/],
  ['run distillnet --quick --part xc1 --out @/out', /"xc1" is not known/],
  ['run distillnet --resume --out @/out', /out\.checkpoint\.json" cannot be read: it does not exist/],
];

/** Words that the parser refuses, and its sentence; a second line says where help is. */
const usage: readonly (readonly [string, string])[] = [
  ['complie x', 'there is no verb "complie". Did you mean compile?'],
  ['--frobnicate', 'there is no option "--frobnicate".'],
  ['help frobnicate', 'there is no verb "frobnicate"; there are run, compile,'],
  ['compile', '<model> is missing.'],
  ['compile a.json', '--out <folder> is missing.'],
  ['compile a.json --out', '--out needs a value.'],
  ['compile a.json --ouf b', 'there is no option "--ouf". Did you mean --out?'],
  ['compile a b c', '3 arguments are given; it takes 1.'],
  ['compile a --clock 0', '--clock is "0"; it must be a number above 0.'],
  ['compile a --clock=-5', '--clock is "-5"; it must be a number above 0.'],
  ['compile a --clock abc', '--clock is "abc"; it must be a number above 0.'],
  ['compile a --latency 0', '--latency is "0"; it must be a whole number of at least 1.'],
  ['compile a --copies 0', '--copies is "0"; it must be a whole number of at least 1.'],
  ['compile a --copies 1.5', '--copies is "1.5"; it must be a whole number of at least 1.'],
  ['compile a --vectors 1', '--vectors is "1"; it must be a whole number of at least 2.'],
  ['compile a --profile vhdl', '--profile is "vhdl"; it must be one of exact, hls4ml.'],
  ['compile a --strategy magic', '--strategy is "magic"; it must be one of adder-graph, shift-add, multiplier.'],
  ['compile a --adder-depth=-1', '--adder-depth is "-1"; it must be a whole number of at least 0.'],
  ['compile a --adder-depth 1.5', '--adder-depth is "1.5"; it must be a whole number of at least 0.'],
  ['compile a --effort much', '--effort is "much"; it must be a whole number of at least 0.'],
  ['run jets', '<system> is "jets"; it must be one of distillnet.'],
  ['simulate', '<folder> is missing.'],
];

describe('a mistake in what is read or written', () => {
  it.each(mistakes)('%s', async (words, sentence) => {
    const before = readdirSync(folder.path);

    const { code, stdout, stderr } = await distillRtl(
      ...words.split(' ').map((word) => word.replace('@', folder.path)),
    );

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^distill-rtl: [^\n]+\.\n$/);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it('leaves a foreign folder as it was', () => {
    expect(readFileSync(at('foreign/thesis.tex'), 'utf8')).toBe('years of work');
  });
});

describe('a mistake on the command line', () => {
  it.each(usage)('%s', async (words, sentence) => {
    const { code, stdout, stderr } = await distillRtl(...words.split(' '));

    const lines = stderr.trimEnd().split('\n');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`distill-rtl: ${sentence}`);
    expect(lines[1]).toMatch(/^Run "distill-rtl.* --help" for /);
  });
});
