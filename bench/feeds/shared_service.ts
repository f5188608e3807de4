/** A service whose feed is shared by all who subscribe, and that ticks when it is asked to. Argument: the server. */
import { kvFeed, sharedFeed, TrellisService } from "../../mod.ts";
import { boardContract, ROWS } from "./board_contract.ts";
import { tickOnRequest } from "./ticks_on_request.ts";

const [trellisUrl] = Deno.args;
await using service = await TrellisService.connect({ contract: boardContract, trellisUrl })
  .orThrow();
const waiting: number[] = [];
let wake = () => {};
service.handle.feed.board.ticks(sharedFeed(async function* ({ signal }) {
  signal.addEventListener("abort", () => wake());
  while (!signal.aborted) {
    const at = waiting.shift();
    if (at === undefined) await new Promise<void>((resolve) => wake = resolve);
    else yield { value: { at, rows: ROWS } };
  }
}));
service.handle.feed.board.orders(({ client, cursor, context: { signal } }) =>
  kvFeed(client.kv.orders, { cursor, signal })
);
await service.serving();
await tickOnRequest((at) => {
  waiting.push(at);
  wake();
});
