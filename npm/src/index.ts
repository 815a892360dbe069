/**
 * Start a mock of the Statuspool API or connect to one, and control its sandboxes.
 *
 * @packageDocumentation
 */

export type { ApiClient, ControlClient } from "./calls.js";
export * from "./errors.js";
export type { DeliveryAttempt, EventOptions, HeldEvent, SandboxEvent } from "./events.js";
export type { LaunchOptions } from "./launchers.js";
export { connect, type ConnectOptions, Mock, type MockOptions, startMock } from "./mock.js";
export type { Forced, SandboxMonitor } from "./monitors.js";
export type { ProblemKind } from "./problems.js";
export { type KeyRole, type PlayOptions, Sandbox, type SandboxOptions } from "./sandbox.js";
export type * from "./types.js";
