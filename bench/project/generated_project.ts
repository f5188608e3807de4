import { join } from "node:path";

/** A project of so many contracts in a temporary directory; ids begin with `c<number>`. */
export async function generateProject(
  contracts: number,
): Promise<{ readonly root: string } & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "trellis-bench-" });
  await Deno.mkdir(join(root, "contracts"));
  for (let i = 0; i < contracts; i++) {
    await Deno.writeTextFile(join(root, "contracts", `c${i}.ts`), contractText(i));
  }
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

function contractText(index: number): string {
  return `import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const Item = Type.Object({
  itemId: Type.String(),
  title: Type.String({ minLength: 1 }),
  createdAt: Type.String({ format: "date-time" }),
});
const ItemRef = Type.Pick(Item, ["itemId"]);

export default defineServiceContract({ schemas: { Item, ItemRef } }, (ref) => ({
  id: "c${index}@v1",
  displayName: "Items ${index}",
  description: "Keeps items.",
  rpc: {
    "C${index}.Get": { version: "v1", input: ref.schema("ItemRef"), output: ref.schema("Item") },
    "C${index}.Put": { version: "v1", input: ref.schema("Item"), output: ref.schema("ItemRef") },
  },
  resources: { kv: { items: { purpose: "Store items", schema: ref.schema("Item") } } },
}));
`;
}
