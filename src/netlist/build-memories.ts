/** The memories of a module under construction: declared first, written once each at any later time. */
import { ValueError } from '../errors.ts';
import type { BuildContext } from './build-context.ts';
import { addressWidth } from './cells.ts';
import type { Memory, Net } from './netlist.ts';

type Declared = Omit<Memory, 'write'> & Partial<Pick<Memory, 'write'>>;

/** Memories by number, in the order in which they were added. */
export interface MemoryTable {
  add(name: string, width: number, words: number): number;
  write(memory: number, enable: Net, address: Net, data: Net): void;
  /** Check the address of a read, and give the shape of the memory. */
  readShape(memory: number, address: Net): Pick<Memory, 'width' | 'words'>;
  /** Give all memories; throws `ValueError` if one has no write. */
  build(): readonly Memory[];
}

/** Open an empty table. */
export function memoryTable({ module, fail, widthOf, constantOf, claimName }: BuildContext): MemoryTable {
  const memories: Declared[] = [];
  const find = (number: number): Declared =>
    memories[number] ?? fail(`memory ${number} does not exist (there are ${memories.length})`);
  const checkAddress = ({ name, words }: Declared, address: Net): void => {
    const wanted = addressWidth(words);
    if (widthOf(address) === wanted) return;
    fail(`memory ${name} of ${words} words has an address of ${widthOf(address)} bits, must have ${wanted}`);
  };
  return {
    add: (name, width, words) => {
      if (!Number.isInteger(width) || width < 1) {
        fail(`memory ${name} has width ${width}, must be an integer of at least 1`);
      }
      if (!Number.isInteger(words) || words < 2) {
        fail(`memory ${name} has ${words} words, must be an integer of at least 2`);
      }
      memories.push({ name: claimName(name), width, words });
      return memories.length - 1;
    },
    write: (number, enable, address, data) => {
      const memory = find(number);
      const { name, width } = memory;
      if (memory.write !== undefined) {
        throw new ValueError(`module ${module}: memory ${name} has a write already, must have one`);
      }
      if (widthOf(enable) !== 1) fail(`memory ${name} has a write enable of ${widthOf(enable)} bits, must have 1`);
      checkAddress(memory, address);
      if (widthOf(data) !== width) fail(`memory ${name} is written ${widthOf(data)} bits, must be written ${width}`);
      const at = constantOf(address);
      if (at !== undefined) fail(`memory ${name} is only written at word ${at}, must be a register then`);
      memories[number] = { ...memory, write: { enable, address, data } };
    },
    readShape: (number, address) => {
      const memory = find(number);
      checkAddress(memory, address);
      return memory;
    },
    build: () =>
      memories.map(({ write, ...memory }): Memory => {
        if (write !== undefined) return { ...memory, write };
        throw new ValueError(`module ${module}: memory ${memory.name} has no write, must have one`);
      }),
  };
}
