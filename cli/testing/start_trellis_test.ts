import { assertRejects } from "@std/assert";
import { kvContract } from "../../tests/support/kv_contract.ts";
import { startTrellis } from "./mod.ts";

Deno.test("an error of the testing kit says what to do in its message", async () => {
  await using trellis = await startTrellis();
  await assertRejects(
    () => trellis.service(kvContract({ carts: {} })),
    Error,
    "; run deno task dev, or accept its plan",
  );
});
