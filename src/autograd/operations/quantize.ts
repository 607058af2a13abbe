/** Rounding to a fixed-point grid with a straight-through gradient. */
import * as t from '../../tensor/index.ts';
import type { FixedGrid } from '../../tensor/index.ts';
import type { StraightThrough } from '../rules/quantize.ts';
import { asVariable, recordCall, type Operand, type Variable } from '../variable.ts';

/**
 * Snap onto a grid.
 *
 * @param estimator 'clipped' passes the gradient where the value was inside the range, and everywhere if the grid wraps;
 * 'identity' passes it everywhere @defaultValue 'clipped'
 */
export function quantize(x: Operand, grid: FixedGrid, estimator: StraightThrough = 'clipped'): Variable {
  const input = asVariable(x);
  return recordCall('quantize', { grid, estimator }, [input], t.quantize(input.value, grid));
}
