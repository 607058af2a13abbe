/**
 * Timing paths as a vendor tool has measured them, read from a table of ours or from the text of a timing report.
 *
 * The table is CSV with the header `path,measured_ns,logic_ns,element,bits,sinks`, one row per element on the path, in
 * any order; `measured_ns` and `logic_ns` are the same in all rows of a path, and `logic_ns` and `bits` may be empty.
 * The report is what `report_timing` of Vivado prints with its default columns (UG906, "Timing Path Details"): of each
 * path the line "Data Path Delay" and the second part of its table. Paths with a net that is not routed are left out:
 * their delays are estimates. Checked on routed reports of Vivado 2021.2 that others have published; none is of our
 * Verilog.
 */
import { FormatError } from '../errors.ts';
import type { DelayElement } from './fabric-delays.ts';

/** One element on a path, with the pins that the net to it drives, at least 1. */
export type PathElement = DelayElement & { readonly sinks: number };

/** One path from register to register. */
export interface MeasuredPath {
  readonly name: string;
  /**
   * Nanoseconds that the path needs: requirement minus slack. With `logicNs`, any time that holds that and the routes,
   * as the data path delay of a report does.
   */
  readonly measuredNs: number;
  /** Part of it that is no route between elements. @defaultValue that of the delay model for the elements */
  readonly logicNs?: number;
  readonly elements: readonly PathElement[];
}

const HEADER = 'path,measured_ns,logic_ns,element,bits,sinks';

/**
 * Read paths from our table.
 *
 * @throws FormatError naming the line
 */
export function readMeasuredPaths(csv: string): MeasuredPath[] {
  const [header, ...lines] = csv.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (header?.trim() !== HEADER) {
    throw new FormatError(`Measured paths: the first line is "${header ?? ''}", must be "${HEADER}".`);
  }
  const paths = new Map<string, { measured: string; logic: string; elements: PathElement[] }>();
  lines.forEach((line, index) => {
    const fields = line.split(',').map((field) => field.trim());
    const fail = (what: string): never => {
      throw new FormatError(`Measured paths, line ${index + 2}: ${what}.`);
    };
    if (fields.length !== 6) fail(`there are ${fields.length} fields, must be 6`);
    const [name, measured, logic, kind, bits, sinks] = fields as [string, string, string, string, string, string];
    const path = paths.get(name) ?? { measured, logic, elements: [] };
    paths.set(name, path);
    if (path.measured !== measured || path.logic !== logic) {
      fail(
        `path "${name}" has measured_ns ${measured} and logic_ns "${logic}", above ${path.measured} and "${path.logic}"`,
      );
    }
    const number = (text: string, what: string, least: number): number => {
      const value = Number(text);
      return text !== '' && Number.isFinite(value) && value >= least
        ? value
        : fail(`${what} is "${text}", must be a number of at least ${least}`);
    };
    number(measured, 'measured_ns', 0);
    if (logic !== '') number(logic, 'logic_ns', 0);
    const pins = number(sinks, 'sinks', 1);
    if (kind === 'adder') path.elements.push({ kind, sinks: pins, bits: number(bits, 'bits', 1) });
    else if (kind === 'lut' || kind === 'register') path.elements.push({ kind, sinks: pins });
    else fail(`element is "${kind}", must be lut, adder or register`);
  });
  return Array.from(paths, ([name, { measured, logic, elements }]) => ({
    name,
    measuredNs: Number(measured),
    ...(logic !== '' && { logicNs: Number(logic) }),
    elements,
  }));
}

/**
 * Read the setup paths of a Vivado timing report.
 *
 * Routes within a slice (from a table to its carry block, multiplexer or register, between carry blocks) belong to the
 * logic. Paths through other cells than tables, carry blocks and wide multiplexers are left out.
 *
 * @throws FormatError if the text holds no such path
 */
export function readTimingReport(text: string): MeasuredPath[] {
  const paths = text
    .split(/^\s*Slack\b/m)
    .slice(1)
    .flatMap((part, index) => readReportedPath(part, index) ?? []);
  if (paths.length === 0) throw new FormatError('Timing report: the text holds no path with routed nets only.');
  return paths;
}

/** A net line, or a cell line with its place and the arc through it. */
const STEP = /net \(fo=(\d+), (\w+)\)\s+([\d.]+)|(?:(SLICE_X\d+Y\d+)\s+)?(\w+) \(Prop_(\S+)\)/g;

/** The register at the end of a path: a cell line without an arc. */
const END = /(SLICE_X\d+Y\d+)\s+FD\w+\s(?!\s*\(Prop)/g;

/** One path of a report; undefined where it is not wholly routed or runs through other cells. */
function readReportedPath(text: string, index: number): MeasuredPath | undefined {
  const total = /Data Path Delay:\s+([\d.]+)ns/.exec(text)?.[1];
  // Three parts between lines of dashes: launching clock, data, capturing clock.
  const data = text.split(/^\s*-{10,}[\s-]*$/m)[2];
  if (total === undefined || data === undefined) return undefined;
  const elements: PathElement[] = [];
  let routeNs = 0;
  let net: { readonly sinks: number; readonly ns: number } | undefined;
  let before: { readonly cell: string; readonly place: string | undefined } | undefined;
  for (const [, sinks, state, ns, place, cell, arc] of data.matchAll(STEP)) {
    if (cell === undefined) {
      if (state !== 'routed') return undefined;
      net = { sinks: Number(sinks), ns: Number(ns) };
      continue;
    }
    const last = elements.at(-1);
    if (/^LUT[1-6]$/.test(cell)) {
      elements.push({ kind: 'lut', sinks: net?.sinks ?? 1 });
      routeNs += net?.ns ?? 0;
    } else if (/^CARRY[48]$/.test(cell)) {
      const bits = carryBits(arc!);
      if (before?.cell.startsWith('CARRY') === true && arc!.includes('_CI_') && last?.kind === 'adder') {
        elements[elements.length - 1] = { ...last, bits: last.bits + bits };
      } else if (last?.kind === 'lut' && before?.cell.startsWith('LUT') === true && before.place === place) {
        elements[elements.length - 1] = { kind: 'adder', sinks: last.sinks, bits };
      } else {
        elements.push({ kind: 'adder', sinks: net?.sinks ?? 1, bits });
        routeNs += net?.ns ?? 0;
      }
    } else if (before !== undefined && !/^MUXF[789]$/.test(cell)) return undefined;
    before = { cell, place };
    net = undefined;
  }
  const end = [...data.matchAll(END)].at(-1)?.[1];
  if (net !== undefined && (end === undefined || end !== before?.place)) {
    elements.push({ kind: 'register', sinks: net.sinks });
    routeNs += net.ns;
  }
  if (elements.length === 0) return undefined;
  const pin = (label: string): string => new RegExp(`${label}:\\s+(\\S+)`).exec(text)?.[1] ?? `path ${index}`;
  const measuredNs = Number(total);
  return {
    name: `${pin('Source')} to ${pin('Destination')}`,
    measuredNs,
    logicNs: Math.max(0, measuredNs - routeNs),
    elements,
  };
}

/** Bits of a carry block between the pins of an arc, as in `CARRY8_SLICEL_S[2]_CO[7]` or `CARRY8_SLICEL_CI_O[3]`. */
function carryBits(arc: string): number {
  const from = Number(/_(?:S|DI|[A-H]X)\[?(\d?)\]?_/.exec(arc)?.[1] ?? 0);
  const to = Number(/_C?O\[(\d)\]$/.exec(arc)?.[1] ?? 7);
  return Math.max(1, to - from + 1);
}
