/** Edits of emitted Verilog: each does what its kind says, in one place, and the choice of them is even and seeded. */
import { describe, expect, it } from 'vitest';
import { emitDesign, MUTATION_DESIGNS } from '../../../bench/mutations/designs.ts';
import { applyEdit, EDIT_CLASSES } from '../../../bench/mutations/edit.ts';
import { allEdits, chooseEdits } from '../../../bench/mutations/mutate.ts';
import { tokenize } from '../../../bench/mutations/tokens.ts';
import { stream } from '../../../src/random/index.ts';
import type { TextFile } from '../../../src/verilog/index.ts';

const small: readonly TextFile[] = [
  {
    path: 'src/inner.v',
    text: `// a + b
module inner (
  input wire clk,
  input wire on,
  input wire [3:0] a,
  input wire [3:0] b,
  output wire [7:0] y
);
  reg [6:0] square [0:15];
  initial $readmemh("src/memfiles/square.mem", square);

  reg [3:0] a_d1;

  wire [4:0] sum = {a[3], a} + {1'b0, b};
  wire [3:0] least = $signed(a) < $signed(b) ? a : b;
  wire [3:0] other = {{2{a[3]}}, a[2:1]} - b;
  wire [6:0] word = square[least];
  wire zero = ~on & a_d1;

  always @(posedge clk) begin
    a_d1 <= other;
  end

  assign y = {zero, word};

endmodule
`,
  },
  {
    path: 'src/outer.v',
    text: `module outer (
  input wire clk,
  input wire rst,
  input wire valid_in,
  input wire [3:0] p,
  input wire [3:0] q,
  output wire valid_out,
  output wire [7:0] r
);
  reg valid_d1;

  wire [7:0] inner_y;

  inner u_inner (
    .clk(clk),
    .on(valid_d1),
    .a(p),
    .b(q),
    .y(inner_y)
  );

  always @(posedge clk) begin
    if (rst) valid_d1 <= 1'b0;
    else valid_d1 <= valid_in;
  end

  assign valid_out = valid_d1;
  assign r = inner_y;

endmodule
`,
  },
  { path: 'src/memfiles/square.mem', text: '00\n01\n04\n19\n24\n' },
];

/** Lines of the edited text, trimmed, that the original has not. */
function newLines(files: readonly TextFile[], edited: readonly TextFile[]): string {
  return edited
    .flatMap(({ text }, k) => {
      const [before, after] = [files[k]!.text.split('\n'), text.split('\n')];
      return after.filter((line, row) => line !== before[row]);
    })
    .map((line) => line.trim())
    .join(' ');
}

describe('allEdits', () => {
  const made = new Set(
    allEdits(small).map((edit) => `${edit.class}, ${edit.kind}: ${newLines(small, applyEdit(small, edit))}`),
  );

  it.each([
    "operator, operator replaced: wire [4:0] sum = {a[3], a} - {1'b0, b};",
    'operator, operator replaced: wire [3:0] least = $signed(a) <= $signed(b) ? a : b;',
    'operator, operator replaced: wire zero = ~on | a_d1;',
    'operator, complement dropped: wire zero = on & a_d1;',
    'operator, complement added: wire zero = ~on & ~a_d1;',
    "constant, bit flipped: wire [4:0] sum = {a[3], a} + {1'b1, b};",
    "width, declared range: wire [5:0] sum = {a[3], a} + {1'b0, b};",
    'width, bit declared as two: wire [1:0] zero = ~on & a_d1;',
    "width, literal width: wire [4:0] sum = {a[3], a} + {2'b0, b};",
    'width, replication count: wire [3:0] other = {{1{a[3]}}, a[2:1]} - b;',
    'width, memory depth: reg [6:0] square [0:14];',
    'index, high end moved: wire [3:0] other = {{2{a[3]}}, a[3:1]} - b;',
    'index, low end moved: wire [3:0] other = {{2{a[3]}}, a[2:0]} - b;',
    'index, bit moved: wire [3:0] other = {{2{a[4]}}, a[2:1]} - b;',
    'sign, sign bit moved: wire [3:0] other = {{2{a[2]}}, a[2:1]} - b;',
    "sign, sign bit zeroed: wire [4:0] sum = {1'b0, a} + {1'b0, b};",
    'sign, zero extension made sign extension: wire [4:0] sum = {a[3], a} + {b[3], b};',
    'sign, signed read as unsigned: wire [3:0] least = $signed(a) < $unsigned(b) ? a : b;',
    'register, clock edge: always @(negedge clk) begin',
    "register, reset never: if (1'b0) valid_d1 <= 1'b0;",
    "register, reset negated: if (!rst) valid_d1 <= 1'b0;",
    "register, reset value: if (rst) valid_d1 <= 1'b1;",
    'register, never updated: a_d1 <= a_d1;',
    'register, enable added: if (on) a_d1 <= other;',
    'register, stage left out: wire zero = ~on & other;',
    'table, table digit: 05',
    'wire, arms exchanged: wire [3:0] least = $signed(a) < $signed(b) ? b : a;',
    'wire, operands exchanged: wire [3:0] other = b - {{2{a[3]}}, a[2:1]};',
    'wire, connections exchanged: .a(q), .b(p),',
    'wire, name replaced: assign y = {on, word};',
  ])('makes the edit "%s"', (edit) => {
    expect(made).toContain(edit);
  });

  it('keeps table words within their width', () => {
    const words = allEdits(small)
      .filter((edit) => edit.class === 'table')
      .map((edit) => Number.parseInt(newLines(small, applyEdit(small, edit)), 16));
    expect(words).toHaveLength(10);
    expect(Math.max(...words)).toBeLessThan(2 ** 7);
  });

  describe.each(MUTATION_DESIGNS.map((design) => [design.name, emitDesign(design).files] as const))(
    'of %s',
    (_, files) => {
      const edits = allEdits(files);

      it('differ from the original in exactly one place', () => {
        for (const edit of edits) {
          const edited = applyEdit(files, edit);
          const changed = edited.filter(({ text }, k) => text !== files[k]!.text);
          expect(changed.map(({ path }) => path)).toEqual([edit.path]);
          const before = files.find(({ path }) => path === edit.path)!.text;
          const after = changed[0]!.text;
          const rest = edit.offset + edit.length;
          expect(after).toBe(`${before.slice(0, edit.offset)}${edit.text}${before.slice(rest)}`);
        }
      });

      it('differ from one another', () => {
        const texts = new Set(edits.map((edit) => JSON.stringify([edit.path, edit.offset, edit.length, edit.text])));
        expect(texts.size).toBe(edits.length);
      });

      it('leave comments, strings and names of modules alone', () => {
        const sources = files.filter(({ path }) => path.endsWith('.v'));
        const tokens = new Map(sources.map(({ path, text }) => [path, tokenize(text)]));
        for (const edit of edits.filter(({ path }) => tokens.has(path))) {
          const touched = tokens
            .get(edit.path)!
            .filter(({ offset, text }) => offset < edit.offset + edit.length && offset + text.length > edit.offset);
          const kept = touched.filter(
            ({ kind, text }) => kind === 'comment' || kind === 'string' || /^(u_|module$|endmodule$)/.test(text),
          );
          expect(kept).toEqual([]);
        }
      });
    },
  );
});

describe('chooseEdits', () => {
  const edits = allEdits(emitDesign(MUTATION_DESIGNS.find(({ name }) => name === 'tables')!).files);
  const choose = (count: number, seed: string): ReturnType<typeof chooseEdits> =>
    chooseEdits(edits, count, stream(seed));

  it('takes every class as often, within one', () => {
    const chosen = choose(42, 'a');
    for (const name of EDIT_CLASSES) expect([5, 6]).toContain(chosen.filter((edit) => edit.class === name).length);
    expect(new Set(chosen).size).toBe(42);
  });

  it('draws the same for the same seed, and more of them for a larger count', () => {
    expect(choose(30, 'a')).toEqual(choose(42, 'a').slice(0, 30));
    expect(choose(30, 'a')).not.toEqual(choose(30, 'b'));
  });

  it('takes all where more are asked for', () => {
    expect(choose(10 * edits.length, 'a')).toHaveLength(edits.length);
  });
});
