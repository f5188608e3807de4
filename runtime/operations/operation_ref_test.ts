import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TransportError, type TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import { err, ok } from "../../contracts/result.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { UntypedOperationRef } from "./operation_ref.ts";
import type { OperationWatcher } from "./operation_watch.ts";

const anything = validatorOf(true);
const called = { name: "", subject: "", input: anything, output: anything, declared: new Map() };

/** A ref whose watch fails with these codes, and then tells that the operation has completed. */
function failingFirst(...codes: readonly TransportErrorCode[]) {
  const left = [...codes];
  const watch: OperationWatcher = () => {
    const code = left.shift();
    if (code !== undefined) {
      return Promise.resolve(err(new TransportError({ code, message: code, hint: "" })));
    }
    const at = new Date(0).toISOString();
    const snapshot = { id: "o", revision: 1, attempt: 1, createdAt: at, updatedAt: at };
    const completed = { ...snapshot, state: "completed", output: "done" } as const;
    return Promise.resolve(ok((async function* () {
      yield completed;
    })()));
  };
  const surface = {
    contract: "reports@v1",
    name: "Report.Export",
    start: { ...called, capabilities: [] },
    control: { ...called, capabilities: [] },
    progress: anything,
    output: anything,
    declared: new Map(),
  };
  return new UntypedOperationRef("o", {
    surface,
    watch,
    control: () => {
      throw new Error("it is not asked");
    },
  });
}

Deno.test("a wait goes on when its beginning fails for a reason that passes, until its time is over", async () => {
  const ref = failingFirst("trellis.rpc.timeout", "trellis.connection.lost");
  assertEquals(await ref.wait().orThrow(), "done");
  const away = failingFirst(...Array<TransportErrorCode>(1000).fill("trellis.rpc.unavailable"));
  const late = await away.wait({ timeoutMs: 200 });
  assert(late.isErr());
  assertInstanceOf(late.error, TransportError);
  assertEquals(late.error.code, "trellis.rpc.timeout");
});

Deno.test("a wait ends when its beginning fails for good", async () => {
  const refused = await failingFirst("trellis.permission.denied").wait({ timeoutMs: 60_000 });
  assert(refused.isErr());
  assertInstanceOf(refused.error, TransportError);
  assertEquals(refused.error.code, "trellis.permission.denied");
});
