/** Model and data files in and out. */
export { type KerasLayer, type KerasOptions, networkFromKerasLayers, supportedKerasClasses } from './keras-layers.ts';
export { type KerasModel, kerasModelFromConfig, networkFromKerasModel, parseKerasModel } from './keras-json.ts';
export { kerasWeightLookup, kerasWeightsOf } from './keras-weights.ts';
export { type Hdf5Content, isHdf5, readHdf5 } from './hdf5.ts';
export { type Hdf5Numbers, type Hdf5Slices, openHdf5Slices } from './hdf5-slices.ts';
export type { KerasVersion } from './keras-activation.ts';
export type { WeightArray, WeightLookup } from './weights.ts';
export { networkFromOnnx, networkFromOnnxNodes, type OnnxOptions, supportedOnnxOperators } from './onnx.ts';
export { type OnnxAttribute, type OnnxModel, type OnnxNode, type OnnxValue, readOnnxModel } from './onnx-model.ts';
export { type LoadModelOptions, loadModel, modelFileEndings } from './load-model.ts';
export { type NpyArray, type NpyData, type NpyType, readNpy, writeNpy } from './npy.ts';
export { readNpz, writeNpz } from './npz.ts';
export { isZip } from './zip.ts';
export { type CsvOptions, type CsvTable, formatCsv, parseCsv } from './csv.ts';
export { type Hls4mlConfig, parseHls4mlConfig, precisionFromHls4ml } from './hls4ml-config.ts';
