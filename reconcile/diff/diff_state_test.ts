import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Change } from "../changes/change.ts";
import type { ByKey, Needs, StateNeed } from "../needs/need_types.ts";
import { handMade } from "../../tests/support/hand_made_needs.ts";
import { diffNeeds } from "./diff_needs.ts";
import { declaresAnew } from "./diff_reused.ts";

type Schema = StateNeed["schema"];

const TITLE = object({ title: { type: "string" } }, { required: ["title"] });
const COUNT = object({ count: { type: "integer" } }, { required: ["count"] });
const CLOSED = { additionalProperties: false };

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: "object", properties, ...more };
}

/** A store of one version; `accepted` are the older ones. */
function store(
  schema: Schema = TITLE,
  stateVersion = "v1",
  accepted: Readonly<Record<string, Schema>> = {},
  kind = "map",
): StateNeed {
  return { kind, schema, stateVersion, acceptedVersions: accepted };
}

function needs(drafts?: StateNeed, more: ByKey<StateNeed> = {}, contract = "notes@v1"): Needs {
  const state = { ...(drafts === undefined ? {} : { drafts }), ...more };
  return handMade({ contract, kind: "app", state });
}

/** `code severity part`, for each change. */
function brief(changes: readonly Change[]): readonly string[] {
  return changes.map(({ code, severity, path }) => {
    const part = path.replace(/^\/state\/drafts/, "");
    return `${code} ${severity}${part === "" ? "" : ` ${part}`}`;
  });
}

interface Case {
  readonly what: string;
  readonly before?: StateNeed;
  readonly after?: StateNeed;
  readonly changes: readonly string[];
}

const WIDER = object({ title: { type: "string" }, note: { type: "string" } }, {
  required: ["title"],
});

const CASES: readonly Case[] = [
  { what: "a store is added", after: store(), changes: ["state.added safe"] },
  { what: "a store is removed", before: store(), changes: ["state.removed dangerous"] },
  { what: "nothing changes", before: store(), after: store(), changes: [] },
  {
    what: "a map becomes a value, whatever else changes with it",
    before: store(TITLE, "v1", {}, "map"),
    after: store(COUNT, "v2", {}, "value"),
    changes: ["state.kind.changed dangerous /kind"],
  },
  {
    what: "[P29] an optional field is added",
    before: store(),
    after: store(WIDER),
    changes: ["schema.widened safe /schema/properties/note"],
  },
  {
    what: "a required field is added without a new version",
    before: store(),
    after: store(object({ title: { type: "string" }, note: { type: "string" } }, {
      required: ["note", "title"],
    })),
    changes: ["schema.required.added dangerous /schema/required/0"],
  },
  {
    what: "a field gets another type without a new version",
    before: store(),
    after: store(object({ title: { type: "integer" } }, { required: ["title"] })),
    changes: ["schema.type.narrowed dangerous /schema/properties/title/type"],
  },
  {
    what: "[P33] a new version accepts the old one",
    before: store(),
    after: store(COUNT, "v2", { v1: TITLE }),
    changes: ["state.version.migrated safe /stateVersion"],
  },
  {
    what: "a new version does not accept the old one",
    before: store(),
    after: store(COUNT, "v2"),
    changes: ["state.version.dropped dangerous /stateVersion"],
  },
  {
    what: "a new version accepts the old one with a schema that refuses its entries",
    before: store(),
    after: store(COUNT, "v2", { v1: COUNT }),
    changes: [
      "state.version.migrated safe /stateVersion",
      "schema.required.added dangerous /acceptedVersions/v1/required/0",
    ],
  },
  {
    what: "a new version accepts the one before, and no longer the one before that",
    before: store(COUNT, "v2", { v1: TITLE }),
    after: store(true, "v3", { v2: COUNT }),
    changes: [
      "state.version.migrated safe /stateVersion",
      "state.accepted.removed dangerous /acceptedVersions/v1",
    ],
  },
  {
    what: "an older version is accepted",
    before: store(COUNT, "v2"),
    after: store(COUNT, "v2", { v1: TITLE }),
    changes: ["state.accepted.added safe /acceptedVersions/v1"],
  },
  {
    what: "an accepted version is removed",
    before: store(COUNT, "v2", { v1: TITLE }),
    after: store(COUNT, "v2"),
    changes: ["state.accepted.removed dangerous /acceptedVersions/v1"],
  },
  {
    what: "the schema of an accepted version is loosened",
    before: store(COUNT, "v2", { v1: TITLE }),
    after: store(COUNT, "v2", { v1: object({ title: { type: "string" } }) }),
    changes: ["schema.widened safe /acceptedVersions/v1"],
  },
  {
    what: "the version goes back to an accepted one, and accepts the newer",
    before: store(COUNT, "v2", { v1: TITLE }),
    after: store(TITLE, "v1", { v2: COUNT }),
    changes: ["state.version.migrated safe /stateVersion"],
  },
  {
    what: "the version goes back to an accepted one with another schema",
    before: store(true, "v2", { v1: TITLE }),
    after: store(COUNT, "v1", { v2: true }),
    changes: [
      "state.version.migrated safe /stateVersion",
      "schema.required.added dangerous /schema/required/0",
    ],
  },
];

for (const { what, before, after, changes } of CASES) {
  Deno.test(`state: ${what}`, () => {
    const found = brief(diffNeeds(needs(before), needs(after)));
    assertEquals(found, changes);
  });
}

Deno.test("state: a rename is a removal, which says that state has none, and an addition", () => {
  const changes = diffNeeds(needs(store()), needs(undefined, { notes: store() }));
  assertEquals(changes.map(({ code, path }) => `${code} ${path}`), [
    "state.removed /state/drafts",
    "state.added /state/notes",
  ]);
});

Deno.test("state: another contract has none of the entries", () => {
  const changes = diffNeeds(needs(store()), needs(store(), {}, "other@v1"));
  assertEquals(changes.map(({ code }) => code), [
    "contract.replaced",
    "state.removed",
    "state.added",
  ]);
});

Deno.test("state: what narrows the schema of the current version says how to migrate, once", () => {
  const after = object({ title: { type: "integer" }, more: { type: "string" } }, {
    required: ["more", "title"],
  });
  const changes = diffNeeds(needs(store()), needs(store(after)));
  assertEquals(changes.filter(({ severity }) => severity === "dangerous").length, 2);
  assertEquals(changes.filter(({ reason }) => reason.includes("`stateVersion`")).length, 1);
});

/** Comparisons that know what was accepted before, oldest first; `undefined` cannot be read. */
function since(
  earlier: readonly (Needs | undefined)[],
  before: StateNeed | undefined,
  after: StateNeed,
): readonly Change[] {
  assert(declaresAnew(needs(before), needs(after)), "earlier versions would not be read");
  return diffNeeds(needs(before), needs(after), {
    earlier: earlier.map((needs, i) => ({ version: i + 1, needs })),
  });
}

Deno.test("state: a version that was dropped and comes back with another schema is dangerous", () => {
  const changes = since([needs(store(TITLE))], store(true, "v2"), store(true, "v2", { v1: COUNT }));
  assertEquals(brief(changes), [
    "state.accepted.added safe /acceptedVersions/v1",
    "state.version.reused dangerous /acceptedVersions/v1",
  ]);
  assert(changes[1]?.reason.includes("version 1 of the contract wrote"), changes[1]?.reason);
  const back = since([needs(store(TITLE))], store(true, "v2"), store(COUNT, "v1", { v2: true }));
  assertEquals(brief(back), [
    "state.version.migrated safe /stateVersion",
    "state.version.reused dangerous /schema",
  ]);
});

Deno.test("state: a version that comes back as it was, or wider, is safe", () => {
  for (const again of [TITLE, WIDER, true]) {
    const changes = since([needs(store())], store(true, "v2"), store(true, "v2", { v1: again }));
    assertEquals(brief(changes), ["state.accepted.added safe /acceptedVersions/v1"]);
  }
});

Deno.test("state: a store that was removed and is declared again has its entries again", () => {
  const again = (after: StateNeed, ...earlier: readonly (Needs | undefined)[]) =>
    brief(since(earlier, undefined, after));
  assertEquals(again(store(), needs(store())), ["state.reattached safe"]);
  assertEquals(again(store(COUNT), needs(store())), [
    "state.reattached safe",
    "state.version.reused dangerous /schema",
  ]);
  // Entries of other versions are not read: dropping them was decided before.
  assertEquals(again(store(COUNT, "v2"), needs(store())), ["state.reattached safe"]);
  assertEquals(again(store(COUNT, "v1", {}, "value"), needs(store())), ["state.added safe"]);
  assertEquals(again(store(COUNT), needs(store(), {}, "other@v1")), ["state.added safe"]);
  assertEquals(again(store(COUNT), undefined), [
    "state.added safe",
    "state.version.reused dangerous /schema",
  ]);
});

Deno.test("state: a kind that comes back finds the entries that it had", () => {
  const value = store(TITLE, "v1", {}, "value");
  assertEquals(brief(since([needs(store(TITLE))], value, store(COUNT))), [
    "state.kind.changed dangerous /kind",
    "state.version.reused dangerous /schema",
  ]);
});

Deno.test("state: a field that comes back with another type, or may be stored undeclared, is doubted", () => {
  const [open, again] = [object({}), object({ w: { type: "integer" } })];
  const past = [needs(store(object({ w: { type: "string" } })))];
  assertEquals(brief(since(past, store(open), store(again))), [
    "schema.property.reused dangerous /schema/properties/w/type",
    "schema.widened safe /schema/properties/w",
  ]);
  const doubted = (before: StateNeed, after: StateNeed, stored = ["state/drafts"]) =>
    brief(diffNeeds(needs(before), needs(after), { stored: new Set(stored) }))
      .filter((change) => change.includes("declared"));
  assertEquals(doubted(store(open), store(again)), [
    "schema.property.declared dangerous /schema/properties/w",
  ]);
  assertEquals(doubted(store(open), store(again), ["state/other", "kv/drafts"]), []);
  assertEquals(doubted(store(object({}, CLOSED)), store(object({ w: true }, CLOSED))), []);
  // In a version that is accepted, and in the current one while it becomes an accepted one.
  assertEquals(doubted(store(true, "v2", { v1: open }), store(true, "v2", { v1: again })), [
    "schema.property.declared dangerous /acceptedVersions/v1/properties/w",
  ]);
  assertEquals(doubted(store(open), store(true, "v2", { v1: again })), [
    "schema.property.declared dangerous /acceptedVersions/v1/properties/w",
  ]);
});

Deno.test("state: earlier versions matter only where something is read that was not read before", () => {
  const same = needs(store());
  assertEquals(declaresAnew(undefined, same), false);
  assertEquals(declaresAnew(same, same), false);
  assertEquals(declaresAnew(same, needs()), false);
  assertEquals(declaresAnew(needs(store(COUNT, "v2", { v1: TITLE })), same), false);
  assertEquals(declaresAnew(same, needs(store(TITLE, "v1", {}, "value"))), true);
  assertEquals(declaresAnew(same, needs(store(), {}, "other@v1")), true);
});
