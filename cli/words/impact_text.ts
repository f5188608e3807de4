import type { AffectedEntry, Impact } from "../../reconcile/changes/impact.ts";
import { bytes } from "../terminal/bytes.ts";
import { duration } from "../terminal/duration.ts";
import { printable } from "../terminal/printable.ts";

const FIRST = 3;

/** What a change costs in live data: one sentence, then the first entries, one a line. */
export function impactLines(impact: Impact): readonly string[] {
  if (impact.kind === "state") return stateLines(impact);
  if (impact.kind === "group") return groupLines(impact);
  if (impact.kind === "projection") return projectionLines(impact);
  if (impact.kind === "event") return eventLines(impact);
  if (impact.kind === "queue") return queueLines(impact);
  if (impact.kind === "transfer") return [transferLine(impact)];
  const { bucket, kind, values, revisions, complete, scanned } = impact;
  const [one, many] = kind === "store" ? ["entry", "entries"] : ["revision", "revisions"];
  const looked = `${count(scanned)} ${scanned === 1 ? one : many} looked at`;
  if (values === 0 && revisions === 0) {
    return [
      complete
        ? `nothing in ${printable(bucket)} is concerned; ${looked}`
        : `nothing found in ${printable(bucket)} so far; only ${looked}`,
    ];
  }
  const sentence =
    `${complete ? "" : "at least "}${concerned(impact)} (${bytes(impact.bytes)}) in ` +
    `${printable(bucket)} ${OUTCOME[impact.effect]}` + (complete ? "" : `; only ${looked}`);
  const { shown, keys, rest } = firstOf(impact);
  // Keys alone fit on one line; each problem gets a line of its own.
  if (shown.every(({ path, problem }) => path === undefined && problem === undefined)) {
    return keys.length === 0 ? [sentence] : [sentence, `first ${[...keys, ...rest].join(", ")}`];
  }
  return [sentence, ...shown.map(entryText), ...rest];
}

/** The entries that are named, and how many others there are. */
function firstOf({ first, values }: Impact) {
  const shown = first.slice(0, FIRST);
  const more = values - shown.length;
  const rest = shown.length > 0 && more > 0 ? [`and ${count(more)} more`] : [];
  return { shown, keys: shown.map(({ key }) => printable(key)), rest };
}

/** Stored events that fit a schema no longer, and the groups that have them still before them. */
function eventLines(impact: Impact): readonly string[] {
  const { bucket, values, scanned, complete, effect, pending = [] } = impact;
  const name = printable(bucket);
  const only = complete ? "" : `; only ${plural(scanned, "event", "events")} looked at`;
  if (values === 0) {
    return [
      complete
        ? `all of ${plural(scanned, "stored event", "stored events")} ${name} would still fit`
        : `no stored event ${name} was found so far that would not fit${only}`,
    ];
  }
  const { shown, rest } = firstOf(impact);
  const least = complete ? "" : "at least ";
  const waits = pending.map((group) =>
    `would become dead letters: ${least}${count(group.values)} of ${count(group.scanned)} ` +
    `waiting for ${printable(group.deployment)}/${printable(group.group)}`
  );
  return [
    `${least}${count(values)} of ${plural(scanned, "stored event", "stored events")} ${name} ` +
    `${OUTCOME[effect]}${only}`,
    ...shown.map(entryText),
    ...rest,
    ...waits,
    pending.length > 0
      ? "accept when none waits any more: trellis status"
      : "a group that is given them again, or a rebuild, gives them up",
  ];
}

/** What a change concerns of a queue: how much, the first of it, and what is in work meanwhile. */
function queueLines(impact: Impact): readonly string[] {
  const { bucket, effect, values, scanned, waiting = 0, inWork = 0, dead = 0 } = impact;
  const { complete, states = {} } = impact;
  const name = printable(bucket);
  const only = complete ? "" : `; only ${count(scanned)} looked at`;
  const begun = [
    ...(inWork === 0 ? [] : [`${count(inWork)} in work now`]),
    ...Object.entries(states).sort(([a], [b]) => a < b ? -1 : 1)
      .map(([state, those]) => `${count(those)} ${printable(state)}`),
  ];
  const letters = dead === 0 ? [] : [
    effect === "invalid"
      ? `${plural(dead, "dead letter", "dead letters")} could not be tried again`
      : plural(dead, "dead letter stays", "dead letters stay"),
  ];
  const rest = [...(begun.length === 0 ? [] : [begun.join(", ")]), ...letters];
  if (values === 0) {
    return [
      scanned === 0
        ? `nothing is in ${name}`
        : `nothing of the ${count(scanned)} in ${name} is concerned${only}`,
      ...rest,
    ];
  }
  const later = waiting === 0 ? "" : `, ${count(waiting)} of them later`;
  const { shown, keys, rest: more } = firstOf(impact);
  const first = shown.every(({ problem }) => problem === undefined)
    ? [`first ${[...keys, ...more].join(", ")}`]
    : [...shown.map(entryText), ...more];
  return [
    `${complete ? "" : "at least "}${count(values)} of ${count(scanned)} in ${name} ${
      QUEUE_OUTCOME[effect] ?? OUTCOME[effect]
    }${later}${only}`,
    ...first,
    ...rest,
  ];
}

const QUEUE_OUTCOME: Readonly<Partial<Record<Impact["effect"], string>>> = {
  invalid: "would be refused, and become dead letters",
  unhandled: "would not be worked on",
};

/** What a change leaves unhandled: how many events wait and are in work, and the first of them. */
function groupLines(impact: Impact): readonly string[] {
  const { bucket, values, inWork = 0, waiting = 0, dead = 0, first } = impact;
  const group = printable(bucket);
  const kept = dead === 0 ? [] : [`${plural(dead, "dead letter stays", "dead letters stay")}`];
  if (values + waiting === 0) return [`no event waits for ${group}`, ...kept];
  const parts = [
    plural(values - inWork, "pending event", "pending events"),
    ...(inWork === 0 ? [] : [`${count(inWork)} in work`]),
    ...(waiting === 0 ? [] : [`${count(waiting)} waiting for another try`]),
  ];
  const ids = first.slice(0, FIRST).map(({ key }) => printable(key));
  return [
    `${parts.join(", ")} of ${group} ${OUTCOME[impact.effect]}`,
    ...(ids.length === 0 ? [] : [`first ${ids.join(", ")}`]),
    ...kept,
  ];
}

/** The files that are on their way to an operation that takes none any more. */
function transferLine({ bucket, values, bytes: size }: Impact): string {
  const name = printable(bucket);
  return values === 0
    ? `no file is on its way to ${name}`
    : `${plural(values, "file", "files")} on the way to ${name} (${
      bytes(size)
    }) would never be stored`;
}

/** What it takes to make a projection again, or which of its keys would not be made. */
function projectionLines(impact: Impact): readonly string[] {
  const { bucket, effect, values, scanned, events = 0, estimatedMs = 0, complete, first } = impact;
  const least = complete ? "" : "at least ";
  const made = plural(events, "event", "events");
  if (effect === "remade") {
    const keys = plural(values, "value", "values");
    return [
      `${least}${keys} ${OUTCOME[effect]} of ${made}, in about ${
        duration(Math.max(1000, estimatedMs))
      }`,
    ];
  }
  const left = `${made} ${events === 1 ? "is" : "are"} left to make values of`;
  if (scanned === 0) return [left];
  const name = printable(bucket);
  if (values === 0) {
    return [
      `no key ${complete ? "" : "looked at so far "}in ${name} has lost all of its events; those ` +
      "that have lost some are not counted",
      left,
    ];
  }
  const [keys, have] = [plural(values, "key", "keys"), values === 1 ? "has its" : "have their"];
  const shown = first.slice(0, FIRST).map(({ key }) => printable(key));
  const more = values - shown.length;
  const rest = more > 0 ? [`and ${count(more)} more`] : [];
  return [
    `${least}${keys} in ${name} ${have} last event there and ${OUTCOME[effect]}; those that ` +
    "have lost older ones only are not counted",
    `first ${[...shown, ...rest].join(", ")}`,
    left,
  ];
}

/** True when a change that loses nothing is worth a word about what it concerns. */
export function isFelt({ values, events = 0 }: Impact): boolean {
  return values > 0 || events > 0;
}

function entryText(entry: AffectedEntry): string {
  return `${printable(entry.key)}: ${problemText(entry)}`;
}

function problemText({ path = "", problem = "" }: AffectedEntry): string {
  return printable(`${path} ${problem}`.trim());
}

/** What a change costs those who keep state: whose entries are concerned, and the first of each. */
function stateLines(impact: Impact): readonly string[] {
  const { store = "", values, holders = 0, damaged = 0, complete, scanned, effect } = impact;
  const looked = `${plural(scanned, "entry", "entries")} looked at`;
  const broken = damaged === 0 ? [] : [
    `${plural(damaged, "more is", "more are")} damaged: nobody can read what is stored there`,
  ];
  const name = printable(store);
  if (values === 0) {
    return complete
      ? [`no entry in ${name} is concerned; ${looked}`, ...broken]
      : [`nothing found in ${name} so far; only ${looked}`, ...broken];
  }
  const shown = impact.first.slice(0, FIRST);
  const [one, many] = holderNouns(impact.first);
  const sentence = `${complete ? "" : "at least "}${plural(values, "entry", "entries")} of ` +
    `${plural(holders, one, many)} (${bytes(impact.bytes)}) in ${name} ${STATE_OUTCOME[effect]}` +
    (complete ? "" : `; only ${looked}`);
  const names = shown.map((entry) => {
    const { key, principal = "", problem } = entry;
    const name = printable(key === "" ? principal : `${key} of ${principal}`);
    return problem === undefined ? name : `${name}: ${problemText(entry)}`;
  });
  const more = holders - shown.length;
  const rest = more > 0 ? [`and of ${plural(more, `more ${one}`, `more ${many}`)}`] : [];
  return [sentence, ...names, ...rest, ...broken];
}

/** What those are called who keep something; a contract is run by one kind of them. */
function holderNouns(first: Impact["first"]): readonly [string, string] {
  const kinds = new Set(first.map(({ principal = "" }) => principal.split(":")[0] ?? ""));
  const [kind = ""] = kinds;
  return kinds.size === 1 && ["user", "device", "agent"].includes(kind)
    ? [kind, `${kind}s`]
    : ["holder", "holders"];
}

const OUTCOME: Readonly<Record<Impact["effect"], string>> = {
  dropped: "would be deleted",
  invalid: "would no longer fit the schema",
  too_large: "could not be written again",
  blocked: "leave no room: nothing could be written until some are deleted",
  detached: "would be out of reach",
  unpublished: "would never be published",
  unhandled: "would never be handled",
  spent: "would have had all their tries",
  misplaced: "would stand where their keys before have led",
  unaccepted: "would be refused",
  outdated: "will be migrated",
  remade: "will be made again",
  unmade: "would have no value",
};

const STATE_OUTCOME: Readonly<Record<Impact["effect"], string>> = {
  ...OUTCOME,
  detached: "would be out of reach; nothing is deleted",
  unaccepted: "would be refused: their version is not accepted",
  outdated: "will be migrated by whoever reads them",
};

function concerned({ kind, effect, values, revisions }: Impact): string {
  const noun = effect === "unpublished" ? "event" : kind === "store" ? "object" : "value";
  const keys = `${count(values)} ${noun}${values === 1 ? "" : "s"}`;
  const older = revisions - values;
  if (older <= 0) return keys;
  const olderText = `${count(older)} older revision${older === 1 ? "" : "s"}`;
  return values === 0 ? olderText : `${keys} and ${olderText}`;
}

function plural(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
