/** Small pieces of control logic: counters that wrap, constants by number, choice by a counter. */
import type { ModuleBuilder } from '../module-builder.ts';
import type { Net } from '../netlist.ts';

/** Bits that count `values` different values, at least 1. */
export function bitsOf(values: number): number {
  return Math.max(1, (values - 1).toString(2).length);
}

/** A constant from a whole number. */
export function constantOf(builder: ModuleBuilder, value: number, width: number): Net {
  return builder.constant(BigInt(value), width);
}

/** a + 1 modulo 2^width. */
export function increment(builder: ModuleBuilder, a: Net): Net {
  return builder.add(a, constantOf(builder, 1, builder.widthOf(a)));
}

/** The value after this one of a counter from 0 to `values` − 1. */
export function nextValue(builder: ModuleBuilder, counter: Net, values: number): Net {
  const width = builder.widthOf(counter);
  const next = increment(builder, counter);
  if (values === 2 ** width) return next;
  const isLast = builder.equal(counter, constantOf(builder, values - 1, width));
  return builder.mux(isLast, constantOf(builder, 0, width), next);
}

/** A register under construction that goes on when told; `stepAt` is called once, when that is known. */
export interface Stepped {
  readonly value: Net;
  /** Give the one-bit net at whose 1 the register takes its next value. */
  stepAt(step: Net): void;
}

/**
 * A register that holds until it is told to go on.
 *
 * @param reset its value at the start
 * @param next gives its next value
 */
export function stepped(
  builder: ModuleBuilder,
  width: number,
  reset: bigint,
  name: string,
  next: (value: Net) => Net,
): Stepped {
  const value = builder.registerPlaceholder(width, { reset });
  builder.name(value, name);
  return { value, stepAt: (step) => builder.connect(value, builder.mux(step, next(value), value)) };
}

/**
 * A counter from 0 to `values` − 1 (at least 2) whose step is given later.
 *
 * @defaultValue start 0
 */
export function counter(builder: ModuleBuilder, values: number, name: string, start = 0): Stepped {
  return stepped(builder, bitsOf(values), BigInt(start), name, (value) => nextValue(builder, value, values));
}

/** A counter from 0 to `values` − 1 (at least 2) that goes on where `step` is 1. */
export function counterTo(builder: ModuleBuilder, values: number, step: Net, name: string): Net {
  const { value, stepAt } = counter(builder, values, name);
  stepAt(step);
  return value;
}

/** Whether a counter stands at a value. */
export function isAt(builder: ModuleBuilder, value: Net, wanted: number): Net {
  return builder.equal(value, constantOf(builder, wanted, builder.widthOf(value)));
}

/** Of words of one width, that with the number `index`; for an index beyond the last, any of them. */
export function chosen(builder: ModuleBuilder, index: Net, words: readonly Net[]): Net {
  let level = [...words];
  for (let bit = 0; level.length > 1; bit += 1) {
    const isOdd = builder.slice(index, bit, 1);
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, k) => {
      const odd = level[2 * k + 1];
      return odd === undefined ? level[2 * k]! : builder.mux(isOdd, odd, level[2 * k]!);
    });
  }
  return level[0]!;
}

/** The word with the number `index` of a list of constant words, as a ROM; for an index beyond the last, 0. */
export function looked(builder: ModuleBuilder, name: string, index: Net, width: number, words: readonly bigint[]): Net {
  const size = 2 ** builder.widthOf(index);
  const padded = Array.from({ length: size }, (_, k) => words[k] ?? 0n);
  return builder.rom(index, builder.addRom(name, width, padded));
}
