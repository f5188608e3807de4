import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { type Static, Type } from "@sinclair/typebox";
import {
  type BodyOf,
  type Contract,
  type ContractManifest,
  defineServiceContract,
  type SchemaOf,
} from "@qlever-llc/trellis";
import { sdk } from "@qlever-llc/trellis/sdk/core";
import { isRecord } from "../../contracts/json/json.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import accounts from "../../examples/bank/contracts/accounts.ts";
import movements from "../../examples/bank/contracts/movements.ts";
import teller from "../../examples/bank/contracts/teller.ts";
import greeter from "../../examples/hello/contracts/greeter.ts";
import desk from "../../examples/documents/contracts/desk.ts";
import documents from "../../examples/documents/contracts/documents.ts";
import notes from "../../examples/notes/contracts/notes.ts";
import orders from "../../examples/orders/contracts/orders_service.ts";
import reports from "../../examples/reports/contracts/reports.ts";
import { library, reader, withMember } from "../contracts/library_contract.ts";
import { deploy, provision } from "../support/deployed.ts";
import { RawEvents } from "../support/nats/raw_events.ts";
import { board, shop } from "../support/order_events.ts";
import { sourceFiles } from "../support/source_files.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { contract as graph } from "../types/documented/graph_contract.ts";

/** Names under which frameworks put what they know of an event into its body. */
const METADATA =
  /^(?:event|message|msg|trellis)?_?(?:id|time|timestamp|ulid)$|^(?:occurred|emitted|published)_?at$|^traceparent$/i;

/** Members of event bodies that only repeat what the headers say, as `Name /property`. */
function metadataFields(manifest: ContractManifest): readonly string[] {
  return Object.entries(manifest.events ?? {}).flatMap(([name, { event }]) => {
    const schema = manifest.schemas?.[event.schema];
    const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
    return Object.keys(properties).filter((key) => METADATA.test(key)).map((key) =>
      `${name} /${key}`
    );
  });
}

Deno.test("[Y22] no event schema of ours, of the examples or of the documents has fields for metadata", async () => {
  const contracts: readonly Contract[] = [
    sdk,
    accounts,
    movements,
    teller,
    greeter,
    notes,
    orders,
    reports,
    documents,
    desk,
    graph,
    library,
    reader,
    board,
    shop,
  ];
  for (const { id, manifest } of contracts) assertEquals(metadataFields(manifest), [], id);
  // Every contract file of the examples is among those, so that a new one is not forgotten.
  const files = (await sourceFiles("examples")).filter(({ path }) => path.includes("/contracts/"));
  for (const { path, text } of files) {
    const id = /\bid: "([^"]+)"/.exec(text)?.[1];
    assert(contracts.some((contract) => contract.id === id), path);
  }
});

Deno.test("[Y22] the check finds metadata in an event schema", () => {
  const manifest = defineServiceContract({
    schemas: {
      Wrong: Type.Object({ eventId: Type.String(), time: Type.String(), orderId: Type.String() }),
    },
  }, (ref) => ({
    id: "wrong@v1",
    displayName: "Wrong",
    description: "Repeats metadata.",
    events: { "Wrong.Done": { version: "v1", event: ref.schema("Wrong") } },
  })).manifest;
  assertEquals(metadataFields(manifest), ["Wrong.Done /eventId", "Wrong.Done /time"]);
});

Deno.test("[Y23] id and time are in metadata and headers, and the body on the wire has neither", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), board);
  await using service = await deploy(server, shop);
  const before = Date.now();
  const body = { order: { id: "o-1" }, total: 3 };
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const { placed } = service.event.order;
  const direct = await placed.publish(body, { traceparent }).orThrow();
  const prepared = placed.prepare(body).orThrow();
  await placed.publishPrepared(prepared).orThrow();

  const events = await new RawEvents((await server.connect()).connection).all();
  assertEquals(events.length, 2);
  for (const [index, { id, time }] of [direct, prepared.metadata].entries()) {
    const event = events[index];
    assertEquals(event?.subject, "events.v1.Order.Placed.o-1");
    assertEquals(event?.text, JSON.stringify(body));
    assertFalse(event?.text.includes(id) || event?.text.includes(time));
    assert(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id), id);
    assert(Date.parse(time) >= before && Date.parse(time) <= Date.now());
    assertEquals(event?.headers["Nats-Msg-Id"], id);
    assertEquals(event?.headers["Trellis-Event-Id"], id);
    assertEquals(event?.headers["Trellis-Event-Time"], time);
  }
  assertEquals(events.map(({ headers }) => headers.traceparent), [traceparent, undefined]);
  assertEquals(prepared.body, JSON.stringify(body));
});

Deno.test("[Y24] an operation declares input, progress and output apart, each its own schema", () => {
  const { manifest } = library;
  const operation = manifest.operations?.["Books.Import"];
  const parts = [operation?.input, operation?.progress, operation?.output];
  assertEquals(parts, [{ schema: "FindBook" }, { schema: "Progress" }, { schema: "Book" }]);
  for (const part of parts) assert(Object.hasOwn(manifest.schemas ?? {}, part?.schema ?? ""));

  type Import = BodyOf<typeof library>["operations"]["Books.Import"];
  assertType<IsExact<Static<SchemaOf<Import["input"]>>, { isbn: string }>>(true);
  assertType<IsExact<Static<SchemaOf<Import["progress"]>>, { done: number }>>(true);
  assertType<IsExact<Static<SchemaOf<Import["output"]>>["author"], { name: string }>>(true);
});

Deno.test("[Y24] input and output of an operation are required, progress is not, and none stands for another", () => {
  const at = (member: string, value: unknown) => {
    const path = ["operations", "Books.Import", member];
    const parsed = parseManifest(withMember(library.manifest, path, value));
    return parsed.isErr() ? parsed.error.map((mistake) => mistake.path) : [];
  };
  for (const member of ["input", "output"]) {
    assertEquals(at(member, undefined), [`/operations/Books.Import/${member}`]);
  }
  assertEquals(at("progress", undefined), []);
  for (const member of ["input", "progress", "output"]) {
    assertEquals(at(member, { schema: "Missing" }), [`/operations/Books.Import/${member}`]);
  }
});
