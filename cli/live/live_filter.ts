import { parseCallerToken } from "../../contracts/identity/caller.ts";
import { PLATFORM_DEPLOYMENT } from "../../runtime/platform/serve_contract.ts";
import type { LiveItem, LiveRequest } from "./live_item.ts";

/** What somebody wants to see; what is missing asks for nothing. */
export interface LiveFilter {
  readonly kind?: LiveItem["kind"];
  readonly deployment?: string;
  /** An RPC by its name, or a part of it; of an event a part of its subject. */
  readonly name?: string;
  /** Also what is asked of Trellis itself, as of its state and sessions; else only what is asked of services. */
  readonly platform?: boolean;
  /** Only what failed. */
  readonly errors?: boolean;
  /** Who asked: a part of the caller's token, as `ada` or `s-orders`. */
  readonly by?: string;
  /** Requests that took at least so many milliseconds. */
  readonly slowerThan?: number;
}

/** Steps that say that something is in the way. */
const FAILED_STEPS: ReadonlySet<string> = new Set(["failed", "problems"]);

/** True when it says that something did not work. */
export function isFailure(item: LiveItem): boolean {
  if (item.kind === "request") return item.code !== "ok";
  return item.kind === "step" && FAILED_STEPS.has(item.step);
}

function isOfPlatform(item: LiveItem): boolean {
  return item.kind === "request" && item.deployment === PLATFORM_DEPLOYMENT;
}

/** Whether somebody wants to see it. */
export function isWanted(item: LiveItem, filter: LiveFilter): boolean {
  const { kind, deployment, name, errors, by, slowerThan, platform } = filter;
  if (isOfPlatform(item) && !platform && deployment !== PLATFORM_DEPLOYMENT) return false;
  if (kind !== undefined && item.kind !== kind) return false;
  if (deployment !== undefined && (item.kind === "event" || item.deployment !== deployment)) {
    return false;
  }
  if (errors && !isFailure(item)) return false;
  if (name !== undefined && !holds(nameOf(item), name)) return false;
  if (by === undefined && slowerThan === undefined) return true;
  return item.kind === "request" && (by === undefined || holds(item.caller, by)) &&
    (slowerThan === undefined || item.ms >= slowerThan);
}

/** What it is called: the RPC, the subject of the event, or the kind of the step. */
export function nameOf(item: LiveItem): string {
  if (item.kind === "request") return item.rpc;
  return item.kind === "event" ? item.subject : item.step;
}

/** Who asked, for a person: `service orders`; the session where nobody is known. */
export function callerText({ caller }: Pick<LiveRequest, "caller">): string {
  const known = parseCallerToken(caller);
  return known === undefined ? caller : `${known.principal.kind} ${known.principal.id}`;
}

function holds(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
