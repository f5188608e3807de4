import { assertEquals, assertRejects } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { keepAdmin } from "./keep_admin.ts";

Deno.test("the first admin is written where there is none, or a damaged one, and not where nothing can be read", async () => {
  const { publicKey } = KeyPair.generate("user");
  const principal = { kind: "admin", id: "local" } as const;
  const admin: SessionRecord = {
    format: "trellis.session.v1",
    publicKey,
    principal,
    createdAt: "2026-01-31T12:00:00.000Z",
  };
  const keep = (get: () => Promise<SessionRecord | undefined>) => {
    const written: string[] = [];
    const create = () => Promise.resolve(written.push("create") > 0);
    const put = () => Promise.resolve(void written.push("put"));
    const kept = keepAdmin({ get, create, put }, admin);
    return { kept, written };
  };
  for (
    const [get, expected] of [
      [() => Promise.resolve(undefined), ["create"]],
      [() => Promise.resolve({ ...admin, revokedAt: admin.createdAt }), []],
      [() => Promise.reject(new TypeError("damaged")), ["put"]],
    ] as [() => Promise<SessionRecord | undefined>, string[]][]
  ) {
    const { kept, written } = keep(get);
    await kept;
    assertEquals(written, expected);
  }
  const { kept, written } = keep(() => Promise.reject(new Error("timeout")));
  await assertRejects(() => kept, Error, "timeout");
  assertEquals(written, []);
});
