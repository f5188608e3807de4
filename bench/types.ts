import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone } from "./measure/row.ts";
import { OrdersCopy } from "./project/orders_copy.ts";

/** `deno check` of the example after one of its files was edited. */
export const types: Measurement = async ({ quick, say }) => {
  await using project = await OrdersCopy.make();
  const text = await project.read("schemas.ts");
  let edits = 0;
  const check = async () => {
    say("deno check");
    await project.save("schemas.ts", `${text}\n// ${edits++}\n`);
    const start = performance.now();
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "."],
      cwd: project.root,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return performance.now() - start;
  };
  const figures = await inTurns({ Trellis: { turn: check } }, quick ? 3 : 9);
  return [alone({ name: "type check after an edit", unit: "ms" }, figures.Trellis ?? [])];
};
