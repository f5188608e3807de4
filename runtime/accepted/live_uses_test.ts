import { assertEquals } from "@std/assert";
import { err, ok } from "../../contracts/result.ts";
import { TransportError, type TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import { mail, shop } from "../../tests/support/platform/mailing.ts";
import { whileUsed } from "../rpc/use_state.ts";
import { LiveUses } from "./live_uses.ts";

const ACCEPTED = { [mail.id]: ["rpc.v1.Mail.Send"] };

Deno.test("what is refused although it is accepted is tried again after a renewal, once", async () => {
  const done: string[] = [];
  const renew = () => Promise.resolve(done.push("renew") > 0);
  const source = { read: () => Promise.resolve(ok(ACCEPTED)), renew, watch: () => () => {} };
  const uses = LiveUses.open(shop, source, ACCEPTED).orThrow();
  const attempt = async (code: TransportErrorCode) => {
    const failure = new TransportError({ message: "failed", code, hint: "" });
    const result = await whileUsed(uses.of("post"), () => {
      done.push("try");
      return Promise.resolve(err(failure));
    });
    return result.isErr() && result.error === failure;
  };
  assertEquals(await attempt("trellis.rpc.timeout"), true);
  assertEquals(done.splice(0), ["try"]);
  assertEquals(await attempt("trellis.permission.denied"), true);
  assertEquals(done.splice(0), ["try", "renew", "try"]);
  assertEquals(await attempt("trellis.permission.denied"), true);
  assertEquals(done.splice(0), ["try"]);
});

Deno.test("where nobody can say what is accepted, everything is taken as accepted", () => {
  const source = {
    read: () => Promise.resolve(ok(undefined)),
    renew: () => Promise.resolve(true),
    watch: () => () => {},
  };
  assertEquals(LiveUses.open(shop, source, undefined).isOk(), true);
  const refused = LiveUses.open(shop, source, {});
  assertEquals(refused.isErr() && refused.error.code, "trellis.use.missing");
});
