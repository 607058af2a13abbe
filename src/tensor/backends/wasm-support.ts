/** Whether this engine can run the wasm backend at all, asked before someone chooses it by name. */
import { v128, WasmModule } from '../../wasm/index.ts';

/** Tell whether WebAssembly is there and has vector instructions (every engine since 2021, unless it is switched off). */
export function hasWasmVectors(): boolean {
  if (typeof WebAssembly === 'undefined') return false;
  const module = new WasmModule();
  module.function({ results: ['i32'] }, (code) => {
    v128.const(code, new Uint8Array(16));
    v128.anyTrue(code);
  });
  return WebAssembly.validate(module.toBytes());
}
