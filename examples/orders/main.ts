// The service as a program of its own, to be compiled: dev and start run the handlers without it.
import { TrellisService } from "@qlever-llc/trellis";
import contract from "./contracts/orders_service.ts";
import handlers from "./handlers/orders_service.ts";

const service = await TrellisService.connect({ contract, waitMs: 60_000 }).orThrow();
Deno.addSignalListener("SIGTERM", () => service.stop());
await service.serve(handlers);
await service.wait();
