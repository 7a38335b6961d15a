/**
 * For tests of servers and clients, with any test runner: a client in the same process, a recorder of the wire, scripted
 * answers, a clock that stands still, and a network that fails on order.
 *
 * @module mcpwire/testing
 */
export { connectInMemory } from './connect.js';
export type { InMemoryClient, InMemoryOptions } from './connect.js';
export { fakeClock } from './clock.js';
export type { DisposableClock, FakeClock, FakeClockOptions } from './clock.js';
export { faultyFetch } from './faults.js';
export type { Fault, FaultPlan, FaultRequest, FaultyFetchOptions } from './faults.js';
export type { Fetch } from './fetch.js';
export { recordWire } from './record.js';
export type { RecorderOptions, WireEntry, WireRecorder } from './record.js';
export type { SnapshotOptions } from './normalise.js';
export { checkReplay } from './replay.js';
export type { ReplayCall, ReplayOptions, ReplayReport } from './replay.js';
export { script } from './script.js';
export type {
  ElicitStep,
  ElicitUrlStep,
  RootsStep,
  SampleStep,
  Script,
  ScriptHandlers,
  ScriptStep,
  StepOptions,
} from './script.js';
