/** Parameters and memories of Yosys' cells, which its JSON spells as texts of bits. */
import { FormatError } from '../../errors.ts';
import type { YosysModule } from '../../verilog/index.ts';

type Parameters = Readonly<Record<string, string | number>>;

/** The number that a parameter is; texts are binary, with x for 0. */
export function numberOf(parameters: Parameters, name: string): bigint {
  const value = parameters[name];
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'string') throw new FormatError(`Yosys JSON: a cell has no parameter ${name}.`);
  const digits = value.trim().replace(/[xz]/g, '0');
  if (!/^[01]*$/.test(digits)) throw new FormatError(`Yosys JSON: parameter ${name} is "${value}", must be binary.`);
  return digits === '' ? 0n : BigInt(`0b${digits}`);
}

export function flag(parameters: Parameters, name: string): boolean {
  return parameters[name] !== undefined && numberOf(parameters, name) !== 0n;
}

/** A memory of a module. */
export interface Memory {
  readonly width: number;
  /** Words by address; undefined where no initial value is given. */
  readonly words: readonly (bigint | undefined)[];
  /** Whether something writes it, so that it need not hold them. */
  readonly isWritten: boolean;
}

/** Collect the memories of a module from the cells that initialise and write them. */
export function memoriesOf(module: YosysModule): ReadonlyMap<string, Memory> {
  const memories = new Map<string, { width: number; words: (bigint | undefined)[]; isWritten: boolean }>();
  for (const { type, parameters, connections } of Object.values(module.cells)) {
    if (!/^\$mem(?:init|wr)/.test(type)) continue;
    const id = String(parameters['MEMID']);
    const width = Number(numberOf(parameters, 'WIDTH'));
    const memory = memories.get(id) ?? { width, words: [], isWritten: false };
    memories.set(id, memory);
    if (type.startsWith('$memwr')) {
      memory.isWritten = true;
      continue;
    }
    const address = Number(constantOf(connections['ADDR'] ?? [], id));
    const data = connections['DATA'] ?? [];
    for (let k = 0; k < Number(numberOf(parameters, 'WORDS')); k++) {
      const bits = data.slice(k * width, (k + 1) * width);
      memory.words[address + k] = bits.every((bit) => bit === '0' || bit === '1') ? constantOf(bits, id) : undefined;
    }
  }
  return memories;
}

function constantOf(bits: readonly unknown[], id: string): bigint {
  let value = 0n;
  bits.forEach((bit, k) => {
    if (bit !== '0' && bit !== '1')
      throw new FormatError(`Memory "${id}" is initialised with "${String(bit)}", must be 0 or 1.`);
    if (bit === '1') value |= 1n << BigInt(k);
  });
  return value;
}
