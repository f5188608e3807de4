/** One of those of the traced shop, in a process of its own: `traced_process.ts <url> shop|post|desk`. */
import { isErr, TrellisClient, TrellisService } from "../../../mod.ts";
import { desk, post, postHandlers, shop, shopHandlers } from "./traced_shop.ts";

const [trellisUrl = "", role = ""] = Deno.args;
if (role === "desk") {
  await using client = await TrellisClient.connect({ contract: desk, trellisUrl }).orThrow();
  await client.rpc.order.place({ orderId: "o-1" }).orThrow();
  const refused = await client.rpc.order.place({ orderId: "none" }).take();
  console.log(`refused ${isErr(refused) ? refused.error.trace : "nothing"}`);
  const counting = await client.operation.mail.count.start({ orderId: "o-1" }).orThrow();
  await counting.wait({ timeoutMs: 60_000 }).orThrow();
  console.log("done");
  // What it has recorded is sent meanwhile; whoever reads it ends this process.
  await new Promise((resolve) => setTimeout(resolve, 600_000));
} else {
  const service = role === "shop" ? await connectShop() : await connectPost();
  console.log("serving");
  await service.wait();
}
async function connectShop() {
  const service = await TrellisService.connect({ contract: shop, trellisUrl }).orThrow();
  await service.serve(shopHandlers);
  return service;
}

async function connectPost() {
  const service = await TrellisService.connect({ contract: post, trellisUrl }).orThrow();
  await service.serve(postHandlers);
  return service;
}
