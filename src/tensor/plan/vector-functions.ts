/** The functions of a plan's module beside its kernels: elementary functions and operations with attributes of their own. */
import { UnsupportedError } from '../../errors.ts';
import type { FunctionReference, WasmModule } from '../../wasm/index.ts';
import { elementaryFunctions, powScalarVector } from '../backends/wasm/elementary.ts';
import { insideGridVector, quantizeVector } from '../backends/wasm/quantize.ts';
import { dropoutMaskVector } from '../backends/wasm/random-bits.ts';
import type { FixedGrid } from '../quantize.ts';
import { keyOf, type PlanNode } from './graph.ts';

/** Functions by name or node, each defined at its first use. */
export interface PlanFunctions {
  readonly elementary: (name: string) => FunctionReference;
  readonly special: (node: PlanNode) => FunctionReference;
}

/** Make the functions of a module. */
export function planFunctions(module: WasmModule): PlanFunctions {
  const known = new Map<string, FunctionReference>();
  const define = ({ operation, attributes }: PlanNode): FunctionReference => {
    switch (operation) {
      case 'quantize':
        return quantizeVector(module, attributes['grid'] as FixedGrid);
      case 'insideGrid':
        return insideGridVector(module, attributes['grid'] as FixedGrid);
      case 'dropoutMask':
        return dropoutMaskVector(module, attributes['rate'] as number);
      case 'powScalar':
        return powScalarVector(module, attributes['exponent'] as number);
      default:
        throw new UnsupportedError(`There is no vector function for "${operation}".`);
    }
  };
  return {
    elementary: elementaryFunctions(module),
    special: (node) => {
      const key = `${node.operation} ${keyOf(node.attributes)}`;
      let found = known.get(key);
      if (found === undefined) {
        found = define(node);
        known.set(key, found);
      }
      return found;
    },
  };
}
