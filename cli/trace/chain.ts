/** What an event or a request has led to, as a tree. */

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

/** How a group stands with an event. */
export interface GroupFact {
  readonly kind: "group";
  readonly deployment: string;
  readonly group: string;
  /** Undefined where it cannot be told. */
  readonly state: "settled" | "in work" | "pending" | "waiting" | "dead" | undefined;
  /** Why it is dead. */
  readonly error: string | undefined;
  readonly at: number | undefined;
}

/** A revision of a key. */
export interface ValueFact {
  readonly kind: "kv";
  readonly deployment: string;
  readonly alias: string;
  readonly key: string;
  readonly revision: string;
  readonly isDeletion: boolean;
  readonly at: number;
  readonly cause: string;
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
  /** The groups that consume each event, by its id. */
  readonly groups: ReadonlyMap<string, readonly GroupFact[]>;
}

/** The chain behind its root. */
export function chainOf({ root, events, values, groups }: ChainFacts): ChainNode {
  const seen = new Set<string>([root.id]);
  const effects = [...events, ...values];
  const nodeOf = (fact: ChainFacts["root"]): ChainNode => {
    const cause = `${fact.kind === "rpc" ? "rpc" : "event"}:${fact.id}`;
    const caused = effects.filter((effect) => effect.cause === cause);
    const consumers = fact.kind === "event" ? groups.get(fact.id) ?? [] : [];
    const children = consumers.map((group): ChainNode => ({
      fact: group,
      children: inTime(
        caused.filter((effect) => ownerOf(effect, consumers) === group).flatMap(grow),
      ),
    }));
    const direct = caused.filter((effect) => ownerOf(effect, consumers) === undefined);
    return { fact, children: [...inTime(direct.flatMap(grow)), ...children] };
  };
  const grow = (effect: EventFact | ValueFact): readonly ChainNode[] => {
    if (effect.kind === "kv") return [{ fact: effect, children: [] }];
    // Two that name each other as their cause are shown once.
    if (seen.has(effect.id)) return [];
    seen.add(effect.id);
    return [nodeOf(effect)];
  };
  return nodeOf(root);
}

/** The group whose doing it is; undefined where its deployment has several that it may be of, or none. */
function ownerOf(
  { deployment }: Pick<EventFact | ValueFact, "deployment">,
  groups: readonly GroupFact[],
): GroupFact | undefined {
  const own = groups.filter((group) => group.deployment === deployment);
  return own.length === 1 ? own[0] : undefined;
}

function inTime(nodes: readonly ChainNode[]): readonly ChainNode[] {
  return nodes.toSorted((a, b) => (a.fact.at ?? 0) - (b.fact.at ?? 0));
}
