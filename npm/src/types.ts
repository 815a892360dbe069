/** Names for the types of both documents that the methods of this package take and return. */

import type { components as control } from "./generated/control.js";
import type { components as statuspool } from "./generated/statuspool.js";

type Control = control["schemas"];
type Statuspool = statuspool["schemas"];

/** A duration such as `90s`, `10m`, `2h30m` or `30d`. */
export type Duration = string;
/** An instant in ISO 8601, such as `2025-01-15T09:42:11Z`. */
export type Instant = string;

/** A monitor as the API returns it. */
export type Monitor = Statuspool["Monitor"];
/** The fields of a new monitor. */
export type MonitorInput = Statuspool["MonitorInput"];
/** The body of a delivery, told apart by `event`. */
export type WebhookEvent = Statuspool["Event"];
/** The name of an event that webhooks are registered for. */
export type EventName = Statuspool["EventName"];
/** A webhook as the API returns it when it is registered. */
export type CreatedWebhook = Statuspool["CreatedWebhook"];

/** A monitor with the details of its simulation. */
export type MonitorState = Control["WorldMonitor"];
/** A scripted outage, past or future. */
export type OutageInput = Control["OutageInput"];
/** The clock of a sandbox. */
export type ClockState = Control["Clock"];
/** The clock after a move, with the facts that happened meanwhile. */
export type Moved = Control["Moved"];
/** A change of a monitor or an incident. */
export type Fact = Control["Fact"];
/** A rule that breaks exchanges on purpose. */
export type Fault = Control["Fault"];
/** What a new fault selects, and its effect. */
export type FaultInput = Control["FaultInput"];
/** A rule that holds requests. */
export type Breakpoint = Control["Breakpoint"];
/** What a new breakpoint selects, and how much it holds. */
export type BreakpointInput = Partial<Control["BreakpointInput"]>;
/** A request whose response is held. */
export type HeldRequest = Control["HeldRequest"];
/** A held request with headers and bodies. */
export type FullHeldRequest = Control["FullHeldRequest"];
/** The parts of a held response that are replaced. */
export type Release = Control["ReleaseInput"];
/** A request and its response, as a row of the journal. */
export type Exchange = Control["Exchange"];
/** An exchange with headers and bodies. */
export type FullExchange = Control["FullExchange"];
/** A pattern of requests, and how often they are expected. */
export type Expectation = Control["Expectation"];
/** Whether the expected requests were made, with near misses if not. */
export type Verification = Control["Verification"];
/** How often clients received each documented response. */
export type Coverage = Control["Coverage"];
/** A webhook endpoint, with the number of messages that wait for it. */
export type WebhookState = Control["WorldWebhooks"]["results"][number];
/** The sending of one event to one endpoint. */
export type Delivery = Control["Delivery"];
/** A delivery with its body and every attempt. */
export type FullDelivery = Control["FullDelivery"];
/** An outage script of the mock. */
export type OutageScript = Control["OutageScripts"]["results"][number];
/** An outage script to play: its name, and the monitors that it affects. */
export type ScriptRequest = Control["ScriptRequest"];
/** The outage scripts being played. */
export type Play = Control["Play"];
/** A named state of a sandbox that it can be rewound to. */
export type Checkpoint = Control["Checkpoint"];
/** A sandbox as JSON. It contains webhook secrets. */
export type Snapshot = { kind: string; version: number; [field: string]: unknown };
