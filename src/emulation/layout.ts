/**
 * The memory of a compiled circuit: tables, input and output vectors of a block, slots, constants.
 *
 * A block is a number of lane groups that run together. Ports are stored by group, element and lane, so that one
 * vector load reads an element of four samples.
 */
import type { Circuit, Port, Table } from '../circuit/index.ts';
import { rawRange } from '../fixed/index.ts';
import { GROUP, fitsBits } from './lanes.ts';
import type { LaneBits } from './lanes.ts';
import { LEAST_ELEMENTS } from './transpose-code.ts';

/** Bytes of slots and ports that a block may use; a share of a typical second-level cache. */
const BLOCK_BYTES = 96 * 1024;
const MOST_GROUPS = 64;

export interface Region {
  readonly address: number;
  /** Element width: of ports 32 if every format fits, of tables if every value fits. */
  readonly bits: LaneBits;
  /** Bytes per lane group (ports only). */
  readonly stride: number;
  /** Where the rows of a block go in and out; undefined where they are copied one by one (and for tables). */
  readonly rows?: number;
  /** Of input ports with rows: the lowest codes of all elements, then the highest. */
  readonly limits?: number;
}

export interface Layout {
  readonly tables: readonly Region[];
  readonly inputs: readonly Region[];
  readonly outputs: readonly Region[];
  readonly slots: number;
  /** Lane groups per block. */
  readonly groups: number;
  /** The streams of the tiles, one after the other. */
  readonly streams: number;
  /** Where the constants start; they end the memory. */
  readonly constants: number;
}

/** Return the element width of a port: 32 bits if every raw code of its formats is a signed 32-bit integer, else 64. */
export function portBits(port: Port): LaneBits {
  return port.formats.every((format) => fitsBits(rawRange(format), 32)) ? 32 : 64;
}

/** Return the entry width of a table. */
function tableBits(table: Table): LaneBits {
  return table.values.every((value) => fitsBits({ lo: value, hi: value }, 32)) ? 32 : 64;
}

const roundUp = (bytes: number): number => (bytes + 63) & ~63;

/** Place everything; `slotBytes` are those of one lane group, `streamBytes` those of all tiles. */
export function layoutMemory(circuit: Circuit, slotBytes: number, streamBytes: number): Layout {
  const stride = (port: Port): number => (port.wires.length * GROUP * portBits(port)) / 8;
  const perGroup = slotBytes + [...circuit.inputs, ...circuit.outputs].reduce((sum, port) => sum + stride(port), 0);
  // Tiles take the lane groups two by two.
  const groups = 2 * Math.max(1, Math.min(MOST_GROUPS / 2, Math.floor(BLOCK_BYTES / Math.max(1, 2 * perGroup))));
  let address = 64;
  const take = (bytes: number): number => {
    const start = address;
    address = roundUp(address + bytes);
    return start;
  };
  const place = (port: Port, checked: boolean): Region => {
    const bytes = stride(port);
    const region = { address: take(bytes * groups), bits: portBits(port), stride: bytes };
    if (region.bits !== 32 || port.wires.length < LEAST_ELEMENTS) return region;
    const rows = { ...region, rows: take(bytes * groups) };
    return checked ? { ...rows, limits: take(8 * port.wires.length) } : rows;
  };
  const tables = circuit.tables.map((table): Region => {
    const bits = tableBits(table);
    return { address: take((table.values.length * bits) / 8), bits, stride: 0 };
  });
  const inputs = circuit.inputs.map((port) => place(port, true));
  const outputs = circuit.outputs.map((port) => place(port, false));
  const slots = take(slotBytes * groups);
  const streams = take(streamBytes);
  return { tables, inputs, outputs, slots, groups, streams, constants: address };
}

/** Encode the limits of a port of 32-bit elements. */
export function limitBytes({ formats }: Port): Uint8Array {
  const ranges = formats.map(rawRange);
  const limits = [...ranges.map(({ lo }) => Number(lo)), ...ranges.map(({ hi }) => Number(hi))];
  return new Uint8Array(Int32Array.from(limits).buffer);
}

/** Encode a table for its region; entries too wide for any reachable address are cut to 64 bits. */
export function tableBytes(table: Table, { bits }: Region): Uint8Array {
  const values = bits === 32 ? Int32Array.from(table.values, Number) : BigInt64Array.from(table.values);
  return new Uint8Array(values.buffer);
}
