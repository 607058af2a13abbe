/**
 * Verilog as other people write it, and what it means by the standard (IEEE 1364-2005, expression widths and signs).
 *
 * Each case is the body of a module with inputs `a` (5 bits), `b` (5 bits), `s` (signed, 5 bits), `t` (signed, 5 bits),
 * `n` (3 bits) and an output `y`; the model is the bit pattern of `y`.
 */

export interface ForeignInputs {
  readonly a: bigint;
  readonly b: bigint;
  /** As signed numbers. */
  readonly s: bigint;
  readonly t: bigint;
  readonly n: bigint;
}

export interface ForeignCase {
  readonly name: string;
  readonly width: number;
  readonly body: string;
  /** Any number with the bits of y in its low bits. */
  readonly model: (inputs: ForeignInputs) => bigint;
}

const bit = (holds: boolean): bigint => (holds ? 1n : 0n);

function assigned(name: string, width: number, expression: string, model: ForeignCase['model']): ForeignCase {
  return { name, width, body: `assign y = ${expression};`, model };
}

function ones(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

export const foreignCases: readonly ForeignCase[] = [
  assigned('sum', 8, 'a + b', ({ a, b }) => a + b),
  assigned('signed_sum', 8, 's + t', ({ s, t }) => s + t),
  assigned('mixed_sum', 8, 'a + s', ({ a, s }) => a + BigInt.asUintN(5, s)),
  assigned('difference', 4, 'a - b', ({ a, b }) => a - b),
  assigned('negated', 9, '-s', ({ s }) => -s),
  assigned('negated_unsigned', 9, '-a', ({ a }) => -a),
  assigned('plus', 9, '+s', ({ s }) => s),
  assigned('product', 10, 'a * b', ({ a, b }) => a * b),
  assigned('signed_product', 12, 's * t', ({ s, t }) => s * t),
  assigned('mixed_product', 12, 's * a', ({ s, a }) => BigInt.asUintN(5, s) * a),
  assigned('narrow_product', 4, 's * t', ({ s, t }) => s * t),
  assigned('square', 10, 's * s', ({ s }) => s * s),
  assigned('shifted_left', 9, 'a << 3', ({ a }) => a << 3n),
  assigned('shifted_left_signed', 9, 's << 2', ({ s }) => s << 2n),
  assigned('shifted_left_arithmetic', 9, 's <<< 2', ({ s }) => s << 2n),
  assigned('shifted_left_narrow', 4, 'a << 2', ({ a }) => a << 2n),
  assigned('shifted_away', 4, 'a << 7', () => 0n),
  assigned('shifted_right', 5, 'a >> 2', ({ a }) => a >> 2n),
  assigned('shifted_right_signed', 5, 's >> 2', ({ s }) => BigInt.asUintN(5, s) >> 2n),
  assigned('shifted_right_wide', 9, 's >> 2', ({ s }) => BigInt.asUintN(9, s) >> 2n),
  assigned('shifted_right_narrow', 2, 's >> 1', ({ s }) => s >> 1n),
  assigned('shifted_right_far', 9, 's >> 12', () => 0n),
  assigned('arithmetic_right', 5, 's >>> 2', ({ s }) => s >> 2n),
  assigned('arithmetic_right_wide', 9, 's >>> 2', ({ s }) => s >> 2n),
  assigned('arithmetic_right_far', 9, 's >>> 12', ({ s }) => s >> 12n),
  assigned('arithmetic_right_unsigned', 9, 'a >>> 2', ({ a }) => a >> 2n),
  assigned('less', 1, 'a < b', ({ a, b }) => bit(a < b)),
  assigned('less_signed', 1, 's < t', ({ s, t }) => bit(s < t)),
  assigned('less_mixed', 1, 's < a', ({ s, a }) => bit(BigInt.asUintN(5, s) < a)),
  assigned('less_literal', 1, 's < -3', ({ s }) => bit(s < -3n)),
  assigned('at_most', 1, 's <= t', ({ s, t }) => bit(s <= t)),
  assigned('at_least', 1, 's >= t', ({ s, t }) => bit(s >= t)),
  assigned('greater', 1, 'a > n', ({ a, n }) => bit(a > n)),
  assigned('greater_wide', 3, 'a > n', ({ a, n }) => bit(a > n)),
  assigned('equal', 1, 'a == n', ({ a, n }) => bit(a === n)),
  assigned('equal_signed', 1, 's == $signed(n)', ({ s, n }) => bit(s === BigInt.asIntN(3, n))),
  assigned('not_equal', 1, 's != t', ({ s, t }) => bit(s !== t)),
  assigned('inverted', 8, '~a', ({ a }) => ~a),
  assigned('inverted_signed', 8, '~s', ({ s }) => ~s),
  assigned('and', 8, 's & t', ({ s, t }) => s & t),
  assigned('and_mixed', 8, 's & a', ({ s, a }) => BigInt.asUintN(5, s) & a),
  assigned('or', 8, 's | t', ({ s, t }) => s | t),
  assigned('xor', 8, 's ^ n', ({ s, n }) => BigInt.asUintN(5, s) ^ n),
  assigned('xnor', 8, 'a ~^ b', ({ a, b }) => ~(a ^ b)),
  assigned('xnor_signed', 8, 's ~^ t', ({ s, t }) => ~(s ^ t)),
  assigned('reduced_and', 1, '&a', ({ a }) => bit(a === 31n)),
  assigned('reduced_nand', 1, '~&a', ({ a }) => bit(a !== 31n)),
  assigned('reduced_or', 1, '|s', ({ s }) => bit(s !== 0n)),
  assigned('reduced_nor', 2, '~|s', ({ s }) => bit(s === 0n)),
  assigned('reduced_xor', 1, '^a', ({ a }) => BigInt(ones(a) % 2)),
  assigned('reduced_xnor', 1, '~^a', ({ a }) => BigInt(1 - (ones(a) % 2))),
  assigned('logic_not', 1, '!s', ({ s }) => bit(s === 0n)),
  assigned('logic_and', 1, 'a && s', ({ a, s }) => bit(a !== 0n && s !== 0n)),
  assigned('logic_or', 3, 'a || n', ({ a, n }) => bit(a !== 0n || n !== 0n)),
  assigned('choice', 8, 'n[1] ? s : t', ({ n, s, t }) => (n & 2n ? s : t)),
  assigned('choice_mixed', 8, 'n[1] ? s : a', ({ n, s, a }) => (n & 2n ? BigInt.asUintN(5, s) : a)),
  assigned('choice_of_number', 8, 'n ? a : b', ({ n, a, b }) => (n === 0n ? b : a)),
  assigned('clamped', 4, "(s > 6) ? 4'sd6 : (s < -6) ? -4'sd6 : s[3:0]", ({ s }) => (s > 6n ? 6n : s < -6n ? -6n : s)),
  assigned(
    'cut_and_joined',
    8,
    "{s[1:0], a[4:1], 2'b01}",
    ({ s, a }) => (BigInt.asUintN(2, s) << 6n) | ((a >> 1n) << 2n) | 1n,
  ),
  assigned('repeated_sign', 12, '{{7{s[4]}}, s}', ({ s }) => s),
  assigned('as_signed', 8, '$signed(a)', ({ a }) => BigInt.asIntN(5, a)),
  assigned('as_unsigned', 8, '$unsigned(s)', ({ s }) => BigInt.asUintN(5, s)),
  assigned('rounded', 4, "$signed(s + t + 6'sd2) >>> 2", ({ s, t }) => BigInt.asIntN(6, s + t + 2n) >> 2n),
  {
    name: 'cases',
    width: 6,
    body: `reg [5:0] r; always @* case (n) 3'd0: r = a; 3'd1: r = a + b; 3'd2: r = ~b; 3'd5, 3'd6: r = 6'd7; default: r = {n, n}; endcase assign y = r;`,
    model: ({ n, a, b }) => (n === 0n ? a : n === 1n ? a + b : n === 2n ? ~b : n === 5n || n === 6n ? 7n : n * 9n),
  },
  {
    name: 'cases_with_priority',
    width: 5,
    body: `reg [4:0] r; always @* casez (a) 5'b1????: r = 5'd1; 5'b?1???: r = b; 5'b??1?0: r = 5'd3; default: r = ~b; endcase assign y = r;`,
    model: ({ a, b }) => (a & 16n ? 1n : a & 8n ? b : (a & 5n) === 4n ? 3n : ~b),
  },
  {
    name: 'parallel_cases',
    width: 5,
    body: `reg [4:0] r; always @* begin r = 5'd9; case (1'b1) n[0]: r = a; n[1]: r = b; n[2]: r = a & b; endcase end assign y = r;`,
    model: ({ n, a, b }) => (n & 1n ? a : n & 2n ? b : n & 4n ? a & b : 9n),
  },
  {
    name: 'conditions',
    width: 6,
    body: `reg signed [5:0] r; always @* begin r = s; if (s > t) r = s - t; else if (s == t) begin r = 0; if (n[0]) r = -1; end end assign y = r;`,
    model: ({ s, t, n }) => (s > t ? s - t : s === t ? (n & 1n ? -1n : 0n) : s),
  },
  {
    name: 'loop',
    width: 3,
    body: `reg [2:0] r; integer k; always @* begin r = 0; for (k = 0; k < 5; k = k + 1) r = r + a[k]; end assign y = r;`,
    model: ({ a }) => BigInt(ones(a)),
  },
  {
    name: 'function_call',
    width: 6,
    body: `function [5:0] largest; input [4:0] p, q; largest = p > q ? p : q; endfunction assign y = largest(a, b) + 1;`,
    model: ({ a, b }) => (a > b ? a : b) + 1n,
  },
  {
    name: 'rom',
    width: 6,
    body: `reg [5:0] rom [0:7]; initial begin rom[0] = 5; rom[1] = 61; rom[2] = 0; rom[3] = 33; rom[4] = 7; rom[5] = 8; rom[6] = 63; rom[7] = 1; end assign y = rom[n];`,
    model: ({ n }) => [5n, 61n, 0n, 33n, 7n, 8n, 63n, 1n][Number(n)]!,
  },
  {
    name: 'parts',
    width: 8,
    body: `wire [7:0] w; assign w[3:0] = a[3:0]; assign w[7:4] = b[4:1]; assign y = w;`,
    model: ({ a, b }) => (a & 15n) | ((b >> 1n) << 4n),
  },
  {
    name: 'instances',
    width: 6,
    body: `wire [4:0] u; foreign_helper first (.p(a), .q(b), .r(u)); wire [5:0] v; foreign_helper second (.p(u), .q({2'b0, n}), .r(v[4:0])); assign v[5] = n[2]; assign y = v;`,
    model: ({ a, b, n }) => BigInt.asUintN(5, BigInt.asUintN(5, a - b) - n) | ((n >> 2n) << 5n),
  },
];

/** The text of all cases: one module each, and what they instantiate. */
export function foreignText(): string {
  const modules = foreignCases.map(
    ({ name, width, body }) =>
      `module foreign_${name} (input [4:0] a, input [4:0] b, input signed [4:0] s, input signed [4:0] t, input [2:0] n, output [${width - 1}:0] y);\n  ${body}\nendmodule\n`,
  );
  const helper = 'module foreign_helper (input [4:0] p, input [4:0] q, output [4:0] r); assign r = p - q; endmodule\n';
  return [...modules, helper].join('\n');
}
