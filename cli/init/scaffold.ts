import { PACKAGE } from "../program/version.ts";
import type { ScaffoldNames } from "./names.ts";
import type { PackageSource } from "./package_source.ts";

/** A file of a new project. */
export interface ScaffoldFile {
  /** Path inside the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** A command starts with what it needs itself, and loads nothing of the others. */
const LOADING = "--unstable-lazy-dynamic-imports";
/** What the tasks need, beside what they write: NATS, the project's files, and nats-server. */
const PERMISSIONS = "--no-prompt --allow-net --allow-env --allow-read --allow-run --allow-sys";

/** Every file of a new project: small, complete, typed, and tested. */
export function scaffold(names: ScaffoldNames, source: PackageSource): readonly ScaffoldFile[] {
  return [
    { path: "deno.json", text: denoJson(source) },
    { path: ".gitignore", text: ".trellis/\n" },
    { path: "schemas.ts", text: schemas() },
    { path: `contracts/${names.file}.ts`, text: contract(names) },
    { path: `handlers/${names.file}.ts`, text: handlers(names) },
    { path: `tests/${names.file}_test.ts`, text: test(names) },
    { path: "README.md", text: readme(names) },
  ];
}

function denoJson({ imports, links }: PackageSource): string {
  const run = (more = "", writes = ".trellis") =>
    `deno run ${LOADING} ${PERMISSIONS}${more} --allow-write=${writes} ${PACKAGE}/cli`;
  return JSON.stringify(
    {
      tasks: {
        dev: `${run()} dev`,
        start: `${run()} start`,
        // To see at once that the reader of its output has gone away, to keep a login, and for --out.
        trellis: run(" --allow-ffi", ".,$HOME/.config/trellis"),
        check: "deno check .",
        test: "deno test --allow-net --allow-env --allow-read --allow-write --allow-run tests",
      },
      imports,
      ...(links.length === 0 ? {} : { links }),
      fmt: { lineWidth: 100 },
    },
    null,
    2,
  ) + "\n";
}

function schemas(): string {
  return `import { PageRequestSchema, PageResponseSchema } from "${PACKAGE}";
import { type Static, Type } from "@sinclair/typebox";

export const Item = Type.Object({
  itemId: Type.String(),
  title: Type.String({ minLength: 1 }),
  createdAt: Type.String({ format: "date-time" }),
});
export type Item = Static<typeof Item>;

export const NewItem = Type.Pick(Item, ["title"]);
export const ItemRef = Type.Pick(Item, ["itemId"]);
export const ItemQuery = PageRequestSchema;
export const ItemPage = PageResponseSchema(Item);
`;
}

function contract({ service, group, title }: ScaffoldNames): string {
  return `import { defineError, defineServiceContract } from "${PACKAGE}";
import { Type } from "@sinclair/typebox";
import * as schemas from "../schemas.ts";

export const ItemNotFoundError = defineError({
  type: "ItemNotFoundError",
  fields: { itemId: Type.String() },
  message: ({ itemId }) => \`there is no item \${itemId}\`,
});

export default defineServiceContract(
  { schemas, errors: { ItemNotFoundError } },
  (ref) => ({
    id: "${service}@v1",
    displayName: "${title}",
    description: "Keeps items.",
    rpc: {
      "${group}.Add": {
        version: "v1",
        input: ref.schema("NewItem"),
        output: ref.schema("Item"),
      },
      "${group}.Get": {
        version: "v1",
        input: ref.schema("ItemRef"),
        output: ref.schema("Item"),
        errors: [ref.error("ItemNotFoundError")],
      },
      "${group}.List": {
        version: "v1",
        input: ref.schema("ItemQuery"),
        output: ref.schema("ItemPage"),
      },
    },
    resources: {
      kv: {
        items: { purpose: "Store items", schema: ref.schema("Item") },
      },
    },
  }),
);
`;
}

function handlers({ file, group }: ScaffoldNames): string {
  return `import { defineHandlers, err, isErr, normalizePageQuery, ok } from "${PACKAGE}";
import { ulid } from "ulid";
import contract, { ItemNotFoundError } from "../contracts/${file}.ts";

export default defineHandlers(contract, {
  rpc: {
    "${group}.Add": async ({ input, client }) => {
      const item = { ...input, itemId: ulid(), createdAt: new Date().toISOString() };
      await client.kv.items.create(item.itemId, item).orThrow();
      return ok(item);
    },

    "${group}.Get": async ({ input, client }) => {
      const entry = await client.kv.items.get(input.itemId).take();
      if (!isErr(entry)) return ok(entry.value);
      if (entry.error.reason === "not_found") return err(new ItemNotFoundError(input));
      throw entry.error;
    },

    "${group}.List": async ({ input, client }) => {
      const page = await client.kv.items.list(normalizePageQuery(input, 100)).orThrow();
      // What does not fit the schema is listed as an entry of kind "invalid".
      const entries = page.entries.flatMap((entry) => entry.kind === "put" ? [entry.value] : []);
      return ok({ ...page, entries });
    },
  },
});
`;
}

function test({ file, property }: ScaffoldNames): string {
  return `import { isErr } from "${PACKAGE}";
import { startTrellis } from "${PACKAGE}/testing";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import contract, { ItemNotFoundError } from "../contracts/${file}.ts";
import handlers from "../handlers/${file}.ts";

Deno.test("an item is kept", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { ${property} } = (await trellis.client(contract)).rpc;

  const added = await ${property}.add({ title: "first" }).orThrow();
  assertEquals(await ${property}.get({ itemId: added.itemId }).orThrow(), added);
  assertEquals((await ${property}.list({ limit: 10 }).orThrow()).count, 1);
});

Deno.test("an unknown item is a declared error", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { ${property} } = (await trellis.client(contract)).rpc;

  const item = await ${property}.get({ itemId: "unknown" }).take();
  assert(isErr(item));
  assertInstanceOf(item.error, ItemNotFoundError);
});
`;
}

function readme({ title, service, group, file }: ScaffoldNames): string {
  return `# ${title}

A service on NATS, made with Trellis.

\`\`\`sh
deno task dev     # runs it: finds or starts NATS, accepts safe changes, reloads on save
deno task test    # tests it on a NATS server of its own
\`\`\`

While \`dev\` runs:

\`\`\`sh
deno task trellis call ${group}.Add '{"title":"first"}'
deno task trellis kv ls ${service} items
deno task trellis status
\`\`\`

- \`schemas.ts\`: the shapes of what the service takes, answers and stores
- \`contracts/${file}.ts\`: what it offers, and what it needs
- \`handlers/${file}.ts\`: what it does
- \`tests/\`: how you know that it does
`;
}
