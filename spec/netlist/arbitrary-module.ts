/** Random combinational cells through the module builder. */
import * as fc from 'fast-check';
import type { ModuleBuilder, Net } from '../../src/netlist/index.ts';

/** One cell to add: operation and operand choices, all taken modulo what exists. */
export type Plan = { readonly op: number; readonly a: number; readonly b: number; readonly n: number };
/** Append one cell per step to a module under construction; results of at most `maxWidth` bits join `nets`. */
export function growCells(builder: ModuleBuilder, steps: readonly Plan[], nets: Net[], maxWidth: number): void {
  for (const { op, a: i, b: j, n } of steps) {
    const a = nets[i % nets.length]!;
    const b = nets[j % nets.length]!;
    const width = Math.min(Math.max(builder.widthOf(a), builder.widthOf(b)), maxWidth);
    const fit = (net: Net): Net =>
      builder.widthOf(net) > width ? builder.slice(net, 0, width) : builder.extend(net, width, n % 2 === 1);
    const x = fit(a);
    const y = fit(b);
    const lsb = n % builder.widthOf(a);
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
    ];
    const net = make[op % make.length]!();
    if (builder.widthOf(net) <= maxWidth) nets.push(net);
  }
}

/** Up to `maxLength` steps. */
export function plans(maxLength: number): fc.Arbitrary<Plan[]> {
  return fc.array(fc.record({ op: fc.nat(13), a: fc.nat(40), b: fc.nat(40), n: fc.nat(12) }), {
    minLength: 1,
    maxLength,
  });
}
