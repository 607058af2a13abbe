/**
 * Longest paths through covered logic: when every result comes, what still follows it, and the slowest path through any
 * node.
 *
 * One pass forward and one backward over the elements. Times are in the unit of the delays.
 */
import type { ElementDelays, TimedCover, TimedElement } from './timed-cover.ts';
import type { TimedDesign, TimingEnd } from './timed-design.ts';

/** No element, pin or end. */
const NONE = -1;

/** A path: where it begins, what it runs through, where it ends. */
export interface NodePath {
  /** Nodes of the start and of each element on the way. */
  readonly nodes: readonly number[];
  /** Time of each: at the start its own, of an element the route to it and the way through it. */
  readonly delays: readonly number[];
  readonly end: TimingEnd;
  /** Route to the end. */
  readonly lastRoute: number;
}

/** All longest paths of a design. */
export interface TimingPaths {
  /** Time of the slowest path through a leading node; −∞ where none is. */
  through(node: number): number;
  /** Time of the slowest path to an end. */
  to(end: number): number;
  /** The slowest path through a leading node. */
  pathThrough(node: number): NodePath;
  /** The slowest path to an end. */
  pathTo(end: number): NodePath;
}

/** Find the longest paths. */
export function timingPaths(
  { elements, leaders }: TimedCover,
  { ends, startOf }: Pick<TimedDesign, 'ends' | 'startOf'>,
  delays: ElementDelays,
): TimingPaths {
  const size = leaders.length;
  const routes = Float64Array.from(countSinks(elements, ends, size), (sinks) => delays.route(Math.ceil(sinks)));
  /** By leading node: the element there, when its result comes, and the pin that it waits for. */
  const elementAt = new Int32Array(size).fill(NONE);
  const arrival = Float64Array.from({ length: size }, (_, node) => delays.start(startOf(node)));
  const waitsFor = new Int32Array(size).fill(NONE);
  elements.forEach(({ node, pins, delay }, k) => {
    elementAt[node] = k;
    let latest = -Infinity;
    for (const pin of pins) {
      const at = arrival[leaders[pin]!]! + routes[pin]!;
      if (at <= latest) continue;
      latest = at;
      waitsFor[node] = pin;
    }
    arrival[node] = latest + delay;
  });

  // A table or carry chain stands directly before its flip-flop.
  const lastRoute = ({ node, pin }: TimingEnd): number =>
    pin === 'output' || (pin === 'd' && elementAt[leaders[node]!] !== NONE) ? 0 : routes[node]!;
  /** By leading node: the time from it to the registers behind, the pin by which it goes on, and to what. */
  const tail = new Float64Array(size).fill(-Infinity);
  const leavesBy = new Int32Array(size).fill(NONE);
  const nextEnd = new Int32Array(size).fill(NONE);
  const nextElement = new Int32Array(size).fill(NONE);
  ends.forEach((end, k) => {
    const from = leaders[end.node]!;
    const time = lastRoute(end);
    if (time <= tail[from]!) return;
    tail[from] = time;
    nextEnd[from] = k;
  });
  for (let k = elements.length - 1; k >= 0; k -= 1) {
    const { node, pins, delay } = elements[k]!;
    for (const pin of pins) {
      const from = leaders[pin]!;
      const time = routes[pin]! + delay + tail[node]!;
      if (time <= tail[from]!) continue;
      tail[from] = time;
      leavesBy[from] = pin;
      nextElement[from] = k;
      nextEnd[from] = NONE;
    }
  }

  /** The way to a node, and on from it to an end where none is given. */
  const path = (middle: number, given: number): NodePath => {
    const nodes: number[] = [];
    const times: number[] = [];
    for (let node = middle; ;) {
      nodes.unshift(node);
      const pin = waitsFor[node]!;
      const element = elements[elementAt[node]!];
      times.unshift(element === undefined ? arrival[node]! : routes[pin]! + element.delay);
      if (element === undefined) break;
      node = leaders[pin]!;
    }
    let last = given;
    for (let node = middle; last === NONE;) {
      last = nextEnd[node]!;
      if (last !== NONE) break;
      const element = elements[nextElement[node]!]!;
      nodes.push(element.node);
      times.push(routes[leavesBy[node]!]! + element.delay);
      node = element.node;
    }
    const end = ends[last]!;
    return { nodes, delays: times, end, lastRoute: lastRoute(end) };
  };
  return {
    through: (node) => arrival[node]! + tail[node]!,
    to: (end) => arrival[leaders[ends[end]!.node]!]! + lastRoute(ends[end]!),
    pathThrough: (node) => path(node, NONE),
    pathTo: (end) => path(leaders[ends[end]!.node]!, end),
  };
}

/** Pins that each node drives. */
function countSinks(elements: readonly TimedElement[], ends: readonly TimingEnd[], size: number): Float64Array {
  const sinks = new Float64Array(size);
  for (const { pins, sinks: each } of elements) for (const pin of pins) sinks[pin]! += each;
  for (const { node, pins } of ends) sinks[node]! += pins;
  return sinks;
}
