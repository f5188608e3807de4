/** Checks what consumes events: groups, projections, and the events that a bucket publishes itself. */

import { isRecord } from "../json/json.ts";
import { parsePointer } from "../json/json_pointer.ts";
import { isVersion } from "./names.ts";
import { paramValue } from "./param_value.ts";
import type { Shape } from "./shape.ts";

const MAX_INT32 = 2_147_483_647;

/** Reports settings of a group that do not go together. */
export function checkGroup(group: Shape): void {
  if (namesNothing(group.value)) {
    group.report("shape", "handles no events", "name some in self, or under an alias in uses");
  }
  for (const name of ["concurrency", "maxDeliver", "ackWaitMs"]) {
    group.member(name).integer(1, MAX_INT32);
  }
  for (const wait of group.member("backoffMs").items()) wait.integer(0, MAX_INT32);
  group.member("replay").oneOf(["new", "all"]);
  group.member("onDead").oneOf(["continue", "hold"]);
  const ordering = group.member("ordering");
  ordering.oneOf(["strict", "key", "none"]);
  const concurrency = group.member("concurrency").value ?? 1;
  if (ordering.value === "strict" && concurrency !== 1) {
    ordering.report(
      "shape",
      "is strict, which has one event in work at a time",
      'remove concurrency, or use "key" or "none"',
    );
  }
  if (ordering.value === "none" && group.member("onDead").value === "hold") {
    group.member("onDead").report(
      "shape",
      "holds nothing where events are handled as they come",
      'use "continue", or ordering "strict" or "key"',
    );
  }
}

function namesNothing(group: unknown): boolean {
  if (!isRecord(group)) return false;
  const { self = [], uses = {} } = group;
  const lists = [self, ...(isRecord(uses) ? Object.values(uses) : [uses])];
  return lists.every((list) => Array.isArray(list) && list.length === 0);
}

/** Reports a projection whose members are no pointers, or that cannot be one. */
export function checkProjection(kv: Shape): void {
  const projection = kv.member("projection");
  if (projection.absent || !projection.object()) return;
  for (const { at } of keyPointers(projection)) {
    const pointer = at.text("use a JSON pointer into the event body");
    const tokens = pointer === undefined ? [] : parsePointer(pointer);
    if (pointer === undefined || (tokens !== undefined && tokens.length > 0)) continue;
    at.report("param.unknown", "is not a JSON pointer", 'start it with "/": "/accountId"');
  }
  const version = projection.member("version");
  if (!version.absent && !(typeof version.value === "string" && isVersion(version.value))) {
    version.report("shape", "is not a version", 'use "v1"');
  }
  for (const name of ["ttlMs", "changes", "outbox"]) {
    const other = kv.member(name);
    if (other.absent || other.value === 0 || other.value === false) continue;
    other.report("shape", "does not go with projection", "keep one of the two");
  }
}

/** Reports an outbox whose events would disappear before they are published. */
export function checkOutbox(kv: Shape): void {
  const ttl = kv.member("ttlMs");
  if (kv.member("outbox").value !== true || ttl.absent || ttl.value === 0) return;
  ttl.report(
    "shape",
    "does not go with outbox: events that wait would expire with the entries",
    "keep what expires in a bucket of its own",
  );
}

/** Reports events of a bucket that are no names. */
export function checkChanges(kv: Shape): void {
  const changes = kv.member("changes");
  if (changes.absent || !changes.object()) return;
  changes.member("event").text("name an event of this contract");
  changes.member("deleted").optionalText("name an event of this contract");
}

/** Reports events to be consumed, or published by a bucket, that no contract declares. */
export function checkConsumedEvents(root: Shape): void {
  for (const [, group] of root.member("eventConsumers").entries("event consumer", () => true)) {
    checkNames(root, group);
    if (group.member("ordering").value === "key") checkOrderedByKey(root, group);
  }
  for (const [, kv] of root.member("resources").member("kv").entries("KV resource", () => true)) {
    const projection = kv.member("projection");
    if (isRecord(projection.value)) {
      checkNames(root, projection);
      checkKeys(root, projection);
    }
    if (isRecord(kv.member("changes").value)) checkChangeEvents(root, kv);
  }
}

function checkNames(root: Shape, consumer: Shape): void {
  const events = root.member("events").value;
  for (const item of consumer.member("self").items()) {
    if (typeof item.value === "string" && hasMember(events, item.value)) continue;
    item.report("use.unknown", "is no event of this contract", "declare it in events");
  }
  for (const [alias, names] of consumer.member("uses").entries("alias", () => true)) {
    const use = ["required", "optional"].map((need) => root.member("uses").member(need))
      .map((group) => group.member(alias)).find((found) => !found.absent);
    if (use === undefined) {
      names.report("use.unknown", "is no alias of uses", "add the contract to uses");
      continue;
    }
    const subscribed = use.member("events").member("subscribe").value;
    for (const item of names.items()) {
      if (Array.isArray(subscribed) && subscribed.includes(item.value)) continue;
      item.report(
        "use.unknown",
        `is no event that uses.${alias} subscribes to`,
        `select it there: events: { subscribe: [${JSON.stringify(item.value)}] }`,
      );
    }
  }
}

/** The first param is the key; events of other contracts are looked at when the plan is made. */
function checkOrderedByKey(root: Shape, group: Shape): void {
  for (const item of group.member("self").items()) {
    const event = eventOf(root, item.value);
    const params = event?.member("params").value;
    if (event === undefined || (Array.isArray(params) && params.length > 0)) continue;
    item.report("param.unknown", "has no params, and the first one is its key", "declare params");
  }
}

/** Each own event needs a key that its body always has. */
function checkKeys(root: Shape, projection: Shape): void {
  const pointers = keyPointers(projection);
  const one = pointers.length === 1 && pointers[0]!.event === undefined ? pointers[0] : undefined;
  for (const item of projection.member("self").items()) {
    const event = eventOf(root, item.value);
    if (event === undefined) continue;
    const pointer = one ?? pointers.find(({ event }) => event === item.value);
    if (pointer === undefined) {
      projection.member("key").report(
        "param.unknown",
        `names no key of ${item.value}`,
        `add it: ${JSON.stringify(item.value)}: "/…"`,
      );
      continue;
    }
    const name = event.member("event").member("schema").value;
    const tokens = typeof pointer.at.value === "string"
      ? parsePointer(pointer.at.value)
      : undefined;
    if (typeof name !== "string" || tokens === undefined || tokens.length === 0) continue;
    const schema = root.member("schemas").member(name);
    if (schema.absent || paramValue(schema.value, tokens) === "fits") continue;
    pointer.at.report(
      "param.unknown",
      `is not a string or number in every variant of the schema "${name}"`,
      "point at a property of the event body that every variant declares",
    );
  }
}

function checkChangeEvents(root: Shape, kv: Shape): void {
  const changes = kv.member("changes");
  const [written, deleted] = [changes.member("event"), changes.member("deleted")];
  for (const at of [written, deleted]) {
    if (typeof at.value !== "string" || eventOf(root, at.value) !== undefined) continue;
    at.report("use.unknown", "is no event of this contract", "declare it in events");
  }
  const schema = eventOf(root, written.value)?.member("event").member("schema").value;
  if (schema !== undefined && schema !== kv.member("schema").member("schema").value) {
    written.report(
      "schema.unknown",
      "has another schema than the bucket, whose values are its bodies",
      "use the same schema for both",
    );
  }
  const name = eventOf(root, deleted.value)?.member("event").member("schema").value;
  if (typeof name !== "string") return;
  const body = root.member("schemas").member(name);
  if (body.absent || paramValue(body.value, ["key"]) === "fits") return;
  deleted.report(
    "param.unknown",
    `has a body without "key", which is all that is known of a deleted key`,
    "use the schema Type.Object({ key: Type.String() })",
  );
}

/** Where pointers to keys stand, each with the event that it is for; one without is for all. */
function keyPointers(projection: Shape): { readonly event: string | undefined; at: Shape }[] {
  const key = projection.member("key");
  if (!isRecord(key.value)) return [{ event: undefined, at: key }];
  return Object.keys(key.value).map((event) => ({ event, at: key.member(event) }));
}

function eventOf(root: Shape, name: unknown): Shape | undefined {
  if (typeof name !== "string") return undefined;
  const event = root.member("events").member(name);
  return event.absent ? undefined : event;
}

function hasMember(value: unknown, name: string): boolean {
  return isRecord(value) && Object.hasOwn(value, name);
}
