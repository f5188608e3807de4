import { assert, assertEquals } from "@std/assert";
import asyncApi from "@asyncapi/specs/schemas/3.0.0-without-$id.json" with { type: "json" };
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Contract } from "../../contracts/define/contract.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { resolvePointer } from "../../contracts/json/json_pointer.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { sourceFiles } from "../../tests/support/source_files.ts";
import { asyncApiDocument } from "./asyncapi_document.ts";
import type { ExportedContract } from "./exported_contract.ts";
import { exportedFromManifest, exportedFromRecords } from "./exported_from.ts";
import { jsonSchemaDocument } from "./json_schema_document.ts";
import { openApiDocument } from "./openapi_document.ts";

const examples = await Promise.all(
  (await sourceFiles("examples")).filter(({ path }) => /\/contracts\/\w+\.ts$/.test(path))
    .map(async ({ path }) => exported((await import(`../../${path}`)).default)),
);

function exported(contract: Contract): ExportedContract {
  const used = [...contract.used.values()].map(({ contract }) => [contract.id, contract] as const);
  return exportedFromManifest(contract, new Map(used));
}

/** The same as what is kept of an accepted contract tells it. */
const accepted = examples.map(({ deployment }) => {
  const records = examples.map(({ manifest, digest, deployment }) => ({
    format: "trellis.authority.v1" as const,
    deployment,
    mode: "dev" as const,
    modeBy: "",
    retired: [],
    history: [],
    desired: { version: 1, planId: "", needs: needsOf(manifest, digest), digests: [digest] },
  }));
  const found = exportedFromRecords(deployment, records);
  assert(found !== undefined);
  return found;
});

/** Each contract alone, all of them together, and all as they were accepted. */
const cases = [
  ...examples.map((contract) => [contract]),
  examples,
  ...accepted.map((contract) => [contract]),
];

const nameOf = (contracts: readonly ExportedContract[]) =>
  contracts.map(({ manifest: { id } }) => id).join(", ");

Deno.test("AsyncAPI documents of all examples are what the specification says", () => {
  const check = formats.default(new Ajv.default({ strict: false, allErrors: true }))
    .compile(asyncApi);
  for (const contracts of cases) {
    const document = asyncApiDocument(contracts);
    check(document);
    assertEquals(check.errors ?? [], [], nameOf(contracts));
    assertEquals(deadReferences(document), []);
  }
});

Deno.test("OpenAPI documents of all examples are what the specification says", async () => {
  for (const contracts of cases) {
    const document = openApiDocument(contracts);
    // It takes what it is given apart.
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert(valid, `${nameOf(contracts)}: ${JSON.stringify(errors)}`);
    assertEquals(deadReferences(document), []);
  }
});

Deno.test("all schemas of all examples are JSON Schema 2020-12, and can be used from the document", () => {
  for (const contracts of cases) {
    const document = jsonSchemaDocument(contracts);
    const ajv = formats.default(new Ajv2020.default({ strict: false }));
    ajv.addSchema(document, "document");
    const names = Object.keys(Object(document.$defs));
    for (const name of names) assert(ajv.getSchema(`document#/$defs/${name}`), name);
    assert(names.length >= 3);
  }
});

Deno.test("the schemas of a document take what the contract's own take, and no more", () => {
  const orders = examples.filter(({ manifest: { id } }) => id === "orders-service@v1");
  const ajv = formats.default(new Ajv2020.default({ strict: false }));
  ajv.addSchema(jsonSchemaDocument(orders), "document");
  const fits = (value: unknown) => ajv.validate("document#/$defs/NewOrder", value);
  const order = { customerId: "ada", items: [{ productId: "book", quantity: 1 }] };
  assertEquals([fits(order), fits({ ...order, items: [{ quantity: 0 }] })], [true, false]);
});

Deno.test("channels are the subjects on the wire", () => {
  const { channels } = asyncApiDocument(examples);
  const addresses = Object.values(Object(channels)).map((channel) => Object(channel).address);
  for (
    const address of [
      "rpc.v1.Orders.Create.{caller}",
      "operations.v1.Report.Export.{caller}",
      "operations.v1.Report.Export.control.{caller}",
      "feeds.v1.Documents.Changes.{caller}",
      "feeds.v1.Documents.Changes.credit.{instance}.{caller}",
      "_INBOX.{session}.feed.{inbox}",
      "_INBOX.{session}.watch.{inbox}",
      "events.v1.Movement.Made.{accountId}",
      "jobs.reports.job.addUp.run.{class}.{lane}.{slot}",
    ]
  ) assert(addresses.includes(address), address);
  const subjects = examples.flatMap(({ manifest: { rpc = {}, operations = {}, feeds = {} } }) =>
    [rpc, operations, feeds].flatMap((section) => Object.values(section))
      .map(({ subject }) => `${subject}.{caller}`)
  );
  assertEquals(subjects.filter((subject) => !addresses.includes(subject)), []);
});

Deno.test("what a contract uses of others is there, the other way round", () => {
  const teller = examples.filter(({ manifest: { id } }) => id === "teller@v1");
  const { channels, operations, components } = asyncApiDocument(teller);
  const actions = Object.entries(Object(operations))
    .map(([key, operation]) => [key, Object(operation).action]);
  assertEquals(actions, [
    ["teller.rpc.v1.Account.Open", "send"],
    ["teller.rpc.v1.Balance.Get", "send"],
    ["teller.rpc.v1.Movement.Make", "send"],
    ["teller.events.v1.Movement.Made", "receive"],
  ]);
  assertEquals(
    Object(channels)["events.v1.Movement.Made"].address,
    "events.v1.Movement.Made.{accountId}",
  );
  const names = Object.keys(Object(components).schemas);
  assertEquals(names.filter((name) => !name.startsWith("Trellis.")), [
    "accounts_v1.Account",
    "accounts_v1.AccountRef",
    "movements_v1.AccountRef",
    "movements_v1.Balance",
    "movements_v1.Movement",
    "movements_v1.MovementRef",
    "movements_v1.NewMovement",
  ]);
});

Deno.test("what was accepted is described as the contract is, but for names of schemas and words", () => {
  const surfaces = (contracts: readonly ExportedContract[]) => {
    const { channels, operations } = asyncApiDocument(contracts);
    return [Object.keys(Object(channels)), Object.keys(Object(operations))];
  };
  assertEquals(surfaces(accepted), surfaces(examples));
  const payloads = (contracts: readonly ExportedContract[]) => {
    const { paths, components } = openApiDocument(contracts);
    const post = Object(paths)["/rpc/v1/Orders.Create"].post;
    const { $ref } = post.requestBody.content["application/json"].schema;
    return Object(components).schemas[$ref.split("/").at(-1)];
  };
  assertEquals(payloads(accepted), payloads(examples));
});

/** References that lead nowhere in their document. */
function deadReferences(document: object): readonly string[] {
  const dead: string[] = [];
  const look = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(look);
    if (!isRecord(value)) return;
    const { $ref } = value;
    if (typeof $ref === "string" && resolvePointer(document, $ref.slice(1)) === undefined) {
      dead.push($ref);
    }
    Object.values(value).forEach(look);
  };
  look(document);
  return dead;
}
