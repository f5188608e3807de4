import { assertEquals, assertStrictEquals } from "@std/assert";
import { TransportError, type TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import { type ConnectionStatus, nextStatus } from "./connection_status.ts";

const BEFORE = new Date(1000);
const NOW = new Date(2000);
const connected: ConnectionStatus = { state: "connected", since: BEFORE };
const lost = error("trellis.connection.lost");
const pending = error("trellis.session.pending");
const revoked = error("trellis.session.refused");
const reconnecting: ConnectionStatus = { state: "reconnecting", since: BEFORE, error: lost };

function error(code: TransportErrorCode): TransportError {
  return new TransportError({ message: code, code, hint: "" });
}

Deno.test("a link that goes is reconnecting, with the reason, from that moment on", () => {
  for (const kind of ["lost", "refused"] as const) {
    assertEquals(nextStatus(connected, { kind, error: lost }, NOW), {
      state: "reconnecting",
      since: NOW,
      error: lost,
    });
  }
});

Deno.test("another reason is a change, of a state that began before; the same reason is none", () => {
  const refused = nextStatus(reconnecting, { kind: "refused", error: pending }, NOW);
  assertEquals(refused, { state: "reconnecting", since: BEFORE, error: pending });
  const again = { kind: "refused", error: error("trellis.session.pending") } as const;
  assertStrictEquals(nextStatus(refused, again, NOW), refused);
});

Deno.test("that the link goes once more does not hide why it is of no use", () => {
  const refused: ConnectionStatus = { ...reconnecting, error: pending };
  assertStrictEquals(nextStatus(refused, { kind: "lost", error: lost }, NOW), refused);
});

Deno.test("connected has no reason, and being connected anew is no change", () => {
  assertEquals(nextStatus(reconnecting, { kind: "connected" }, NOW), {
    state: "connected",
    since: NOW,
  });
  assertStrictEquals(nextStatus(connected, { kind: "connected" }, NOW), connected);
});

Deno.test("closed is the end", () => {
  const closed = nextStatus(connected, { kind: "closed", error: revoked }, NOW);
  assertEquals(closed, { state: "closed", since: NOW, error: revoked });
  assertStrictEquals(nextStatus(closed, { kind: "connected" }, NOW), closed);
  assertStrictEquals(nextStatus(closed, { kind: "closed", error: undefined }, NOW), closed);
});
