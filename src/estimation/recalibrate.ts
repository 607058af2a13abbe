/**
 * Fits the two parameters of the delay model that nobody can know before placement to measured paths.
 *
 * The route to an element takes netBase + netPerSink · (sinks − 1), at most netCap; all else of a path is known, from
 * the report or from the model. So the measured times are linear in the two, and they are those of least squares over
 * the paths: Σ (measured − model)² is smallest. Neither may be negative: where the best one would be, it is 0 and the
 * other is fitted alone. Nets that reach the cap count as the cap, by the parameters of the round before.
 */
import { ValueError } from '../errors.ts';
import { delayFactor, elementDelay, netDelay, ULTRASCALE_PLUS } from './fabric-delays.ts';
import type { DelayParameters } from './fabric-delays.ts';
import type { Device } from './devices.ts';
import type { MeasuredPath } from './measured-paths.ts';

/** Rounds after which the set of capped nets must stand still. */
const ROUNDS = 20;

/** One path beside the model. */
export interface PathResidual {
  readonly name: string;
  readonly measuredNs: number;
  readonly modelNs: number;
  /** Measured minus model. */
  readonly residualNs: number;
}

/** How well parameters meet paths. */
export interface DelayFit {
  readonly paths: readonly PathResidual[];
  /** Root of the mean squared residual. */
  readonly rmsNs: number;
}

/** Parameters fitted to paths. */
export interface Recalibration extends DelayFit {
  readonly parameters: DelayParameters;
  /** The fit of the parameters that it began with. */
  readonly before: DelayFit;
}

/**
 * Fit `netBase` and `netPerSink` to measured paths.
 *
 * @param target the device of the measurement; parameters are those before its factors for family and speed grade
 * @param parameters all other parameters
 * @defaultValue `parameters`: ULTRASCALE_PLUS
 * @throws ValueError if there are fewer than two paths, or the paths do not tell the two parameters apart
 */
export function recalibrateDelay(
  paths: readonly MeasuredPath[],
  target: Device,
  parameters: DelayParameters = ULTRASCALE_PLUS,
): Recalibration {
  if (paths.length < 2) throw new ValueError(`There are ${paths.length} measured paths; a fit needs at least 2.`);
  const factor = delayFactor(target);
  let fitted = parameters;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = { ...parameters, ...leastSquares(paths.map((path) => equationOf(path, fitted, factor))) };
    const isSame = next.netBase === fitted.netBase && next.netPerSink === fitted.netPerSink;
    fitted = next;
    if (isSame) break;
  }
  return { parameters: fitted, ...fitOf(paths, fitted, factor), before: fitOf(paths, parameters, factor) };
}

/** One path: bases · netBase + sinks · netPerSink = rest, in picoseconds. */
interface Equation {
  readonly bases: number;
  readonly sinks: number;
  readonly rest: number;
}

function equationOf(path: MeasuredPath, parameters: DelayParameters, factor: number): Equation {
  const free = path.elements.filter((element) => !isCapped(element.sinks, parameters));
  const capped = (path.elements.length - free.length) * parameters.netCap;
  return {
    bases: free.length,
    sinks: free.reduce((sum, { sinks }) => sum + sinks - 1, 0),
    rest: (1000 * path.measuredNs) / factor - logicOf(path, parameters, factor) - capped,
  };
}

function isCapped(sinks: number, { netBase, netPerSink, netCap }: DelayParameters): boolean {
  return netBase + netPerSink * (sinks - 1) > netCap;
}

/** Time of a path that is no route, in picoseconds before the factor. */
function logicOf(path: MeasuredPath, parameters: DelayParameters, factor: number): number {
  if (path.logicNs !== undefined) return (1000 * path.logicNs) / factor;
  return path.elements.reduce((sum, element) => sum + elementDelay(parameters, element), parameters.register);
}

/** The two parameters with the smallest sum of squares, neither below 0. */
function leastSquares(equations: readonly Equation[]): Pick<DelayParameters, 'netBase' | 'netPerSink'> {
  const sum = (term: (equation: Equation) => number): number =>
    equations.reduce((total, equation) => total + term(equation), 0);
  const bb = sum(({ bases }) => bases * bases);
  const bs = sum(({ bases, sinks }) => bases * sinks);
  const ss = sum(({ sinks }) => sinks * sinks);
  const br = sum(({ bases, rest }) => bases * rest);
  const sr = sum(({ sinks, rest }) => sinks * rest);
  const determinant = bb * ss - bs * bs;
  if (!(determinant > 1e-9 * bb * ss)) {
    throw new ValueError(
      'The measured paths do not tell netBase from netPerSink; they need nets with different numbers of sinks, below the cap.',
    );
  }
  const netBase = (br * ss - sr * bs) / determinant;
  const netPerSink = (sr * bb - br * bs) / determinant;
  if (netPerSink < 0) return { netBase: Math.max(0, br / bb), netPerSink: 0 };
  if (netBase < 0) return { netBase: 0, netPerSink: Math.max(0, sr / ss) };
  return { netBase, netPerSink };
}

function fitOf(paths: readonly MeasuredPath[], parameters: DelayParameters, factor: number): DelayFit {
  const residuals = paths.map((path): PathResidual => {
    const { name, measuredNs, elements } = path;
    const routes = elements.reduce((sum, { sinks }) => sum + netDelay(parameters, sinks), 0);
    const modelNs = ((logicOf(path, parameters, factor) + routes) * factor) / 1000;
    return { name, measuredNs, modelNs, residualNs: measuredNs - modelNs };
  });
  const squares = residuals.reduce((sum, { residualNs }) => sum + residualNs * residualNs, 0);
  return { paths: residuals, rmsNs: Math.sqrt(squares / residuals.length) };
}
