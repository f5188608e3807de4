/** What an event or a request has led to, as a tree. */
import { parseCause } from "../../contracts/stored/cause.ts";

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

/** An event that is not stored any more, or stands outside of what was read. */
export interface MissingFact {
  readonly kind: "missing";
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

/** One thing in a chain. */
export type ChainFact = RequestFact | EventFact | MissingFact | GroupFact | ValueFact;

/** A thing with what it has led to, in the order of time. */
export interface ChainNode {
  readonly fact: ChainFact;
  readonly children: readonly ChainNode[];
}

/** Everything that was found. */
export interface ChainFacts {
  readonly root: RequestFact | EventFact | MissingFact;
  readonly events: readonly EventFact[];
  readonly values: readonly ValueFact[];
  /** What consumes each event, by its id. */
  readonly groups: ReadonlyMap<string, readonly GroupFact[]>;
}

/** The chain behind its root. */
export function chainOf({ root, events, values, groups }: ChainFacts): ChainNode {
  const seen = new Set<string>([root.id]);
  const byCause = Map.groupBy([...events, ...values], ({ cause }) => originOf(cause));
  const nodeOf = (fact: ChainFacts["root"]): ChainNode => {
    const caused = byCause.get(`${fact.kind === "rpc" ? "rpc" : "event"}:${fact.id}`) ?? [];
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
  const grow = (effect: EventFact | ValueFact): readonly ChainNode[] => {
    if (effect.kind !== "event") return [{ fact: effect, children: [] }];
    // Two that name each other as their cause are shown once.
    if (seen.has(effect.id)) return [];
    seen.add(effect.id);
    return [nodeOf(effect)];
  };
  return nodeOf(root);
}

/** A cause without who has worked on it: `event:<id>` of `event:<id>/<group>`. */
export function originOf(cause: string | undefined): string {
  const read = parseCause(cause);
  return read === undefined ? cause ?? "" : `${read.kind}:${read.id}`;
}

/** Whose doing it is; undefined where it is of none of these, or cannot be told. */
function ownerOf(
  effect: EventFact | ValueFact,
  consumers: readonly GroupFact[],
): GroupFact | undefined {
  const kind = effect.kind !== "event" && effect.folded !== undefined ? "projection" : "group";
  const own = consumers.filter((consumer) =>
    consumer.kind === kind && consumer.deployment === effect.deployment
  );
  const name = effect.kind !== "event" && kind === "projection"
    ? effect.alias
    : parseCause(effect.cause)?.group;
  // What was stored before causes had groups in them may be of any.
  if (name === undefined) return own.length === 1 ? own[0] : undefined;
  return own.find(({ group, formerly }) => group === name || formerly === name);
}

function inTime(nodes: readonly ChainNode[]): readonly ChainNode[] {
  return nodes.toSorted((a, b) => (a.fact.at ?? 0) - (b.fact.at ?? 0));
}
