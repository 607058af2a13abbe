/** The clocked netlist: cells, builder, checks, lowering of circuits, scheduling and pipelining. */
export type { Cell, CellKind, Instance, Memory, Module, ModulePort, Net, Netlist, Rom } from './netlist.ts';
export type { DelayModel } from './delay-model.ts';
export { addressWidth, evaluateCell, isCombinational, ones, operandsOf } from './cells.ts';
export type { CombinationalCell, PureCell } from './cells.ts';
export { combinationalPaths, combinationalSources, findModule, implicitPorts, sourcesOf } from './hierarchy.ts';
export type { ImplicitPorts } from './hierarchy.ts';
export { CLOCK, RESERVED_WORDS, RESET, identifier, isIdentifier, uniqueIdentifier } from './identifiers.ts';
export { moduleBuilder } from './module-builder.ts';
export type { ModuleBuilder, OpenInstance, RegisterOptions } from './module-builder.ts';
export { validateNetlist } from './validate-netlist.ts';
export { castWork } from './lower-cast.ts';
export type { CastWork } from './lower-cast.ts';
export { adderWidth, lowerOperation } from './lower-operation.ts';
export { lowerCircuit } from './lower-circuit.ts';
export { scheduleGraph } from './schedule.ts';
export type { GraphSchedule, LayerSchedule, PathStep, ScheduleOptions, Slack, StagePath } from './schedule.ts';
export { VALID_IN, VALID_OUT, pipelineGraph } from './pipeline.ts';
export { busWidth, packVector, unpackVector } from './bus.ts';
