import { assertEquals } from "@std/assert";
import { newerFormat } from "./newer_format.ts";

Deno.test("only a later version of the same format is newer", () => {
  const rows = [
    [{ format: "trellis.user.v1" }, undefined],
    [{ format: "trellis.user.v2" }, "trellis.user.v2"],
    ['{"format":"trellis.user.v10"}', "trellis.user.v10"],
    [{ format: "trellis.users.v2" }, undefined],
    [{ format: "trellis.user.v2x" }, undefined],
    [{ format: "trellis.user.v" }, undefined],
    [{ format: "v2" }, undefined],
    [{ format: 2 }, undefined],
    ["no JSON", undefined],
    [undefined, undefined],
  ] as const;
  for (const [value, newer] of rows) assertEquals(newerFormat(value, "trellis.user.v1"), newer);
});
