/** The instances of a module under construction: each is given its inputs once, at any time after it was added. */
import { ValueError } from '../errors.ts';
import type { BuildContext } from './build-context.ts';
import type { Instance, Module, Net } from './netlist.ts';

/** Instances by number, in the order in which they were added. */
export interface InstanceTable {
  add(name: string, callee: Module): number;
  connect(instance: number, inputs: readonly Net[]): void;
  /** Give all instances; throws `ValueError` if one is not connected. */
  build(): readonly Instance[];
}

/** Open an empty table. */
export function instanceTable({ module, fail, widthOf, claimName }: BuildContext): InstanceTable {
  const instances: { readonly name: string; readonly callee: Module; readonly inputs?: readonly Net[] }[] = [];
  return {
    add: (name, callee) => {
      instances.push({ name: claimName(name), callee });
      return instances.length - 1;
    },
    connect: (number, inputs) => {
      const instance = instances[number]!;
      const { name, callee } = instance;
      if (instance.inputs !== undefined) {
        throw new ValueError(`module ${module}: instance ${name} is connected already, must be connected once`);
      }
      if (inputs.length !== callee.inputs.length) {
        fail(`instance ${name} of ${callee.name} has ${inputs.length} inputs, must have ${callee.inputs.length}`);
      }
      callee.inputs.forEach((port, k) => {
        const width = widthOf(inputs[k]!);
        if (width !== port.width) fail(`instance ${name} port ${port.name} gets ${width} bits, must get ${port.width}`);
      });
      instances[number] = { name, callee, inputs: [...inputs] };
    },
    build: () =>
      instances.map(({ name, callee, inputs }) => {
        if (inputs !== undefined) return { name, module: callee.name, inputs };
        throw new ValueError(`module ${module}: instance ${name} is not connected, must be connected once`);
      }),
  };
}
