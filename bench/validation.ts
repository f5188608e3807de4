import { FormatRegistry } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { CompiledValidator } from "../contracts/schema/compiled_validator.ts";
import { compileValidatorsBy, loadCompiler, validatorOf } from "../contracts/schema/validator.ts";
import { Order } from "../examples/orders/schemas.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared } from "./measure/row.ts";
import { ORDER } from "./rpc/order.ts";

const TYPEBOX = "TypeCompiler";

/** One check of an order, with the same strict date check on both sides. */
export const validation: Measurement = async ({ quick, say }) => {
  say("schema check");
  // The library's own check; its type leaves open which of its forms a format has.
  const { validate } = fullFormats["date-time"] as { validate(text: string): boolean };
  FormatRegistry.Set("date-time", validate);
  compileValidatorsBy(() => Promise.resolve((schema) => new CompiledValidator(schema)));
  await loadCompiler();
  const ours = validatorOf(Order);
  const theirs = TypeCompiler.Compile(Order);
  const checks = quick ? 200_000 : 1_000_000;
  const nanoseconds = (check: (value: unknown) => boolean) => {
    let fits = 0;
    const start = performance.now();
    for (let i = 0; i < checks; i++) if (check(ORDER)) fits++;
    const time = performance.now() - start;
    if (fits !== checks) throw new Error("the order does not fit");
    return time * 1e6 / checks;
  };
  const figures = await inTurns({
    Trellis: { turn: () => nanoseconds((value) => ours.check(value)) },
    [TYPEBOX]: { turn: () => nanoseconds((value) => theirs.Check(value)) },
  }, quick ? 7 : 15);
  return [compared({ name: "schema check", unit: "ns" }, figures, TYPEBOX)];
};
