import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import type { JobDeclaration, OperationWork } from "../define/declaration.ts";
import { defineServiceContract } from "../define/define.ts";
import { isRecord } from "../json/json.ts";
import "../define/check_contracts.ts";

const Mail = Type.Object({
  to: Type.String(),
  tenantId: Type.Optional(Type.String()),
  parts: Type.Array(Type.Object({ kind: Type.String() })),
  labels: Type.Record(Type.String(), Type.String()),
});

type Patch = Partial<Omit<JobDeclaration, "payload">>;

/** The mistakes of a contract with one queue, or one operation, as `code path: message`. */
function mistakes(
  { job, name = "send", operation, work }: {
    readonly job?: Patch;
    readonly name?: string;
    readonly operation?: string;
    readonly work?: OperationWork;
  },
): readonly string[] {
  try {
    defineServiceContract({ schemas: { Mail } }, (ref) => ({
      id: "mail@v1",
      displayName: "Mail",
      description: "Sends mail.",
      jobs: { [name]: { payload: ref.schema("Mail"), ...job } },
      ...(operation === undefined ? {} : {
        operations: {
          [operation]: {
            version: "v1" as const,
            input: ref.schema("Mail"),
            output: ref.schema("Mail"),
            ...(work === undefined ? {} : { work }),
          },
        },
      }),
    }));
    return [];
  } catch (error) {
    const found: unknown = error instanceof Error ? Reflect.get(error, "mistakes") : undefined;
    if (!Array.isArray(found)) throw error;
    return found.map((one) => isRecord(one) ? `${one.code} ${one.path}: ${one.message}` : "");
  }
}

const SEND = "/jobs/send";
const payload = { to: "ada", parts: [], labels: {} };

Deno.test("a queue may ask for everything at once", () => {
  const job: Patch = {
    concurrency: 20,
    maxDeliver: 5,
    backoffMs: [0, 1000],
    ackWaitMs: 30_000,
    defaultDeadlineMs: 3_600_000,
    keyConcurrency: { key: "/tenantId", maxActive: 2 },
    queue: { maxQueuedPerKey: 16, whenFull: "replace-oldest" },
    rate: { limit: 10, perMs: 60_000, key: "/labels/any" },
    priorities: 3,
    payloadVersion: "v2",
    acceptedVersions: { v1: { schema: "Mail" } },
    schedules: {
      nightly: {
        cron: "0 0 3 * JAN-MAR,12 MON",
        timeZone: "Europe/Berlin",
        payload,
        catchUp: "last",
      },
    },
    keepMs: { done: 1000, dead: 86_400_000 },
    progress: true,
    logs: true,
    dlq: false,
  };
  assertEquals(mistakes({ job }), []);
  assertEquals(mistakes({ job: { unique: ["/to", "/parts/0/kind"], queue: {} } }), []);
  assertEquals(
    mistakes({
      operation: "Report.Export",
      work: { keyConcurrency: { key: "/to", ordering: "strict" }, deadlineMs: 1, keepMs: 1000 },
    }),
    [],
  );
});

Deno.test("what a queue points at must be a member of its payload", () => {
  assertEquals(mistakes({ job: { unique: ["/to", "/two"] } }), [
    `param.unknown ${SEND}/unique/1: /two names no property of what is queued`,
  ]);
  assertEquals(mistakes({ job: { unique: "to" } }), [
    `param.unknown ${SEND}/unique: is not a JSON pointer`,
  ]);
  assertEquals(mistakes({ job: { unique: [] } }), [`shape ${SEND}/unique: names nothing`]);
  const at = (pointer: string) => mistakes({ job: { keyConcurrency: { key: pointer } } }).length;
  assertEquals(["/parts/0/kind", "/parts/0/x", "/parts/x", "/to/x"].map(at), [0, 1, 1, 1]);
  assertEquals(mistakes({ job: { rate: { limit: 1, perMs: 1000, key: "/who" } } }), [
    `param.unknown ${SEND}/rate/key: /who names no property of what is queued`,
  ]);
});

Deno.test("limits that do not go together are told", () => {
  assertEquals(mistakes({ job: { queue: { maxQueuedPerKey: 4 } } }), [
    `shape ${SEND}/queue: limits how many of one key wait, and there is no key`,
  ]);
  assertEquals(mistakes({ job: { unique: "/to", queue: { maxQueuedPerKey: 2 } } }), [
    `shape ${SEND}/queue/maxQueuedPerKey: is 1 with unique`,
  ]);
  const keyConcurrency = { key: "/to" };
  assertEquals(mistakes({ job: { keyConcurrency, queue: { maxQueuedPerKey: 17 } } }), [
    `value.range ${SEND}/queue/maxQueuedPerKey: is 17`,
  ]);
  assertEquals(mistakes({ job: { keyConcurrency, queue: { whenFull: "coalesce" } } }), [
    `shape ${SEND}/queue: limits nothing`,
  ]);
  assertEquals(
    mistakes({ job: { concurrency: 2, keyConcurrency: { ...keyConcurrency, maxActive: 3 } } }),
    [
      `value.range ${SEND}/keyConcurrency/maxActive: is 3, and no more than 2 are in work at all`,
    ],
  );
  assertEquals(
    mistakes({ job: { keyConcurrency: { key: "/to", maxActive: 2, ordering: "strict" } } }).length,
    1,
  );
});

Deno.test("the version that is written now is no accepted one", () => {
  const acceptedVersions = { v1: { schema: "Mail" } };
  assertEquals(mistakes({ job: { acceptedVersions } }), [
    `state.version ${SEND}/acceptedVersions/v1: is the version that is written now: "v1"`,
  ]);
  assertEquals(mistakes({ job: { payloadVersion: "two" } }), [
    `shape ${SEND}/payloadVersion: is not a version`,
  ]);
  assertEquals(
    mistakes({ job: { payloadVersion: "v2", acceptedVersions: { v1: { schema: "None" } } } })
      .map((text) => text.split(":")[0]),
    [`schema.unknown ${SEND}/acceptedVersions/v1`],
  );
});

Deno.test("a schedule has times that NATS knows, and a payload that fits", () => {
  const told = (schedule: { cron?: string; timeZone?: string; payload?: unknown }) =>
    mistakes({ job: { schedules: { nightly: { cron: "0 0 3 * * *", payload, ...schedule } } } })
      .map((text) => text.slice(text.indexOf("nightly/") + "nightly/".length));
  assertEquals(told({ cron: "0 3 * * *" }), ["cron: does not have six fields"]);
  assertEquals(told({ cron: "0 0 3 * * 7" }), ["cron: has day 7, and Sunday is 0 or SUN"]);
  assertEquals(told({ cron: "0 0 3 L * *" }), ["cron: has an L or a W, which NATS does not know"]);
  assertEquals(told({ cron: "0 0 0 31 2 *" }), ["cron: never comes"]);
  assertEquals(told({ cron: "0 0 24 * * *" }), [
    "cron: cannot be read: Invalid value for hour: 24",
  ]);
  assertEquals(told({ timeZone: "Mars/Olympus" }), ["timeZone: is no time zone"]);
  assertEquals(told({ timeZone: "europe/berlin" }), ["timeZone: is no time zone"]);
  assertEquals(told({ payload: { ...payload, to: 1 } }), [
    "payload: does not fit the schema of the queue: /to must be string",
  ]);
});

Deno.test("an operation does not take the subjects that control others", () => {
  const told = mistakes({ operation: "Report.control" });
  assertEquals(told, [
    'surface.collision /operations/Report.control: "Report.control" ends as the subjects that ' +
    "control operations do",
  ]);
  assertEquals(mistakes({ operation: "Report.Controls" }), []);
  assertEquals(mistakes({ operation: "Report.Export", work: { keyConcurrency: { key: "/x" } } }), [
    "param.unknown /operations/Report.Export/work/keyConcurrency/key: /x names no property of " +
    "what is queued",
  ]);
});
