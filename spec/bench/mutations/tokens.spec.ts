/** The tokenizer of the mutation study, and what it makes of emitted text. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { emitDesign, MUTATION_DESIGNS } from '../../../bench/mutations/designs.ts';
import { readSources } from '../../../bench/mutations/source.ts';
import { parseLiteral, sizedLiteral, tokenize } from '../../../bench/mutations/tokens.ts';
import { literalText } from '../../../src/verilog/expression.ts';

const pieces = [
  '\n  ',
  '// a <= 4 "not a string"\n',
  '/* b */',
  '"src/c.mem"',
  'wire',
  '$signed',
  "12'h0af",
  "1'b0",
  "3'd0",
  '42',
  '<=',
  '<',
  '==',
  '{',
  '}',
  '~',
  '?',
  ':',
];

describe('tokenize', () => {
  test.prop([fc.array(fc.constantFrom(...pieces))])('gives tokens that joined are the text', (parts) => {
    const text = parts.join(' ');
    const tokens = tokenize(text);
    expect(tokens.map((token) => token.text).join('')).toBe(text);
    for (const token of tokens) expect(text.startsWith(token.text, token.offset)).toBe(true);
  });

  it('knows the kinds', () => {
    const kinds = tokenize(`// x <= 1\nassign y = $signed(a[3:0]) <= 4'hf; "b + c"`)
      .filter(({ kind }) => kind !== 'space')
      .map(({ kind, text }) => `${kind} ${text}`);
    expect(kinds).toEqual([
      'comment // x <= 1',
      'word assign',
      'word y',
      'symbol =',
      'system $signed',
      'symbol (',
      'word a',
      'symbol [',
      'number 3',
      'symbol :',
      'number 0',
      'symbol ]',
      'symbol )',
      'symbol <=',
      "literal 4'hf",
      'symbol ;',
      'string "b + c"',
    ]);
  });

  it('names what it does not know', () => {
    expect(() => tokenize('wire a;\nwire `b;')).toThrow('Line 2 holds "`"');
  });
});

describe('literals', () => {
  test.prop([fc.integer({ min: 1, max: 80 }), fc.bigInt({ min: 0n, max: (1n << 80n) - 1n })])(
    'are read as the printer writes them, and written as Verilog reads them',
    (width, bits) => {
      const value = BigInt.asUintN(width, bits);
      const read = parseLiteral(literalText(width, value));
      expect([read.width, read.value]).toEqual([width, value]);
      expect(parseLiteral(sizedLiteral(width, value + (1n << BigInt(width)))).value).toBe(value);
    },
  );
});

describe('readSources', () => {
  it.each(MUTATION_DESIGNS.map((design) => [design.name, design] as const))(
    'reads the emitted text of %s as its netlist has it',
    (_, design) => {
      const { files, pipeline } = emitDesign(design);
      const sources = readSources(files);
      for (const { name, inputs, outputs, instances } of pipeline.netlist.modules) {
        const source = sources.get(name)!;
        const ports = [...source.declarations.values()].filter(({ kind }) => kind === 'input' || kind === 'output');
        const data = ports.filter((port) => port.name !== 'clk' && port.name !== 'rst');
        expect(data.map((port) => port.width)).toEqual([...inputs, ...outputs].map(({ width }) => width));
        expect(source.instances.map(({ module }) => module)).toEqual(instances.map(({ module }) => module));
      }
      const memories = files.map(({ path }) => path).filter((path) => path.endsWith('.mem'));
      expect([...sources.values()].flatMap(({ memoryFiles }) => [...memoryFiles.values()])).toEqual(memories);
    },
  );
});
