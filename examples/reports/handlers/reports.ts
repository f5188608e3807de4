import { defineHandlers, err, isErr, ok } from "@qlever-llc/trellis";
import { ulid } from "ulid";
import contract, { NotApproved } from "../contracts/reports.ts";

export default defineHandlers(contract, {
  rpc: {
    "Sale.Add": async ({ input, client }) => {
      await client.kv.sales.create(`${input.day}.${ulid()}`, input).orThrow();
      return ok({});
    },

    "Total.Get": async ({ input, client }) => {
      const total = await client.kv.totals.get(input.day).take();
      if (!isErr(total)) return ok(total.value);
      if (total.error.reason === "not_found") return ok({ total: 0 });
      throw total.error;
    },
  },

  operations: {
    "Report.Export": async ({ input, op, client }) => {
      // Its own id in theirs: tried again, it finds the jobs that it has created.
      const jobs = await Promise.all(
        input.days.map((day) =>
          client.jobs.addUp.create({ day }, { id: `${op.id}-${day}` }).orThrow()
        ),
      );
      let total = 0;
      for (const [index, job] of jobs.entries()) {
        total += (await job.wait().orThrow()).total;
        op.progress({ done: index + 1, total: jobs.length });
      }
      const { by, isApproved } = await op.signal("approve").orThrow();
      return isApproved ? ok({ total, approvedBy: by }) : err(new NotApproved({ by }));
    },
  },

  jobs: {
    addUp: async ({ payload, client }) => {
      let total = 0;
      for await (const key of await client.kv.sales.keys(`${payload.day}.*`).orThrow()) {
        total += (await client.kv.sales.get(key).orThrow()).value.amount;
      }
      return ok({ total });
    },

    closeDay: async ({ job, client }) => {
      const day = yesterday(job.createdAt);
      const { total } = await (await client.jobs.addUp.create({ day }).orThrow()).wait().orThrow();
      await client.kv.totals.put(day, { total }).orThrow();
      return ok();
    },
  },
});

function yesterday(time: string): string {
  const day = new Date(time);
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}
