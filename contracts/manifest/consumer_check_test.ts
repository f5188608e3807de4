import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import type { EventConsumerDeclaration, KvDeclaration } from "../define/declaration.ts";
import { defineServiceContract } from "../define/define.ts";
import { isRecord } from "../json/json.ts";
import "../define/check_contracts.ts";

const Moved = Type.Object({
  accountId: Type.String(),
  amount: Type.Number(),
});
const Gone = Type.Object({ key: Type.String() });

const bank = defineServiceContract({ schemas: { Moved } }, (ref) => ({
  id: "bank@v1",
  displayName: "Bank",
  description: "Keeps accounts.",
  events: {
    "Account.Moved": { version: "v1", event: ref.schema("Moved"), params: ["/accountId"] },
    "Day.Closed": { version: "v1", event: ref.schema("Moved") },
  },
}));

/** The mistakes of a contract with one group and one bucket, as `code path`. */
function mistakes(
  { group, kv }: {
    readonly group?: Partial<EventConsumerDeclaration>;
    readonly kv?: Partial<Omit<KvDeclaration, "schema">>;
  },
): readonly string[] {
  try {
    defineServiceContract({ schemas: { Moved, Gone } }, (ref) => ({
      id: "notices@v1",
      displayName: "Notices",
      description: "Writes notices.",
      uses: {
        required: {
          money: bank.use({ events: { subscribe: ["Account.Moved", "Day.Closed"] } }),
          quiet: bank.use({ events: { subscribe: ["Account.Moved"] } }),
        },
      },
      events: {
        "Notice.Written": { version: "v1", event: ref.schema("Moved"), params: ["/accountId"] },
        "Notice.Gone": { version: "v1", event: ref.schema("Gone") },
        Opened: { version: "v1", event: ref.schema("Moved") },
      },
      ...(group === undefined ? {} : { eventConsumers: { mailer: group } }),
      ...(kv === undefined
        ? {}
        : { resources: { kv: { box: { purpose: "p", schema: ref.schema("Moved"), ...kv } } } }),
    }));
    return [];
  } catch (error) {
    const found: unknown = error instanceof Error ? Reflect.get(error, "mistakes") : undefined;
    if (!Array.isArray(found)) throw error;
    return found.map((mistake) => isRecord(mistake) ? `${mistake.code} ${mistake.path}` : "");
  }
}

const MAILER = "/eventConsumers/mailer";
const BOX = "/resources/kv/box";

Deno.test("a group takes own events and those that uses subscribes to, and no others", () => {
  const uses = { money: ["Account.Moved"] };
  assertEquals(mistakes({ group: { self: ["Notice.Written"], uses } }), []);
  assertEquals(mistakes({ group: { self: ["Notice.Lost"] } }), [`use.unknown ${MAILER}/self/0`]);
  assertEquals(mistakes({ group: { self: ["toString"] } }), [`use.unknown ${MAILER}/self/0`]);
  assertEquals(mistakes({ group: { uses: { cash: ["Account.Moved"] } } }), [
    `use.unknown ${MAILER}/uses/cash`,
  ]);
  assertEquals(mistakes({ group: { uses: { quiet: ["Day.Closed"] } } }), [
    `use.unknown ${MAILER}/uses/quiet/0`,
  ]);
});

Deno.test("a group names at least one event", () => {
  const none: readonly Partial<EventConsumerDeclaration>[] = [
    {},
    { self: [] },
    { uses: {} },
    { self: [], uses: { money: [] } },
  ];
  for (const group of none) {
    assertEquals(mistakes({ group }), [`shape ${MAILER}`]);
  }
});

Deno.test("one event at a time is no concurrency, and what comes in no order holds nothing", () => {
  const self = ["Notice.Written"];
  assertEquals(mistakes({ group: { self, ordering: "strict" } }), []);
  assertEquals(mistakes({ group: { self, ordering: "strict", concurrency: 4 } }), [
    `shape ${MAILER}/ordering`,
  ]);
  assertEquals(mistakes({ group: { self, ordering: "none", onDead: "hold" } }), [
    `shape ${MAILER}/onDead`,
  ]);
  assertEquals(mistakes({ group: { self, ordering: "key", onDead: "hold", concurrency: 4 } }), []);
});

Deno.test("events in order by their key have params, own ones and those of used contracts", () => {
  const ordering = "key";
  const money = ["Account.Moved"];
  assertEquals(mistakes({ group: { ordering, self: ["Notice.Written"], uses: { money } } }), []);
  assertEquals(mistakes({ group: { ordering, self: ["Notice.Written", "Opened"] } }), [
    `param.unknown ${MAILER}/self/1`,
  ]);
  assertEquals(mistakes({ group: { ordering, uses: { money: [...money, "Day.Closed"] } } }), [
    `param.unknown ${MAILER}/uses/money/1`,
  ]);
  assertEquals(mistakes({ group: { uses: { money: ["Day.Closed"] } } }), []);
});

Deno.test("a projection has a key in each body, and nothing beside it that writes or forgets", () => {
  const self = ["Notice.Written", "Opened"];
  assertEquals(mistakes({ kv: { projection: { self, key: "/accountId" } } }), []);
  assertEquals(
    mistakes({ kv: { projection: { self, key: { "Notice.Written": "/accountId" } } } }),
    [`param.unknown ${BOX}/projection/key`],
  );
  for (
    const [key, code] of [["", "shape"], ["accountId", "param.unknown"], ["/lost", "param.unknown"]]
  ) {
    const found = mistakes({ kv: { projection: { self: ["Opened"], key: key! } } });
    assertEquals(found, [`${code} ${BOX}/projection/key`]);
  }
  const projection = { self: ["Opened"], key: "/accountId" };
  assertEquals(mistakes({ kv: { projection: { ...projection, version: "2" } } }), [
    `shape ${BOX}/projection/version`,
  ]);
  assertEquals(mistakes({ kv: { projection, ttlMs: 60_000 } }), [`shape ${BOX}/ttlMs`]);
  assertEquals(mistakes({ kv: { projection, ttlMs: 0, outbox: false } }), []);
  assertEquals(mistakes({ kv: { projection: { self: ["Lost"], key: "/accountId" } } }), [
    `use.unknown ${BOX}/projection/self/0`,
  ]);
});

Deno.test("the changes of a bucket are own events with its values, or with the key that is gone", () => {
  const event = "Notice.Written";
  assertEquals(mistakes({ kv: { changes: { event, deleted: "Notice.Gone" } } }), []);
  assertEquals(mistakes({ kv: { changes: { event: "Lost" } } }), [
    `use.unknown ${BOX}/changes/event`,
  ]);
  assertEquals(mistakes({ kv: { changes: { event: "Notice.Gone" } } }), [
    `schema.unknown ${BOX}/changes/event`,
  ]);
  assertEquals(mistakes({ kv: { changes: { event, deleted: "Opened" } } }), [
    `param.unknown ${BOX}/changes/deleted`,
  ]);
});
