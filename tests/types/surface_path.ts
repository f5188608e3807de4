import { assertType, type IsExact } from "@std/testing/types";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";

type Mixed = BySurfacePath<{ "Ping": 1; "Orders.Create": 2; "Orders.Lines.Add": 3 }>;

/** A name without a group stands at the root of a client, and in no group. */
export function undottedNamesStayOutOfGroups(): void {
  assertType<IsExact<keyof Mixed, "ping" | "orders">>(true);
  assertType<IsExact<keyof Mixed["orders"], "create" | "linesAdd">>(true);
}
