import { isErr } from "../../contracts/result.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import { parsePosition } from "../../contracts/stored/position.ts";
import { readStoreIndexKey } from "../../contracts/stored/store_index_key.ts";
import { indexStream, indexSubjectPrefix } from "../../contracts/stored/store_names.ts";
import { CAUSE_HEADER, POSITION_HEADER } from "../../contracts/stored/work_headers.ts";
import type { ScannedMessage } from "../../reconcile/nats/scan/scanned_message.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { decodeUtf8 } from "../../runtime/nats/utf8/utf8_text.ts";
import { type EventFact, originOf, type ValueFact } from "./chain.ts";
import { consumes, type ConsumingGroup } from "./consuming_groups.ts";

/** A bucket, or the index of a store, whose revisions say what has caused them. */
export interface ValuePlace extends Pick<ValueFact, "kind" | "deployment" | "alias"> {
  readonly stream: string;
  /** What comes before the key in its subjects. */
  readonly prefix: string;
}

/** An event that a projection folds into a key. */
export interface FoldedEvent extends Pick<EventFact, "id" | "sequence"> {
  /** When the stream of events was made. */
  readonly created: string;
}

/** The buckets and stores of all deployments. */
export function valuePlaces(records: readonly AuthorityRecord[]): readonly ValuePlace[] {
  return records.flatMap(({ deployment, materialized }): ValuePlace[] => {
    const { kv = {}, store = {} } = materialized?.bindings ?? {};
    return [
      ...Object.entries(kv).map(([alias, { bucket }]) => ({
        kind: "kv" as const,
        deployment,
        alias,
        stream: `KV_${bucket}`,
        prefix: `$KV.${bucket}.`,
      })),
      ...Object.entries(store).map(([alias, { name }]) => ({
        kind: "store" as const,
        deployment,
        alias,
        stream: indexStream(name),
        prefix: indexSubjectPrefix(name),
      })),
    ];
  });
}

/** What a place is to hold of events, by key. */
export function foldedEvents(
  { deployment, alias, kind }: ValuePlace,
  groups: readonly ConsumingGroup[],
  bodies: ReadonlyMap<EventFact, Uint8Array>,
): ReadonlyMap<string, FoldedEvent[]> {
  const byKey = new Map<string, FoldedEvent[]>();
  const projection = kind === "store"
    ? undefined
    : groups.find((group) =>
      group.kind === "projection" && group.deployment === deployment && group.group === alias
    );
  const created = projection?.binding?.created;
  if (projection?.keyOf === undefined || created === undefined) return byKey;
  for (const [{ id, sequence, subject }, bytes] of bodies) {
    if (!consumes(projection, subject)) continue;
    const body = parseExactJson(decodeUtf8(bytes) ?? "").take();
    const key = isErr(body) ? undefined : projection.keyOf(subject, body);
    if (key !== undefined) {
      byKey.set(key, [...byKey.get(key) ?? [], { id, sequence, created }]);
    }
  }
  return byKey;
}

/** Reads the revisions of one place, in the order in which they were written. */
export class ValueReading {
  readonly #place: ValuePlace;
  readonly #causes: ReadonlySet<string>;
  readonly #folded: Map<string, readonly FoldedEvent[]>;
  /** What was found so far. */
  readonly values: ValueFact[] = [];

  /** @param causes as `rpc:<id>` @param folded what the place is to hold of events, by key */
  constructor(
    place: ValuePlace,
    causes: ReadonlySet<string>,
    folded: ReadonlyMap<string, readonly FoldedEvent[]>,
  ) {
    this.#place = place;
    this.#causes = causes;
    this.#folded = new Map(folded);
  }

  /** Takes a revision with its headers. */
  add({ subject, sequence, writtenAt, marker, header }: ScannedMessage): void {
    const { kind, deployment, alias, prefix } = this.#place;
    if (!subject.startsWith(prefix)) return;
    const written = subject.slice(prefix.length);
    const cause = header(CAUSE_HEADER) ?? "";
    const fact = {
      kind,
      deployment,
      alias,
      key: kind === "store" ? readStoreIndexKey(written) ?? written : written,
      revision: String(sequence),
      isDeletion: marker,
      at: writtenAt,
      cause,
    };
    if (this.#causes.has(originOf(cause))) this.values.push(fact);
    const open = this.#folded.get(written);
    const position = open && parsePosition(header(POSITION_HEADER));
    if (open === undefined || position === undefined) return;
    // The first revision that has an event in it is the one that was written for it.
    const isIn = (event: FoldedEvent) =>
      event.created === position.created && event.sequence <= position.sequence;
    for (const event of open.filter(isIn)) {
      const hasMore = event.sequence < position.sequence;
      const folded = { sequence: position.sequence, hasMore };
      this.values.push({ ...fact, cause: `event:${event.id}`, folded });
    }
    this.#folded.set(written, open.filter((event) => !isIn(event)));
  }
}
