/**
 * A tensor: a shape over flat storage, with strides so that transposes, slices and broadcasts are views.
 *
 * 'f32' data follow IEEE single precision: every stored value is rounded by the Float32Array itself. 'i32' holds
 * indices and labels. Tensors are values: no operation changes its inputs.
 */
export type Dtype = 'f32' | 'i32';

export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Elements to step per axis; 0 repeats the element (broadcast). */
  readonly strides: readonly number[];
  readonly offset: number;
  readonly data: Float32Array | Int32Array;
}
