/** What an event or a request has led to, as a tree. */
import { parseCause } from "../../contracts/stored/cause.ts";
import type { WorkState } from "../jobs/work_view.ts";

/** A request. Nothing of a call itself is stored. */
export interface RequestFact {
  readonly kind: "rpc";
  readonly id: string;
  /** When it was made, as its id says, in milliseconds since 1970. */
  readonly at: number | undefined;
}

/** A stored event. */
export interface EventFact {
  readonly kind: "event";
  readonly id: string;
  readonly at: number;
  /** As `Order.Placed`; its subject, where no accepted contract has it. */
  readonly name: string;
  readonly subject: string;
  /** In the stream of all events. */
  readonly sequence: number;
  /** The deployment whose contract has the event. */
  readonly deployment: string | undefined;
  readonly cause: string | undefined;
  readonly traceparent: string | undefined;
}

/** An event, a job or an operation that is not stored any more, or stands outside of what was read. */
export interface MissingFact {
  readonly kind: "missing";
  readonly of: "event" | "job" | "op" | "cron";
  readonly id: string;
  readonly at: number | undefined;
}

/** How a group or a projection stands with an event. */
export interface GroupFact {
  readonly kind: "group" | "projection";
  readonly deployment: string;
  /** The group, or the alias of the bucket. */
  readonly group: string;
  /** The name that a renamed group has on the server. */
  readonly formerly: string | undefined;
  /** Undefined where it cannot be told. */
  readonly state: "settled" | "in work" | "pending" | "waiting" | "dead" | undefined;
  /** Why it is dead. */
  readonly error: string | undefined;
  readonly at: number | undefined;
}

/** A revision of a key. */
export interface ValueFact {
  /** A value of a KV bucket, or an object of a store. */
  readonly kind: "kv" | "store";
  readonly deployment: string;
  readonly alias: string;
  readonly key: string;
  readonly revision: string;
  readonly isDeletion: boolean;
  readonly at: number;
  readonly cause: string;
  /** The last event that is folded in it, where it is of a projection. */
  readonly folded?: { readonly sequence: number; readonly hasMore: boolean };
}

/** A job or an operation. */
export interface WorkFact {
  readonly kind: "job" | "op";
  readonly id: string;
  readonly deployment: string;
  /** The queue, or the operation, as its contract calls it. */
  readonly name: string;
  /** Undefined where it cannot be told. */
  readonly state: WorkState | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
  /** When it was created. */
  readonly at: number | undefined;
  readonly cause: string | undefined;
}

/** One thing in a chain. */
export type ChainFact = RequestFact | EventFact | MissingFact | GroupFact | ValueFact | WorkFact;

/** What a chain can begin with. */
export type RootFact = RequestFact | EventFact | MissingFact | WorkFact;

/** A thing with what it has led to, in the order of time. */
export interface ChainNode {
  readonly fact: ChainFact;
  readonly children: readonly ChainNode[];
}

/** Everything that was found. */
export interface ChainFacts {
  readonly root: RootFact;
  readonly events: readonly EventFact[];
  readonly work: readonly WorkFact[];
  readonly values: readonly ValueFact[];
  /** What consumes each event, by its id. */
  readonly groups: ReadonlyMap<string, readonly GroupFact[]>;
}

/** The chain behind its root. */
export function chainOf({ root, events, work, values, groups }: ChainFacts): ChainNode {
  const seen = new Set<string>([causeBy(root)]);
  const byCause = Map.groupBy([...events, ...work, ...values], ({ cause }) => originOf(cause));
  const nodeOf = (fact: RootFact): ChainNode => {
    const caused = byCause.get(causeBy(fact)) ?? [];
    const consumers = fact.kind === "event" ? groups.get(fact.id) ?? [] : [];
    const byOwner = Map.groupBy(caused, (effect) => ownerOf(effect, consumers));
    const grown = (owner: GroupFact | undefined) =>
      inTime((byOwner.get(owner) ?? []).flatMap(grow));
    return {
      fact,
      children: [
        ...grown(undefined),
        ...consumers.map((group) => ({ fact: group, children: grown(group) })),
      ],
    };
  };
  const grow = (effect: Effect): readonly ChainNode[] => {
    if (isValue(effect)) return [{ fact: effect, children: [] }];
    // Two that name each other as their cause are shown once.
    if (seen.has(causeBy(effect))) return [];
    seen.add(causeBy(effect));
    return [nodeOf(effect)];
  };
  return nodeOf(root);
}

type Effect = EventFact | WorkFact | ValueFact;

function isValue(effect: Effect): effect is ValueFact {
  return effect.kind === "kv" || effect.kind === "store";
}

/** What the effects of something say that has caused them. */
export function causeBy(fact: RootFact): string {
  return `${fact.kind === "missing" ? fact.of : fact.kind}:${fact.id}`;
}

/** A cause without who has worked on it: `event:<id>` of `event:<id>/<group>`. */
export function originOf(cause: string | undefined): string {
  const read = parseCause(cause);
  return read === undefined ? cause ?? "" : `${read.kind}:${read.id}`;
}

/** Whose doing it is; undefined where it is of none of these, or cannot be told. */
function ownerOf(
  effect: Effect,
  consumers: readonly GroupFact[],
): GroupFact | undefined {
  const kind = isValue(effect) && effect.folded !== undefined ? "projection" : "group";
  const own = consumers.filter((consumer) =>
    consumer.kind === kind && consumer.deployment === effect.deployment
  );
  const name = isValue(effect) && kind === "projection"
    ? effect.alias
    : parseCause(effect.cause)?.group;
  // What was stored before causes had groups in them may be of any.
  if (name === undefined) return own.length === 1 ? own[0] : undefined;
  return own.find(({ group, formerly }) => group === name || formerly === name);
}

function inTime(nodes: readonly ChainNode[]): readonly ChainNode[] {
  return nodes.toSorted((a, b) => (a.fact.at ?? 0) - (b.fact.at ?? 0));
}
