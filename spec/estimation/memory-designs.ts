/** Small modules around one memory each, of the kinds that streaming designs hold. */
import { addressWidth, moduleBuilder } from '../../src/netlist/index.ts';
import type { Module, ModuleBuilder, Net, RegisterOptions } from '../../src/netlist/index.ts';

/** How the words of a memory are read. */
export type ReadKind =
  /** Asynchronously, at an address from a port. */
  | 'now'
  /** Into a register that always loads. */
  | 'registered'
  /** Into a register with an enable. */
  | 'enabled'
  /** Into a register with enable and reset. */
  | 'reset'
  /** Asynchronously, at an address that a register gives. */
  | 'registered before'
  /** Asynchronously, at an address that a counter gives. */
  | 'counted'
  /** Into a register with an enable, at an address that a counter gives. */
  | 'counted, enabled'
  /** Asynchronously, at the address of the write. */
  | 'written'
  /** Into a register with the enable of the write, at the address of the write. */
  | 'written, enabled';

export interface MemoryDesign {
  readonly width: number;
  readonly words: number;
  readonly reads: readonly ReadKind[];
  /** Bits of the words that are used, from the lowest. @defaultValue all */
  readonly used?: number;
}

/** A counter with an enable and a reset. */
function counter(builder: ModuleBuilder, width: number, enable: Net): Net {
  const count = builder.registerPlaceholder(width, { reset: 0n, enable });
  builder.connect(count, builder.add(count, builder.constant(1n, width)));
  return count;
}

/** Build a module: one memory that ports write, and its reads at ports of their own. */
export function memoryModule(name: string, { width, words, reads, used = width }: MemoryDesign): Module {
  const builder = moduleBuilder(name, 'A memory.');
  const bits = addressWidth(words);
  const [enable, to] = [builder.input('enable', 1), builder.input('to', bits)];
  const memory = builder.addMemory('words', width, words);
  builder.memoryWrite(memory, enable, to, builder.input('data', width));
  reads.forEach((kind, k) => {
    const go = builder.input(`go${k}`, 1);
    const at = kind.startsWith('written')
      ? to
      : kind.startsWith('counted')
        ? counter(builder, bits, go)
        : builder.input(`at${k}`, bits);
    const word = builder.memory(kind === 'registered before' ? builder.register(at) : at, memory);
    const registers: Partial<Record<ReadKind, RegisterOptions>> = {
      registered: {},
      enabled: { enable: go },
      reset: { enable: go, reset: 0n },
      'counted, enabled': { enable: go },
      'written, enabled': { enable },
    };
    const { [kind]: options } = registers;
    const shown = options === undefined ? word : builder.register(word, options);
    builder.output(`y${k}`, used === width ? shown : builder.slice(shown, 0, used));
  });
  return builder.build();
}
