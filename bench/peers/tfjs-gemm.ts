/** The matrix product of TensorFlow.js as a peer: its WebAssembly backend (XNNPACK, SIMD) in this process, one thread. */
import type * as TfModule from '@tensorflow/tfjs-core';
import { gemmOperands, type GemmShape } from './gemm-data.ts';

export interface TfjsGemm {
  readonly version: string;
  /** Put the operands into the memory of the backend. */
  readonly open: (shape: GemmShape) => TfjsProduct;
}

export interface TfjsProduct {
  /** Multiply; the result stays in the memory of the backend and is given back. */
  readonly call: () => unknown;
  readonly result: () => Float32Array;
  readonly close: () => void;
}

/**
 * Load TensorFlow.js.
 *
 * @returns the reason as a text where it is not installed
 */
export async function loadTfjsGemm(): Promise<TfjsGemm | string> {
  let tf: typeof TfModule;
  try {
    tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-wasm');
    tf.enableProdMode();
    if (!(await tf.setBackend('wasm'))) return 'its backend wasm does not start';
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
  return {
    version: tf.version_core,
    open: (shape) => {
      const { a, b } = gemmOperands(shape);
      const left = tf.tensor2d(a, [shape.m, shape.k]);
      const right = tf.tensor2d(b, [shape.k, shape.n]);
      return {
        call: () => {
          const product = tf.matMul(left, right);
          product.dispose();
          return product;
        },
        result: () => tf.tidy(() => tf.matMul(left, right).dataSync() as Float32Array),
        close: () => tf.dispose([left, right]),
      };
    },
  };
}
