import { openVisitor } from "../../../cli/console/login/open_visitor.ts";
import type { Visitor } from "../../../cli/console/visitor.ts";
import type { TrellisServer } from "../trellis_server.ts";

/** Somebody in front of a Console on a server that lets in everybody. */
export async function openConsoleFor({ url }: Pick<TrellisServer, "url">): Promise<Visitor> {
  const opened = await openVisitor({ name: "test" }, { url, by: "test@here", roots: undefined });
  return opened.orThrow().visitor;
}
