import type { ContractBody, RpcDeclaration } from "../../contracts/define/declaration.ts";
import type { Section } from "../../contracts/define/selected_surface.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { EventRegistry } from "../consume/group_types.ts";
import type { FeedRegistry } from "../feeds/serve/feed_handler_types.ts";
import type { JobRegistry } from "../jobs/handlers/job_handler_types.ts";
import type { OperationRegistry } from "../operations/serve/running_types.ts";
import type { ProjectionRegistry } from "../projections/projection_types.ts";
import type { RpcHandler } from "./define_handlers.ts";

/**
 * Registers a handler for each RPC, `service.handle.rpc.orders.create(({ input, client }) => …)`, for each event of
 * a group, `service.handle.event.mailer.self.orderPlaced(({ event, client }) => …)`, for each queue,
 * `service.handle.job.sendMail(({ payload, job, client }) => …)`, for each operation,
 * `service.handle.operation.report.export(({ input, op, client }) => …)`, and for each feed,
 * `service.handle.feed.order.changes(({ input, cursor, client }) => …)`.
 */
export interface HandleRegistry<B extends ContractBody, Deps> {
  /** By path: `"Orders.Create"` is `orders.create`. */
  readonly rpc: BySurfacePath<
    {
      readonly [Name in keyof Section<B, "rpc">]: Section<B, "rpc">[Name] extends RpcDeclaration
        ? (handler: RpcHandler<B, Section<B, "rpc">[Name], Deps>) => void
        : never;
    }
  >;
  /** By path: `"Report.Export"` is `report.export`. */
  readonly operation: OperationRegistry<B, Deps>;
  /** By path: `"Order.Changes"` is `order.changes`. */
  readonly feed: FeedRegistry<B, Deps>;
  /** By group, then `self` or `uses` and an alias. A group works when all of its events have their handlers. */
  readonly event: EventRegistry<B, Deps>;
  /** By name of the queue, which begins. */
  readonly job: JobRegistry<B, Deps>;
  /** By alias of the bucket: takes the reducers of all its events, and begins. */
  readonly projection: ProjectionRegistry<B>;
}
