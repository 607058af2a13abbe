/**
 * The clocked netlist: word-level cells on unsigned bit vectors, one driver per net, hierarchy by instances.
 *
 * Stricter than the circuit above it: operand widths must match exactly, extension and truncation are cells of their
 * own, and signedness is in the operator, never in the net. Printing, simulation and resource counting read this one
 * form; none of them changes it. One implicit clock; a reset only where a register states its reset value. A memory has
 * one write port, any number of asynchronous reads, and no reset.
 */

export type Net = number;

export type Cell =
  /** Bit pattern, 0 ≤ value < 2^width. */
  | { readonly kind: 'constant'; readonly value: bigint }
  /** Module input number `port`. */
  | { readonly kind: 'input'; readonly port: number }
  /** Zero- or sign-extension to a larger width. */
  | { readonly kind: 'extend'; readonly a: Net; readonly signed: boolean }
  /** Bits lsb … lsb + width − 1 of a. */
  | { readonly kind: 'slice'; readonly a: Net; readonly lsb: number }
  /** Most significant part first; width = sum of the widths. */
  | { readonly kind: 'concat'; readonly parts: readonly Net[] }
  | { readonly kind: 'not'; readonly a: Net }
  | { readonly kind: 'and' | 'or' | 'xor'; readonly a: Net; readonly b: Net }
  /** Modulo 2^width; all three widths equal. */
  | { readonly kind: 'add' | 'subtract'; readonly a: Net; readonly b: Net }
  /** Width = width(a) + width(b); operands read as signed or unsigned as the flags say. */
  | {
      readonly kind: 'multiply';
      readonly a: Net;
      readonly b: Net;
      readonly signedA: boolean;
      readonly signedB: boolean;
    }
  /** One bit: a = b. */
  | { readonly kind: 'equal'; readonly a: Net; readonly b: Net }
  /** One bit: a < b. */
  | { readonly kind: 'less'; readonly a: Net; readonly b: Net; readonly signed: boolean }
  /** a where select (one bit) is 1, else b. */
  | { readonly kind: 'mux'; readonly select: Net; readonly a: Net; readonly b: Net }
  /** Asynchronous read of roms[rom] at the unsigned address. */
  | { readonly kind: 'rom'; readonly address: Net; readonly rom: number }
  /** Asynchronous read of memories[memory] at the unsigned address: what it holds before the rising edge of this cycle. */
  | { readonly kind: 'memory'; readonly address: Net; readonly memory: number }
  /** D flip-flops. With `reset`, a synchronous reset to that pattern; with `enable`, holds while enable is 0. */
  | { readonly kind: 'register'; readonly d: Net; readonly reset?: bigint; readonly enable?: Net }
  /** Output number `output` of instances[instance]. */
  | { readonly kind: 'instance'; readonly instance: number; readonly output: number };

export type CellKind = Cell['kind'];

export interface Rom {
  readonly name: string;
  /** Word width in bits. */
  readonly width: number;
  /** One word per address, 2^(address width) words. */
  readonly words: readonly bigint[];
}

/**
 * Words that are written at the rising edge. What they hold before the first write is unspecified, and so is a read at an
 * address ≥ words; no constant address is.
 */
export interface Memory {
  readonly name: string;
  /** Word width in bits. */
  readonly width: number;
  /** Number of words, an integer of at least 2; addresses have ceil(log2 words) bits. */
  readonly words: number;
  /** At a rising edge with enable = 1, words[address] becomes data; an address ≥ words writes nothing, none is constant. */
  readonly write: { readonly enable: Net; readonly address: Net; readonly data: Net };
}

export interface Instance {
  readonly name: string;
  readonly module: string;
  /** One net per input of the module, in its order. */
  readonly inputs: readonly Net[];
}

export interface ModulePort {
  readonly name: string;
  readonly width: number;
  /** Input: the net driven by the port's `input` cell. Output: the net that it shows. */
  readonly net: Net;
}

export interface Module {
  readonly name: string;
  /** One line for the header: what this module computes. */
  readonly comment: string;
  readonly inputs: readonly ModulePort[];
  readonly outputs: readonly ModulePort[];
  /** cells[n] drives net n; only registers and instances may refer forward, and the writes of memories. */
  readonly cells: readonly Cell[];
  readonly widths: readonly number[];
  /** Readable names of some nets, unique within the module, valid Verilog identifiers. */
  readonly names: Readonly<Record<Net, string>>;
  readonly instances: readonly Instance[];
  readonly roms: readonly Rom[];
  readonly memories: readonly Memory[];
}

export interface Netlist {
  readonly name: string;
  /** Name of the top module. */
  readonly top: string;
  /** Every module once, callees before callers. */
  readonly modules: readonly Module[];
}
