import { describe, expect, it } from 'vitest';
import {
  complement,
  concat,
  expressionText,
  literal,
  literalText,
  replicate,
  whole,
} from '../../src/verilog/expression.ts';
import { nameScope, verilogName } from '../../src/verilog/names.ts';

const x = { name: 'x', width: 8 };
const bit = { name: 'flag', width: 1 };

describe('expressionText', () => {
  it('prints sized literals in the base that reads best', () => {
    expect([literalText(1, 1n), literalText(8, 0n), literalText(12, 0xabcn)]).toEqual(["1'b1", "8'd0", "12'habc"]);
  });

  it('selects no bit of a one-bit identifier', () => {
    expect(expressionText(whole(bit))).toBe('flag');
    expect(expressionText({ kind: 'bits', of: x, lsb: 3, width: 1 })).toBe('x[3]');
    expect(expressionText({ kind: 'bits', of: x, lsb: 2, width: 4 })).toBe('x[5:2]');
  });

  it('joins neighbours of a concatenation', () => {
    const high = { kind: 'bits', of: x, lsb: 4, width: 4 } as const;
    const low = { kind: 'bits', of: x, lsb: 0, width: 4 } as const;
    expect(expressionText(concat([high, low]))).toBe('x');
    expect(expressionText(concat([low, high]))).toBe('{x[3:0], x[7:4]}');
    expect(expressionText(concat([literal(2, 1n), literal(2, 2n), whole(bit)]))).toBe("{4'h6, flag}");
  });

  it('folds repetition and complement of literals', () => {
    expect(expressionText(replicate(3, literal(1, 1n)))).toBe("3'h7");
    expect(expressionText(replicate(3, whole(bit)))).toBe('{3{flag}}');
    expect(expressionText(complement(complement(whole(x))))).toBe('x');
    expect(expressionText(complement(literal(4, 5n)))).toBe("4'ha");
  });
});

describe('verilogName', () => {
  it('keeps clear of Verilog, SystemVerilog and C++ words', () => {
    expect(['wire', 'logic', 'double', 'dense_1'].map(verilogName)).toEqual(['wire_', 'logic_', 'double_', 'dense_1']);
  });

  it('gives each name once', () => {
    const scope = nameScope();
    expect([scope.take('a'), scope.take('a'), scope.take('a_2'), scope.take('a')]).toEqual([
      'a',
      'a_2',
      'a_2_2',
      'a_3',
    ]);
  });
});
