/**
 * How long operations of circuits take on UltraScale+ fabric, by the figures of `fabric-delays.ts`: what schedules are
 * made with.
 */
import { isSigned, operandsOf, widthOf } from '../circuit/index.ts';
import type { Circuit, Op, Wire } from '../circuit/index.ts';
import { adderWidth, castWork } from '../netlist/index.ts';
import type { DelayModel } from '../netlist/index.ts';
import type { Device } from './devices.ts';
import { DSP_MINIMUM_WIDTH } from './dsp-products.ts';
import {
  delayFactor,
  elementDelay,
  netDelay,
  productDelay,
  readDelay,
  readSinks,
  tableLevels,
  ULTRASCALE_PLUS,
} from './fabric-delays.ts';
import type { DelayParameters } from './fabric-delays.ts';

/**
 * Give the delay model of a device.
 *
 * @param target decides the factors for older families and other speed grades
 * @param replace parameters that differ from `ULTRASCALE_PLUS`, in the same units, before those factors
 */
export function ultrascalePlusDelay(target: Device, replace: Partial<DelayParameters> = {}): DelayModel {
  const parameters = { ...ULTRASCALE_PLUS, ...replace };
  const factor = delayFactor(target);
  const sinkCounts = new WeakMap<Circuit, Int32Array>();
  const sinksOf = (circuit: Circuit): Int32Array => {
    let sinks = sinkCounts.get(circuit);
    if (sinks === undefined) {
      sinks = countSinks(circuit);
      sinkCounts.set(circuit, sinks);
    }
    return sinks;
  };
  return {
    name: `${target.die}-${target.speedGrade}`,
    registerOverheadNs: (parameters.register * factor) / 1000,
    minimumPeriodNs: (1000 / parameters.maximumClockMHz) * factor,
    delayNs: (circuit, wire) => (operationDelay(parameters, circuit, wire, sinksOf(circuit)) * factor) / 1000,
  };
}

/** Readers of each wire within its circuit; a pure renaming passes its readers on. */
function countSinks(circuit: Circuit): Int32Array {
  const sinks = new Int32Array(circuit.ops.length);
  for (let wire = circuit.ops.length - 1; wire >= 0; wire -= 1) {
    const op = circuit.ops[wire]!;
    const weight = op.kind === 'scale' ? Math.max(1, sinks[wire]!) : 1;
    for (const operand of operandsOf(op)) sinks[operand]! += weight;
  }
  return sinks;
}

/** Delay of one operation in picoseconds, the route to its inputs included. */
function operationDelay(p: DelayParameters, circuit: Circuit, wire: Wire, sinks: Int32Array): number {
  const op = circuit.ops[wire]!;
  const width = widthOf(circuit.types[wire]!);
  const bits = (operand: Wire): number => widthOf(circuit.types[operand]!);
  const isConstant = (operand: Wire): boolean => circuit.ops[operand]!.kind === 'constant';
  const fanOut = (operands: readonly Wire[]): number =>
    operands.reduce((most, operand) => (isConstant(operand) ? most : Math.max(most, sinks[operand]!)), 1);
  const extra = netDelay(p, fanOut(operandsOf(op))) - netDelay(p, 1);
  switch (op.kind) {
    case 'input':
    case 'constant':
    case 'scale':
      return 0;
    case 'add': {
      const adder = adderWidth(circuit, op, wire);
      return adder === 0 ? 0 : addDelay(p, adder) + extra;
    }
    case 'negate':
      return addDelay(p, width) + extra;
    case 'multiply':
      return multiplyDelay(p, circuit, op) + extra;
    case 'compare': {
      if (isSignTest(circuit, op)) return 0;
      const compared = Math.max(bits(op.a), bits(op.b));
      if (op.relation === 'lt' || op.relation === 'le') return addDelay(p, compared) + extra;
      return tableLevels(isConstant(op.a) || isConstant(op.b) ? compared : 2 * compared) * level(p) + extra;
    }
    case 'select': {
      const condition = bits(op.condition);
      const test = condition > 1 ? tableLevels(condition) * level(p) : 0;
      return test + netDelay(p, sinks[op.condition]! * width) + p.lut;
    }
    case 'bitwise':
      return level(p) + extra;
    case 'table':
      return netDelay(p, readSinks(bits(op.a), width)) + readDelay(p, bits(op.a));
    case 'cast': {
      const work = castWork(circuit.types[op.a]!, op.format);
      const sticky = work.stickyBits > 0 ? tableLevels(work.stickyBits + 2) * level(p) : 0;
      const increment = work.incrementWidth > 0 ? addDelay(p, work.incrementWidth) : 0;
      const limit = work.testBits > 0 ? tableLevels(work.testBits) * level(p) + netDelay(p, width) + p.lut : 0;
      return sticky + increment + limit + (sticky + increment + limit > 0 ? extra : 0);
    }
    default:
      return op satisfies never;
  }
}

/** One look-up table with the route to it. */
function level(p: DelayParameters): number {
  return p.netBase + p.lut;
}

/** Adder of so many bits at fan-out 1, its output free to feed logic. */
function addDelay(p: DelayParameters, bits: number): number {
  return p.netBase + elementDelay(p, { kind: 'adder', bits });
}

/** A product, with the widths of its operands as they are built. */
function multiplyDelay(p: DelayParameters, circuit: Circuit, op: Extract<Op, { kind: 'multiply' }>): number {
  const [a, b] = [widthOf(circuit.types[op.a]!), widthOf(circuit.types[op.b]!)];
  const constant = [op.a, op.b].some((operand) => circuit.ops[operand]!.kind === 'constant');
  const signs = [op.a, op.b].map((operand) => isSigned(circuit.types[operand]!));
  // Beside a signed factor an unsigned one needs a sign bit of its own.
  const factors = [a, b].map((width, k) => width + (signs.includes(true) && !signs[k] ? 1 : 0));
  const dsp = !constant && Math.min(...factors) >= DSP_MINIMUM_WIDTH;
  return p.netBase + productDelay(p, { a, b, constant, dsp });
}

/** `a < 0` and `0 <= a` read the sign bit and nothing else. */
function isSignTest(circuit: Circuit, op: Extract<Op, { kind: 'compare' }>): boolean {
  const zero = (wire: Wire): boolean => {
    const { lo, hi } = circuit.types[wire]!;
    return lo === 0n && hi === 0n;
  };
  return (op.relation === 'lt' && zero(op.b)) || (op.relation === 'le' && zero(op.a));
}
