/**
 * Credits: how many more beats may be started for a buffer.
 *
 * What a stage has started cannot be held up, so it starts only what has a place. Beats on the way, beats in the buffer
 * and credits always add up to the buffer's depth; so it is never written when full. A place comes free one cycle after
 * its beat has left.
 */
import { bitsOf, constantOf, increment } from './control.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Net } from '../netlist.ts';

/** A counter of credits under construction: `spend` is connected when it is known. */
export interface Credits {
  /** One bit: there is at least one. */
  readonly some: Net;
  /** Give the net whose 1 takes a credit at the rising edge; once. */
  spendAt(take: Net): void;
}

/**
 * Build the credits for one buffer.
 *
 * @param depth places of the buffer, at least 1
 * @param left one bit: a beat has left the buffer
 */
export function credits(builder: ModuleBuilder, depth: number, left: Net, name: string): Credits {
  const bits = bitsOf(depth + 1);
  const count = builder.registerPlaceholder(bits, { reset: BigInt(depth) });
  builder.name(count, name);
  const zero = constantOf(builder, 0, bits);
  return {
    some: builder.not(builder.equal(count, zero)),
    spendAt: (take) => {
      const fewer = builder.subtract(count, constantOf(builder, 1, bits));
      const more = increment(builder, count);
      builder.connect(count, builder.mux(take, builder.mux(left, count, fewer), builder.mux(left, more, count)));
    },
  };
}
