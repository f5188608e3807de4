import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of RPCs, operations, events and feeds, and of the capabilities that guard them. */
export const surfaceEntries: Entries<CodesOf<"surface" | "capability">> = {
  "surface.added": {
    severity: safe,
    title: "an RPC, operation, event or feed is added",
    reason: "no caller can depend on it yet",
  },
  "surface.removed": {
    severity: dangerous,
    title: "an RPC, operation, event or feed is removed",
    reason: "others may depend on it",
    danger:
      "Calls to it fail, and subscribers hear nothing any more, from the moment the new code " +
      "runs.",
    wayOut: "Update those that use it first. Meanwhile keep it, and mark it as going away in its " +
      "`docs`.",
  },
  "surface.subject.changed": {
    severity: dangerous,
    title: "an RPC, operation, event or feed moves to another subject",
    reason: "others still use the subject that they know",
    danger: "Callers of the old version get no answer. A version is part of the subject.",
    wayOut: "Add the new version under another name and keep the old one until all have moved.",
  },
  "surface.params.changed": {
    severity: dangerous,
    title: "an event is published on other subjects",
    reason: "subscribers listen where it was published before",
    danger: "Subscriptions and durable consumers that select by the old parameters get nothing; " +
      "events that are stored keep their old subjects.",
    wayOut: "Add a new event with the new `params`, publish both for a while, then remove the old.",
  },
  "surface.error.added": {
    severity: dangerous,
    title: "a caller may get an error that it does not know",
    reason: "callers were not written for this error",
    danger:
      "Callers of the old contract get a `RemoteError` instead of a class of their own, and " +
      "handle it as an unexpected failure.",
    wayOut: "Check what callers do with unknown errors, or answer with an error that is declared " +
      "already.",
  },
  "surface.error.removed": {
    severity: safe,
    title: "an error is no longer answered",
    reason: "a caller that handles it just never sees it",
  },
  "surface.capability.added": {
    severity: dangerous,
    title: "a capability is asked of those who use a surface",
    reason: "who does not hold it loses access",
    danger: "Callers that may use the surface today are refused until they are granted the " +
      "capability.",
    wayOut: "Grant the capability to those who need it first, then accept.",
  },
  "surface.capability.removed": {
    severity: dangerous,
    title: "a capability is no longer asked of those who use a surface",
    reason: "others gain access",
    danger: "Whoever was kept out by this capability may use the surface from now on.",
    wayOut: "Make sure that the surface may be open to them; otherwise keep the capability.",
  },
  "surface.progress.added": {
    severity: safe,
    title: "an operation reports progress",
    reason: "callers that do not know of it do not look at it",
  },
  "surface.progress.removed": {
    severity: dangerous,
    title: "an operation no longer reports progress",
    reason: "callers may wait for it",
    danger: "Whoever shows or acts on progress sees none.",
    wayOut: "Go on reporting progress until no caller watches it.",
  },
  "surface.cancel.added": {
    severity: safe,
    title: "an operation can be cancelled",
    reason: "no caller has to cancel",
  },
  "surface.cancel.removed": {
    severity: dangerous,
    title: "an operation can no longer be cancelled",
    reason: "callers may have to cancel",
    danger: "Cancelling fails, and work that is no longer wanted runs to its end.",
    wayOut: "Keep `cancel: true`, even if the work only stops at its next step.",
  },
  "surface.signal.added": {
    severity: safe,
    title: "an operation takes another signal",
    reason: "no caller has to send it",
  },
  "surface.signal.removed": {
    severity: dangerous,
    title: "an operation no longer takes a signal",
    reason: "callers may send it to running work",
    danger: "Sending the signal fails, and work that waits for it waits on.",
    wayOut: "Keep the signal, and ignore it, until no caller sends it.",
  },
  "capability.added": {
    severity: safe,
    title: "a capability is defined",
    reason: "no user holds it yet",
  },
  "capability.changed": {
    severity: safe,
    title: "a capability is described differently",
    reason: "what it allows is decided by the surfaces that ask for it",
  },
  "capability.removed": {
    severity: dangerous,
    title: "a capability is no longer defined",
    reason: "a user may hold it",
    danger: "Grants of it mean nothing any more, and would come to life again if the key were " +
      "defined again.",
    wayOut: "Take the capability from those who hold it, then accept.",
  },
  "capability.consequence.changed": {
    severity: dangerous,
    title: "granting a capability has another consequence",
    reason: "those who granted it agreed to something else",
    danger: "People who hold the capability were given it for what it meant then.",
    wayOut: "Look through who holds it. For another meaning, define another capability.",
  },
};
