/** Random cells through the module builder, combinational or with registers and memories among them. */
import * as fc from 'fast-check';
import { addressWidth } from '../../src/netlist/index.ts';
import type { ModuleBuilder, Net } from '../../src/netlist/index.ts';

/** One cell to add: operation and operand choices, all taken modulo what exists. */
export type Plan = { readonly op: number; readonly a: number; readonly b: number; readonly n: number };

/** Kinds of cells in all, of which the first are combinational. */
const COMBINATIONAL_KINDS = 14;
const KINDS = 18;

/** Append one cell per step to a module under construction; results of at most `maxWidth` bits join `nets`. */
export function growCells(builder: ModuleBuilder, steps: readonly Plan[], nets: Net[], maxWidth: number): void {
  const feedBack: (() => void)[] = [];
  for (const { op, a: i, b: j, n } of steps) {
    const a = nets[i % nets.length]!;
    const b = nets[j % nets.length]!;
    const width = Math.min(Math.max(builder.widthOf(a), builder.widthOf(b)), maxWidth);
    const fit = (net: Net): Net =>
      builder.widthOf(net) > width ? builder.slice(net, 0, width) : builder.extend(net, width, n % 2 === 1);
    const x = fit(a);
    const y = fit(b);
    const lsb = n % builder.widthOf(a);
    /** Any net that stands at the end, brought to a width; it may follow from the cell that it feeds. */
    const later = (choice: number, wanted: number): Net => {
      const net = nets[choice % nets.length]!;
      const has = builder.widthOf(net);
      return has > wanted ? builder.slice(net, 0, wanted) : builder.extend(net, wanted, n % 2 === 0);
    };
    const make: (() => Net)[] = [
      () => builder.add(x, y),
      () => builder.subtract(x, y),
      () => builder.and(x, y),
      () => builder.or(x, y),
      () => builder.xor(x, y),
      () => builder.not(a),
      () => builder.slice(a, lsb, 1 + (n % (builder.widthOf(a) - lsb))),
      () => builder.extend(a, builder.widthOf(a) + 1 + (n % 3), n % 2 === 0),
      () => builder.concat([a, b]),
      () => builder.concat([a, builder.constant(BigInt(n % 4), 2), b]),
      () => builder.equal(x, y),
      () => builder.less(x, y, n % 2 === 0),
      () => builder.mux(builder.slice(a, lsb, 1), x, y),
      () => builder.multiply(a, b, n % 2 === 0, n % 3 === 0),
      () => builder.register(a, n % 2 === 0 ? {} : { enable: builder.slice(b, n % builder.widthOf(b), 1) }),
      () => {
        const register = builder.registerPlaceholder(
          width,
          n % 2 === 0 ? {} : { reset: BigInt(n % 2 ** Math.min(width, 4)) },
        );
        feedBack.push(() => builder.connect(register, later(i + j, width)));
        return register;
      },
      // Twice, for they are rarely seen to work: words must be written and read back.
      ...[0, 1].map((more) => () => {
        const words = 2 + n + more;
        const bits = addressWidth(words);
        const memory = builder.addMemory('words', width, words);
        feedBack.push(() => {
          const wanted = later(more * j + n, bits);
          // A memory with a constant address is refused.
          const address = builder.cellOf(wanted).kind === 'constant' ? builder.register(wanted) : wanted;
          builder.memoryWrite(memory, later(j, 1), address, later(i + n, width));
        });
        return builder.memory(later(i, bits), memory);
      }),
    ];
    const net = make[op]!();
    if (builder.widthOf(net) <= maxWidth) nets.push(net);
  }
  for (const close of feedBack) close();
}

/** Up to `maxLength` steps of combinational cells. */
export function plans(maxLength: number): fc.Arbitrary<Plan[]> {
  return stepsOf(COMBINATIONAL_KINDS, maxLength);
}

/** Up to `maxLength` steps of all cells, with registers and memories that may feed back. */
export function clockedPlans(maxLength: number): fc.Arbitrary<Plan[]> {
  return stepsOf(KINDS, maxLength);
}

function stepsOf(kinds: number, maxLength: number): fc.Arbitrary<Plan[]> {
  return fc.array(fc.record({ op: fc.nat(kinds - 1), a: fc.nat(40), b: fc.nat(40), n: fc.nat(12) }), {
    minLength: 1,
    maxLength,
  });
}
